"""A page in the browser that opens the server's streams: in a tab of its own, or in the cell that ends with a `Page`.

Every `Server` answers below `/_page/` itself, whatever app it serves. The page is plain HTML and JavaScript in the
folder `browser`; what it does with the server goes over these addresses and the app's own.
"""

import asyncio
import html
import json
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from lesson_server.account import account
from lesson_server.observer import Send, Stream

if TYPE_CHECKING:
    from lesson_server.launch import Server

PREFIX = "/_page"
FOLDER = Path(__file__).parent / "browser"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
REACHABLE = ("127.0.0.1", "0.0.0.0", "localhost")  # hosts that a page finds at 127.0.0.1
# Whose pages may frame this one: any other could steer its reader's clicks. Behind a proxy, JupyterLab is 'self'.
FRAMERS = (
    "'self' http://localhost:* http://*.localhost:* http://127.0.0.1:* "
    "https://localhost:* https://*.localhost:* https://127.0.0.1:* vscode-webview: vscode-file:"
)
HEADERS = {
    "cache-control": "no-store",  # a newer kit on the same port must not meet the scripts of an older one
    "x-content-type-options": "nosniff",
    # Whatever a stream says, nothing but the page's own scripts runs, and nothing is fetched from elsewhere.
    "content-security-policy": "default-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors {FRAMERS}",
}


class Page:
    """The page of a server, shown in a notebook cell: an EventSource and a fetch, and what the server saw of them.

        Page(server, get="/stream", post="/ask", body={"text": "..."})

    Only the server's port is kept, so that a page in an old output keeps no server alive.

    Args:
        server: a running server.
        get: the path that the EventSource asks for, with its query.
        post: the path that fetch sends `body` to; None to let fetch GET the path in `get`.
        body: what fetch sends, as JSON; None to leave that field empty.
        height: of the page in the cell, in pixels; None for as much as it needs.

    Raises:
        RuntimeError: if the server is not running.
        ValueError: if a path does not begin with a slash, or the server listens neither on 127.0.0.1 nor on 0.0.0.0.
    """

    def __init__(
        self,
        server: "Server",
        *,
        get: str = "/stream",
        post: str | None = None,
        body: object = None,
        height: int | None = None,
    ) -> None:
        host = urlsplit(server.url).hostname
        if host not in REACHABLE:
            raise ValueError(
                f"The page looks for its server at 127.0.0.1, and this one listens on {host} alone. "
                'Start it with Server(app), or with host="0.0.0.0" to let other machines in too.'
            )
        self._port = server.port
        self._get = _path("get", get)
        self._post = None if post is None else _path("post", post)
        self._body = None if body is None else json.dumps(body, ensure_ascii=False)
        self._height = height

    def __repr__(self) -> str:
        fetch = f"GET {self._get}" if self._post is None else f"POST {self._post}"
        return f"The page of this server: EventSource on GET {self._get}, fetch on {fetch}"

    def _repr_html_(self) -> str:
        """The text above, and a script that puts the page in its place. An untrusted notebook shows the text alone.

        The port stands in one attribute, and nothing else differs from one run to the next.
        """
        asked = {"get": self._get}
        if self._post is not None:
            asked["post"] = self._post
        if self._body is not None:
            asked["body"] = self._body
        script = (FOLDER / "cell.js").read_text(encoding="utf-8")
        return (
            f'<div data-port="{self._port}" data-query="{html.escape(urlencode(asked))}"'
            f' data-height="{self._height or ""}">\n'
            f"<p>{html.escape(repr(self))}. Run this cell to open it here.</p>\n"
            f"<script>\n{script}</script>\n</div>"
        )


def _path(name: str, path: str) -> str:
    if not path.startswith("/"):
        raise ValueError(
            f'{name} is a path on the server that begins with a slash, such as "/stream": not {path!r}'
        )
    return path


def owns(scope: MutableMapping[str, Any]) -> bool:
    """Whether the page answers this connection, and not the app."""
    return scope["type"] == "http" and f"{scope['path']}/".startswith(f"{PREFIX}/")


async def answer(scope: MutableMapping[str, Any], send: Send, streams: Sequence[Stream]) -> None:
    """Answer a request that the page owns; `streams` is what the server saw so far."""
    name = scope["path"].removeprefix(PREFIX)
    reply = _replier(scope["method"], send)
    if scope["method"] not in ("GET", "HEAD"):
        await reply(405, "text/plain", b"The page only answers GET.\n", {"allow": "GET, HEAD"})
    elif not name:
        # A relative address: a proxy may have taken a prefix away.
        query = scope.get("query_string", b"").decode("latin-1")
        await reply(307, "text/plain", b"", {"location": "_page/" + (f"?{query}" if query else "")})
    elif name == "/account":
        await reply(
            200, "application/json", json.dumps(await asyncio.to_thread(account, streams)).encode(), {}
        )
    elif name == "/here":
        # Asked from the page of JupyterLab, which is another origin. It tells nothing but that we are here.
        await reply(200, "application/json", b'{"page": "here"}', {"access-control-allow-origin": "*"})
    elif (file := _files().get(name)) is not None:
        await reply(200, f"{TYPES[file.suffix]}; charset=utf-8", file.read_bytes(), {})
    else:
        await reply(404, "text/plain", b"The page has no such part. It begins at /_page/\n", {})


def _files() -> dict[str, Path]:
    """What can be asked for, by name; nothing else in the file system can."""
    files = {f"/{file.name}": file for file in FOLDER.iterdir() if file.suffix in TYPES}
    return files | {"/": FOLDER / "index.html"}


def _replier(method: str, send: Send) -> Callable[[int, str, bytes, dict[str, str]], Awaitable[None]]:
    async def reply(status: int, content_type: str, body: bytes, more: dict[str, str]) -> None:
        headers = HEADERS | {"content-type": content_type, "content-length": str(len(body))} | more
        pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})

    return reply

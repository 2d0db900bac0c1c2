"""Plays a server and its clients to an app: makes the requests, and notes what each client sees and when."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from .evidence import Notes, new_notes, trouble_of
from .observation import Chunk, Ended, Request, Response, Trouble

GIVE_UP = 120.0  # virtual seconds after which an exchange is left unfinished
MOST_CHUNKS = 2_000  # what goes beyond these two is not read
MOST_BYTES = 1024**2

Message = MutableMapping[str, Any]
App = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


async def visit(app: App, rounds: tuple[tuple[Request, ...], ...]) -> tuple[tuple[Response, ...], ...]:
    """Make the rounds of requests, those of one round together; what each client saw, in the same order."""
    async with Lifespan(app):
        return tuple(
            [tuple(await asyncio.gather(*(_exchange(app, r) for r in together))) for together in rounds]
        )


async def _exchange(app: App, request: Request) -> Response:
    """Be uvicorn to the app for one request: ASGI with spec_version 2.3, as uvicorn 0.54 speaks it."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    exchange = Exchange(new_notes())
    payload = b"" if request.body is None else json.dumps(request.body).encode()
    sent: list[Message] = [{"type": "http.request", "body": payload, "more_body": False}]
    over = asyncio.Event()

    async def receive() -> Message:
        if sent:
            return sent.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if over.is_set():
            return
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.headers = {
                k.decode("latin-1").lower(): v.decode("latin-1") for k, v in message["headers"]
            }
        elif message["type"] == "http.response.body":
            body = bytes(message.get("body", b""))
            exchange.size += len(body)
            if len(exchange.chunks) >= MOST_CHUNKS or exchange.size > MOST_BYTES:
                exchange.ended = "too-long"
                over.set()
                return
            if body:
                exchange.chunks.append(Chunk(at=loop.time() - began, body=body))
            if not message.get("more_body", False):
                exchange.ended = "finished"
                over.set()

    scope: Message = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
        "scheme": "http",
        "method": request.method,
        "root_path": "",
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": request.query.encode(),
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"accept", b"text/event-stream"),
            *(
                [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode())]
                if payload
                else []
            ),
        ],
        "state": {},
    }
    task = asyncio.ensure_future(app(scope, receive, send))
    closed = asyncio.ensure_future(over.wait())
    await asyncio.wait({task, closed}, timeout=GIVE_UP, return_when=asyncio.FIRST_COMPLETED)
    seconds = loop.time() - began
    if not over.is_set() and not task.done():
        exchange.ended = "unfinished"
    over.set()
    if exchange.ended == "finished":
        # What the app does once its last byte is out (background tasks, `finally`) gets its time too.
        await asyncio.wait({task}, timeout=GIVE_UP)
    if not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
    if task.done() and not task.cancelled() and (problem := task.exception()):
        exchange.trouble = trouble_of(problem)
    if not exchange.status:
        # As uvicorn does for an app that failed before it answered.
        exchange.status, exchange.ended = 500, "finished"
    return exchange.response(seconds)


class Exchange:
    """One request and what came of it, as it comes."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: list[Chunk] = []
        self.ended: Ended = "torn"
        self.size = 0  # bytes
        self.trouble: Trouble | None = None

    def response(self, seconds: float) -> Response:
        return Response(
            status=self.status,
            headers=self.headers,
            chunks=tuple(self.chunks),
            ended=self.ended,
            seconds=seconds,
            trouble=self.trouble,
            content=self.notes.content,
            yielded=tuple(self.notes.yielded),
        )


class Lifespan:
    """Runs the app's start-up and shut-down (ASGI lifespan protocol); an app without one is left alone."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.started = asyncio.Event()
        self.stopped = asyncio.Event()

    async def __aenter__(self) -> None:
        self.task = asyncio.ensure_future(self._run())
        await self.inbox.put({"type": "lifespan.startup"})
        await self.started.wait()

    async def __aexit__(self, *_: object) -> None:
        await self.inbox.put({"type": "lifespan.shutdown"})
        await asyncio.wait({asyncio.ensure_future(self.stopped.wait())}, timeout=GIVE_UP)

    async def _run(self) -> None:
        try:
            await self.app(
                {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, self.inbox.get, self._send
            )
        except BaseException:
            pass
        finally:
            self.started.set()
            self.stopped.set()

    async def _send(self, message: Message) -> None:
        if message["type"].startswith("lifespan.startup"):
            self.started.set()
        elif message["type"].startswith("lifespan.shutdown"):
            self.stopped.set()

"""The server side of the lesson: an app to run, a way to run it inside a notebook, and what it saw.

    from lesson_server import Server

    async with Server() as server:
        ...  # server.url, server.streams, server.open_streams

`Server` starts any ASGI app in a thread of its own and records its event streams (`Stream`).
`Page` shows them in a browser, as an `EventSource` and a `fetch` (`/_page/` of every server).
`Decoder` and `decode` turn the bytes of a stream into `Event`s. `Timeline` draws when things arrived (`Arrivals`).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lesson_server.events import Decoder, Event, decode
    from lesson_server.launch import PortInUse, Server
    from lesson_server.observer import Stream
    from lesson_server.page import Page
    from lesson_server.timeline import Arrivals, Timeline

__all__ = ["Arrivals", "Decoder", "Event", "Page", "PortInUse", "Server", "Stream", "Timeline", "decode"]

_HOME = {
    "Arrivals": "timeline",
    "Decoder": "events",
    "Event": "events",
    "Page": "page",
    "PortInUse": "launch",
    "Server": "launch",
    "Stream": "observer",
    "Timeline": "timeline",
    "decode": "events",
}


def __getattr__(name: str) -> object:
    # Imported when first asked for: reading events must not cost the import of a web framework.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

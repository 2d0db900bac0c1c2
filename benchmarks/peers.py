"""One stream of events, served in four ways, each by a process of its own: what the other benchmarks compare.

`bare` is an ASGI app that sends ready bytes: no Python server of events can do less. `sse-starlette` is its
`EventSourceResponse` in FastAPI, `observed` the same app behind `lesson_server.Server`, `fastapi.sse` FastAPI's own.
All run on uvicorn with the same settings, in a thread, as the lesson has it. Paths: `/events/COUNT` sends COUNT
events and gives way to others after each (`asyncio.sleep(0)`); `/held` sends one and waits.
"""

import asyncio
import multiprocessing
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection
from typing import Any

import psutil
import uvicorn
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse as FastAPIEvents
from fastapi.sse import ServerSentEvent
from sse_starlette import EventSourceResponse

from lesson_server import Server
from lesson_server.observer import App

FRAME = b'event: token\r\ndata: {"word": "streaming"}\r\n\r\n'


async def numbers(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number
        await asyncio.sleep(0)


async def one() -> AsyncIterator[int]:
    yield 0
    await asyncio.Event().wait()


async def bare(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http", "no lifespan here; uvicorn goes on without"
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
    )
    held = scope["path"] == "/held"
    async for _ in numbers(1 if held else int(scope["path"].removeprefix("/events/"))):
        await send({"type": "http.response.body", "body": FRAME, "more_body": True})
    while held and (await receive())["type"] != "http.disconnect":
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def by_sse_starlette() -> FastAPI:
    app = FastAPI()

    def answer(source: AsyncIterator[int]) -> EventSourceResponse:
        return EventSourceResponse({"event": "token", "data": '{"word": "streaming"}'} async for _ in source)

    @app.get("/events/{count}")
    async def events(count: int) -> EventSourceResponse:
        return answer(numbers(count))

    @app.get("/held")
    async def held() -> EventSourceResponse:
        return answer(one())

    return app


def by_fastapi() -> FastAPI:
    app = FastAPI()

    @app.get("/events/{count}", response_class=FastAPIEvents)
    async def events(count: int) -> AsyncIterator[ServerSentEvent]:
        async for _ in numbers(count):
            yield ServerSentEvent(event="token", data={"word": "streaming"})

    @app.get("/held", response_class=FastAPIEvents)
    async def held() -> AsyncIterator[ServerSentEvent]:
        async for _ in one():
            yield ServerSentEvent(event="token", data={"word": "streaming"})

    return app


@contextmanager
def unobserved(app: App) -> Iterator[int]:
    """Serve `app` on uvicorn alone, set up as `lesson_server.Server` sets it up; yields the port."""
    config = uvicorn.Config(
        app, port=0, loop="asyncio", http="h11", ws="none", log_level="warning", access_log=False,
        backlog=2048, timeout_graceful_shutdown=0,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


@contextmanager
def observed(app: App) -> Iterator[int]:
    """Serve `app` as a notebook does; yields the port."""
    with Server(app) as server:
        yield server.port


def peer(name: str) -> AbstractContextManager[int]:
    match name:
        case "bare":
            return unobserved(bare)
        case "sse-starlette":
            return unobserved(by_sse_starlette())
        case "observed":
            return observed(by_sse_starlette())
        case _:
            return unobserved(by_fastapi())


PEERS = ("bare", "sse-starlette", "observed", "fastapi.sse")


class Child:
    """A process that serves one of PEERS, by its name; a context manager.

    Attributes:
        port: where it listens.
    """

    def __init__(self, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(name, theirs), daemon=True)
        self._process.start()
        theirs.close()  # or a child that dies at once would be waited for, for ever
        self.port: int = self._pipe.recv()

    def usage(self) -> tuple[float, int]:
        """What the process has used so far: CPU seconds; and what it holds now: bytes of memory (RSS)."""
        self._pipe.send("usage")
        cpu, memory = self._pipe.recv()
        return cpu, memory

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def _serve(name: str, pipe: Connection) -> None:
    with peer(name) as port:
        pipe.send(port)
        while pipe.recv():
            pipe.send((time.process_time(), psutil.Process().memory_info().rss))


def request(path: str) -> bytes:
    """A GET of `path`, after which the server closes the connection."""
    return f"GET {path} HTTP/1.1\r\nHost: peer\r\nConnection: close\r\n\r\n".encode()


async def read_all(port: int, path: str) -> None:
    """Read one stream to its end as cheaply as Python can; AssertionError if it is torn."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(path))
    last = tail = b""
    while piece := await reader.read(2**18):
        last, tail = piece, (tail + piece)[-5:]
    assert tail == b"0\r\n\r\n", last
    writer.close()

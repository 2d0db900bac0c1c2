"""What the server saw: a record of every event stream that an app sent.

`Observer` stands between server and app as ASGI middleware (ASGI specification, "HTTP & WebSocket ASGI
Message Format"). It passes every message on unchanged and re-raises every error.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal

from lesson_server.events import Decoder, Event

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Ending = Literal["finished", "client left", "torn"]


class Stream:
    """One event stream as the server saw it. Safe to read from any thread while it runs.

    Attributes:
        method, path, status: of the exchange; the path includes the query.
        ended: None while open; "finished" (the app sent its last byte to a client that was there),
            "client left" (before that), or "torn" (the app raised, was cancelled, or returned without finishing).
        error: what tore it, such as "TypeError: 'coroutine' object is not iterable", or None. An error that
            came after the end is kept here too.
        at_work: whether the app is still busy with it. That can outlast the client.
    """

    def __init__(self, method: str, path: str, status: int, began: float) -> None:
        self.method = method
        self.path = path
        self.status = status
        self.ended: Ending | None = None
        self.error: str | None = None
        self.at_work = True
        self._began = began
        self._chunks: list[tuple[float, bytes]] = []

    @property
    def chunks(self) -> tuple[tuple[float, bytes], ...]:
        """(seconds since the request came, bytes) for each piece the app handed to the server, in order."""
        return tuple(self._chunks)

    @property
    def events(self) -> tuple[tuple[float, Event], ...]:
        """(seconds since the request came, event) for each event a client of this stream can have seen."""
        decoder = Decoder()
        return tuple((at, event) for at, chunk in self.chunks for event in decoder.feed(chunk))

    def add(self, chunk: bytes) -> None:
        """Note that `chunk` leaves now."""
        self._chunks.append((time.perf_counter() - self._began, chunk))

    def end(self, how: Ending, error: str | None = None) -> None:
        """Note how the stream ended; of several endings the first one counts."""
        if self.ended is None:
            self.ended = how
            self.error = error

    def __repr__(self) -> str:
        count = len(self.events)
        end: str = self.ended or "still open"
        if self.error:
            end += f" ({self.error.partition(chr(10))[0]})"
        return f"{self.method} {self.path} {self.status}: {count} event{'s' * (count != 1)}, {end}"


class Observer:
    """ASGI middleware that records the event streams of `app`.

    Attributes:
        streams: the streams so far, in the order in which their responses began.
        lifespan_error: what the app's lifespan raised, or None.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.streams: list[Stream] = []
        self.lifespan_error: BaseException | None = None

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection of the ASGI server; raises whatever the app raises."""
        if scope["type"] == "http":
            await _Exchange(self.streams, scope, receive, send).run(self.app)
        elif scope["type"] == "lifespan":
            try:
                await self.app(scope, receive, send)
            except BaseException as error:
                self.lifespan_error = error
                raise
        else:
            await self.app(scope, receive, send)

    def cut(self, reason: str) -> None:
        """Note that the server itself is about to cut every open stream."""
        for stream in self.streams:
            stream.end("torn", reason)


class _Exchange:
    """One HTTP request and its response."""

    def __init__(
        self, streams: list[Stream], scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        self.streams = streams
        self.scope = scope
        self._receive = receive
        self._send = send
        self.began = time.perf_counter()
        self.stream: Stream | None = None
        self.client_left = False
        self.reading = asyncio.Lock()
        self.pump: asyncio.Task[None] | None = None
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()

    async def run(self, app: App) -> None:
        error: BaseException | None = None
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as raised:
            error = raised
            raise
        finally:
            if self.pump is not None:
                self.pump.cancel()
            if self.stream is not None:
                self._close(self.stream, error)

    def _close(self, stream: Stream, error: BaseException | None) -> None:
        text = None if error is None or isinstance(error, asyncio.CancelledError) else describe(error)
        stream.end("torn", text)
        stream.error = stream.error or text
        stream.at_work = False

    async def send(self, message: Message) -> None:
        """The app's `send`. Notes are taken first, so that whoever has read a byte finds it in the record."""
        if message["type"] == "http.response.start":
            if is_event_stream(message):
                self._open(message["status"])
        elif self.stream is not None and message["type"] == "http.response.body":
            if body := message.get("body", b""):
                self.stream.add(bytes(body))
            if not message.get("more_body", False):
                self.stream.end("finished")
        try:
            await self._send(message)
        except OSError:  # how a server of ASGI 2.4 says that the client has gone
            self._note_departure()
            raise

    def _open(self, status: int) -> None:
        query = self.scope.get("query_string", b"").decode("latin-1")
        path = self.scope["path"] + (f"?{query}" if query else "")
        self.stream = Stream(self.scope["method"], path, status, self.began)
        if self.client_left:
            self.stream.end("client left")
        self.streams.append(self.stream)
        self.pump = asyncio.create_task(self._pump())

    async def receive(self) -> Message:
        """The app's `receive`: from the server itself, or behind the pump once that reads ahead."""
        if self.pump is None:
            return await self._read()
        message = await self.inbox.get()
        if message["type"] == "http.disconnect":
            self.inbox.put_nowait(message)  # whoever asks again hears it again
        return message

    async def _pump(self) -> None:
        # Many apps never ask whether the client is still there. Somebody has to.
        while not self.client_left:
            await self.inbox.put(await self._read())

    async def _read(self) -> Message:
        async with self.reading:
            message = await self._receive()
        if message["type"] == "http.disconnect":
            self._note_departure()
        return message

    def _note_departure(self) -> None:
        self.client_left = True
        if self.stream is not None:
            self.stream.end("client left")  # after the last byte this says nothing new, and changes nothing


def is_event_stream(start: Message) -> bool:
    """Whether a response that starts so is an event stream, by its content type."""
    return any(
        name.lower() == b"content-type" and value.split(b";")[0].strip().lower() == b"text/event-stream"
        for name, value in start.get("headers", ())
    )


def describe(error: BaseException) -> str:
    """An error in one phrase, "TypeError: ...". Of a group that holds a single error: that one."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

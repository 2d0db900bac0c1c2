"""What the server saw: a record of every event stream that an app sent.

`Observer` stands between server and app as ASGI middleware (ASGI specification, "HTTP & WebSocket ASGI
Message Format"). It passes every message on unchanged and re-raises every error. The server is one to
which sending after the client has gone is no error (ASGI 2.3, as uvicorn is).
"""

import asyncio
import threading
from array import array
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, Literal

from lesson_server.events import Decoder, Event

# A notebook's server can run for days, and one flood sends tens of megabytes: a record must stay small.
KEPT_BYTES = 2**20  # of one stream
KEPT_STREAMS = 1_000  # of those that are over
KEPT_BYTES_IN_ALL = 32 * 2**20  # of those that are over

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Ending = Literal["finished", "client left", "torn"]


class Stream:
    """One event stream as the server saw it. Safe to read from any thread while it runs.

    The first MiB is kept (KEPT_BYTES, in whole chunks); what comes after is added to `size` and forgotten.

    Attributes:
        number: 1 for the first stream of this run of the server, 2 for the next.
        method, path, status: of the exchange; the path includes the query.
        size: bytes of body so far.
        ended: None while open; "finished" (the app sent its last byte to a client that was there),
            "client left" (before that), or "torn" (the app raised, was cancelled, or returned without finishing).
        error: what tore it, such as "TypeError: 'coroutine' object is not iterable", or None. An error that
            came after the end is kept here too.
        at_work: whether the app is still busy with it. That can outlast the client.
    """

    # Slots: a note is taken of every event, and these are found a little faster.
    __slots__ = (
        *("number", "method", "path", "status", "size", "ended", "error", "at_work"),
        *("_began", "_times", "_chunks", "_decoding", "_decoder", "_decoded", "_events"),
    )

    def __init__(self, number: int, method: str, path: str, status: int, began: float) -> None:
        self.number = number
        self.method = method
        self.path = path
        self.status = status
        self.size = 0
        self.ended: Ending | None = None
        self.error: str | None = None
        self.at_work = True
        self._began = began  # when the request came, on the clock of `perf_counter`
        # Two flat lists: a tuple for each chunk would double what a small event takes, and busy the garbage collector.
        self._times = array("d")
        self._chunks: list[bytes] = []
        # Decoded when somebody asks, never while the app sends.
        self._decoding = threading.Lock()
        self._decoder = Decoder()
        self._decoded = 0  # how many of the chunks
        self._events: list[tuple[float, Event]] = []

    @property
    def truncated(self) -> bool:
        """Whether more came than is kept: `chunks`, `events` and `count` then tell of the beginning alone."""
        return self.size > KEPT_BYTES

    @property
    def kept(self) -> int:
        """How many bytes of body are kept, at most."""
        return min(self.size, KEPT_BYTES)

    @property
    def chunks(self) -> tuple[tuple[float, bytes], ...]:
        """(seconds since the request came, bytes) for each piece the app handed to the server, in order."""
        return tuple(self._since(0))

    @property
    def events(self) -> tuple[tuple[float, Event], ...]:
        """(seconds since the request came, event) for each event a client of this stream can have seen."""
        return tuple(self._decode())

    @property
    def count(self) -> int:
        """How many `events` there are so far; cheap to ask again and again."""
        return len(self._decode())

    def _decode(self) -> list[tuple[float, Event]]:
        with self._decoding:
            new = self._since(self._decoded)
            self._decoded += len(new)
            self._events += [(at, event) for at, chunk in new for event in self._decoder.feed(chunk)]
            return self._events

    def _since(self, first: int) -> list[tuple[float, bytes]]:
        # The server's thread may have noted a time whose chunk is still to come.
        pairs = zip(self._times[first:], self._chunks[first:], strict=False)
        return [(at - self._began, chunk) for at, chunk in pairs]

    def end(self, how: Ending, error: str | None = None) -> None:
        """Note how the stream ended; of several endings the first one counts."""
        if self.ended is None:
            self.ended = how
            self.error = error

    def __repr__(self) -> str:
        count = self.count
        end: str = self.ended or "still open"
        if self.error:
            end += f" ({self.error.partition(chr(10))[0]})"
        events = f"{'at least ' * self.truncated}{count} event{'s' * (count != 1)}"
        return f"{self.method} {self.path} {self.status}: {events}, {end}"


class Observer:
    """ASGI middleware that records the event streams of `app`.

    Attributes:
        lifespan_error: what the app's lifespan raised, or None.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self.lifespan_error: BaseException | None = None
        self._count = 0
        self._streams: dict[int, Stream] = {}  # by number
        self._over: deque[Stream] = deque()
        self._bytes_over = 0

    @property
    def streams(self) -> tuple[Stream, ...]:
        """In the order in which their responses began: all that are open or at work, and of the others the
        last 1,000 (KEPT_STREAMS), or fewer where these are large (KEPT_BYTES_IN_ALL)."""
        return tuple(self._streams.values())

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one connection of the ASGI server; raises whatever the app raises."""
        if scope["type"] == "http":
            await _Exchange(self, scope, receive, send).run(self.app)
        elif scope["type"] == "lifespan":
            try:
                await self.app(scope, receive, send)
            except BaseException as error:
                self.lifespan_error = error
                raise
        else:
            await self.app(scope, receive, send)

    def open(self, method: str, path: str, status: int, began: float) -> Stream:
        """A record for the stream that begins now; its request came at `began`, on the clock of `perf_counter`."""
        self._count += 1
        stream = self._streams[self._count] = Stream(self._count, method, path, status, began)
        return stream

    def close(self, stream: Stream, error: str | None) -> None:
        """Note that the app has let go of `stream`, and what it raised."""
        stream.end("torn", error)
        stream.error = stream.error or error
        stream.at_work = False
        self._over.append(stream)
        self._bytes_over += stream.kept
        while len(self._over) > KEPT_STREAMS or self._bytes_over > KEPT_BYTES_IN_ALL:
            oldest = self._over.popleft()
            self._bytes_over -= oldest.kept
            del self._streams[oldest.number]

    def cut(self, reason: str) -> None:
        """Note that the server itself is about to cut every open stream."""
        for stream in self.streams:
            stream.end("torn", reason)


class _Exchange:
    """One HTTP request and its response."""

    def __init__(
        self, observer: Observer, scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        self.observer = observer
        self.scope = scope
        self._receive = receive
        self._send = send
        self.began = perf_counter()
        self.stream: Stream | None = None
        self.client_left = False
        self.listeners = 0  # how many of the app's calls of `receive` wait
        self.pump: asyncio.Task[None] | None = None
        self.inbox: asyncio.Queue[Message] | None = None

    async def run(self, app: App) -> None:
        error: BaseException | None = None
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as raised:
            error = raised
            raise
        finally:
            if self.stream is not None:
                text = None if error is None or isinstance(error, asyncio.CancelledError) else describe(error)
                self.observer.close(self.stream, text)
            if self.pump is not None:
                self.pump.cancel()

    def send(self, message: Message) -> Awaitable[None]:
        """The app's `send`. Notes are taken first, so that whoever has read a byte finds it in the record.

        Written out, and without a coroutine of its own: this runs for every event, and must cost little beside it.
        """
        stream = self.stream
        if stream is not None:
            if body := message.get("body"):
                size = stream.size = stream.size + len(body)
                if size <= KEPT_BYTES:
                    stream._times.append(perf_counter())
                    stream._chunks.append(body)
            if not message.get("more_body"):
                stream.end("finished")
        elif message["type"] == "http.response.start" and is_event_stream(message):
            self._open(message["status"])
        return self._send(message)

    def _open(self, status: int) -> None:
        query = self.scope.get("query_string", b"").decode("latin-1")
        path = self.scope["path"] + (f"?{query}" if query else "")
        self.stream = self.observer.open(self.scope["method"], path, status, self.began)
        if self.client_left:
            self.stream.end("client left")
        self._listen_soon()

    async def receive(self) -> Message:
        """The app's `receive`: from the server itself, or from the inbox once the pump reads ahead."""
        if self.inbox is None:
            self.listeners += 1
            try:
                return self._heard(await self._receive())
            finally:
                self.listeners -= 1
                self._listen_soon()
        message = await self.inbox.get()
        if message["type"] == "http.disconnect":
            self.inbox.put_nowait(message)  # whoever asks again hears it again
        return message

    def _listen_soon(self) -> None:
        if self.stream is not None:
            # By then an app that listens, as most do, has begun to.
            asyncio.get_running_loop().call_soon(self._listen, self.stream)

    def _listen(self, stream: Stream) -> None:
        # Many apps never ask, or only now and then, whether the client is still there. Somebody has to.
        if stream.ended is None and self.inbox is None and not self.listeners:
            self.inbox = asyncio.Queue()
            self.pump = asyncio.create_task(self._read_ahead(self.inbox))

    async def _read_ahead(self, inbox: asyncio.Queue[Message]) -> None:
        while not self.client_left:
            inbox.put_nowait(self._heard(await self._receive()))

    def _heard(self, message: Message) -> Message:
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

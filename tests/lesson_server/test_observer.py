"""What the server saw, over real sockets."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.sse import EventSourceResponse as FastAPIEvents
from sse_starlette import EventSourceResponse
from starlette.requests import Request

from lesson_server import Decoder, Event, Server, Stream
from lesson_server.observer import KEPT_BYTES, KEPT_BYTES_IN_ALL, KEPT_STREAMS, App, Observer, describe

app = FastAPI()
Eventually = Callable[[Callable[[], bool]], None]


async def three() -> AsyncIterator[str]:
    for number in range(3):
        yield f"{number}"


async def endless() -> AsyncIterator[str]:
    yield "0"
    await asyncio.Event().wait()


async def broken() -> AsyncIterator[str]:
    yield "0"
    await asyncio.sleep(0.001)
    raise ValueError("no more")


SOURCES = {"three": three, "endless": endless, "broken": broken}


@app.get("/sse-starlette/{source}")
async def by_sse_starlette(source: str) -> EventSourceResponse:
    return EventSourceResponse({"data": item} async for item in SOURCES[source]())


@app.get("/streaming/{source}")
async def by_starlette(source: str) -> StreamingResponse:
    lines = (f"data: {item}\n\n" async for item in SOURCES[source]())
    return StreamingResponse(lines, media_type="text/event-stream")


@app.get("/fastapi/{source}", response_class=FastAPIEvents)
async def by_fastapi(source: str) -> AsyncIterator[int]:
    async for item in SOURCES[source]():
        yield int(item)


@app.get("/plain")
async def plain() -> PlainTextResponse:
    return PlainTextResponse("hello")


@app.get("/never-iterable")
async def never_iterable() -> EventSourceResponse:
    async def answer() -> list[str]:
        return ["a"]

    coroutine = answer()
    try:
        return EventSourceResponse(coroutine)  # type: ignore[arg-type]
    finally:
        coroutine.close()


@app.post("/echo")
async def echo(request: Request) -> EventSourceResponse:
    async def events() -> AsyncIterator[dict[str, str]]:
        yield {"data": "reading"}
        yield {"data": (await request.body()).decode()}

    return EventSourceResponse(events())


@app.get("/polls")
async def polls(request: Request) -> EventSourceResponse:
    async def events() -> AsyncIterator[dict[str, str]]:
        yield {"data": str(await request.is_disconnected())}

    return EventSourceResponse(events())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(app, log_level="critical") as running:
        yield running


FAMILIES = ["sse-starlette", "streaming", "fastapi"]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stream_read_to_its_end_is_finished_as_soon_as_its_reader_knows(
    server: Server, family: str
) -> None:
    httpx.get(f"{server.url}/{family}/three")
    (stream,) = server.streams
    assert (stream.ended, stream.error) == ("finished", None)
    assert [event.data for _, event in stream.events] == ["0", "1", "2"]
    assert repr(stream) == f"GET /{family}/three 200: 3 events, finished"
    assert server.open_streams == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_a_client_that_leaves_is_told_from_an_end(
    server: Server, family: str, eventually: Eventually
) -> None:
    with httpx.stream("GET", f"{server.url}/{family}/endless") as response:
        chunks = response.iter_raw()
        next(chunks)
        (stream,) = server.streams
        assert (stream.ended, server.open_streams) == (None, 1)
        assert repr(stream).endswith("1 event, still open")
    eventually(lambda: server.open_streams == 0)
    assert (stream.ended, stream.error) == ("client left", None)
    assert asyncio.run(server.quiet(30))
    assert not stream.at_work


@pytest.mark.parametrize("family", ["sse-starlette", "streaming"])
def test_an_exception_tears_the_stream_and_is_kept_in_words(server: Server, family: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{server.url}/{family}/broken")
    (stream,) = server.streams
    assert (stream.ended, stream.error) == ("torn", "ValueError: no more")
    assert repr(stream) == f"GET /{family}/broken 200: 1 event, torn (ValueError: no more)"


def test_an_exception_after_a_clean_end_is_kept_beside_it(server: Server) -> None:
    # fastapi.sse runs the generator apart from the response: the client can get a clean end all the same.
    with httpx.stream("GET", f"{server.url}/fastapi/broken") as response:
        try:
            response.read()
            expected = "finished"
        except httpx.RemoteProtocolError:
            expected = "torn"
    assert asyncio.run(server.quiet(30))
    (stream,) = server.streams
    assert (stream.ended, stream.error) == (expected, "ValueError: no more")


def test_a_coroutine_where_a_generator_belongs_is_named(server: Server) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{server.url}/never-iterable")
    assert repr(server.streams[0]) == (
        "GET /never-iterable 200: 0 events, torn (TypeError: 'coroutine' object is not iterable)"
    )


def test_times_are_seconds_since_the_request_and_in_order(server: Server) -> None:
    httpx.get(f"{server.url}/sse-starlette/three")
    times = [at for at, _ in server.streams[0].events]
    assert times == sorted(times)
    assert times[0] > 0


def test_streams_stand_in_the_order_of_their_responses_with_their_query(server: Server) -> None:
    for query in ("?n=1", "?n=2", ""):
        httpx.get(f"{server.url}/streaming/three{query}")
    assert [stream.path for stream in server.streams] == [
        f"/streaming/three{q}" for q in ("?n=1", "?n=2", "")
    ]


def test_what_is_no_event_stream_leaves_no_record(server: Server) -> None:
    assert httpx.get(f"{server.url}/plain").text == "hello"
    assert httpx.get(f"{server.url}/nowhere").status_code == 404
    assert server.streams == ()


def test_a_request_body_still_reaches_an_app_that_reads_it_while_streaming(server: Server) -> None:
    text = httpx.post(f"{server.url}/echo", content=b"said late").text
    assert "data: said late" in text


def test_polling_for_a_disconnect_still_works_behind_the_observer(server: Server) -> None:
    assert "data: False" in httpx.get(f"{server.url}/polls").text


async def deaf(scope: Any, receive: Any, send: Any) -> None:
    """An app that never calls receive(), and sends until it is stopped."""
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"Content-Type", b"text/event-stream")],
    }
    await send(start)
    while True:
        await send({"type": "http.response.body", "body": b"data: x\n\n", "more_body": True})
        await asyncio.sleep(0.005)


def test_a_client_that_leaves_an_app_that_never_listens_is_noticed(eventually: Eventually) -> None:
    with Server(deaf) as server:
        with httpx.stream("GET", server.url) as response:
            chunks = response.iter_raw()
            next(chunks)
        eventually(lambda: server.streams[0].ended == "client left")
        assert server.streams[0].at_work  # nobody told the app
        assert not asyncio.run(server.quiet(0.05))
    assert server.streams[0].ended == "client left"


async def unfinished(scope: Any, receive: Any, send: Any) -> None:
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/event-stream")],
    }
    await send(start)
    await send({"type": "http.response.body", "body": b"data: x\n\n", "more_body": True})


def test_an_app_that_returns_without_the_last_message_tears_its_stream() -> None:
    with Server(unfinished, log_level="critical") as server:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(server.url)
        assert repr(server.streams[0]) == "GET / 200: 1 event, torn"


def test_a_connection_dropped_without_a_word_counts_as_a_client_that_left(eventually: Eventually) -> None:
    with Server(app, log_level="critical") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(b"GET /streaming/endless HTTP/1.1\r\nHost: x\r\n\r\n")
            while b"data: 0" not in raw.recv(4096):
                pass
            assert server.connections == 1
        eventually(lambda: server.streams[0].ended == "client left")
        eventually(lambda: server.connections == 0)


def test_reading_the_record_from_another_thread_while_it_grows_is_safe(eventually: Eventually) -> None:
    failures: list[BaseException] = []
    with Server(deaf) as server, httpx.stream("GET", server.url) as response:
        chunks = response.iter_raw()
        next(chunks)

        def read() -> None:
            try:
                for _ in range(300):
                    assert all(event == Event(data="x") for _, event in server.streams[0].events)
            except BaseException as error:
                failures.append(error)

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert not failures


async def _call(observer: Observer, scope: Any, receive: Any, send: Any) -> None:
    await observer(scope, receive, send)


def test_streams_are_numbered_from_one_in_each_run_of_the_server() -> None:
    server = Server(app)
    for _ in range(2):
        with server:
            for _ in range(2):
                httpx.get(f"{server.url}/sse-starlette/three")
        assert [stream.number for stream in server.streams] == [1, 2]


def test_a_stream_counts_its_events_and_its_bytes(server: Server) -> None:
    body = httpx.get(f"{server.url}/sse-starlette/three").content
    (stream,) = server.streams
    assert (stream.count, stream.size, stream.truncated) == (3, len(body), False)


def observe(chunks: list[bytes], look: Callable[[Stream], None]) -> Stream:
    """The record of a stream that sends `chunks`, looked at after each."""

    async def sends(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            look(observer.streams[0])
        await send({"type": "http.response.body", "body": b""})

    async def nothing(*_: Any) -> Any: ...

    observer = Observer(sends)
    asyncio.run(_call(observer, {"type": "http", "method": "GET", "path": "/"}, nothing, nothing))
    return observer.streams[0]


def test_what_was_decoded_once_is_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    fed: list[bytes] = []
    feed = Decoder.feed

    def counted(decoder: Decoder, chunk: bytes) -> list[Event]:
        fed.append(chunk)
        return feed(decoder, chunk)

    def look(stream: Stream) -> None:
        assert stream.count == len(stream.events)
        assert repr(stream).startswith(f"GET / 200: {stream.count} event")

    monkeypatch.setattr(Decoder, "feed", counted)
    chunks = [b"data: a\n\nda", b"ta: b\n", b"\n"]
    stream = observe(chunks, look)
    assert [event.data for _, event in stream.events] == ["a", "b"]
    assert fed == chunks


def test_of_a_flood_the_beginning_is_kept_and_the_rest_is_added_up() -> None:
    chunk = b"data: " + b"x" * 400_000 + b"\n\n"
    seen: list[tuple[int, bool]] = []
    chunks = [chunk] * 50 + [
        b"data: small\n\n"
    ]  # for which there would be room; but nothing comes after a gap
    stream = observe(chunks, lambda stream: seen.append((stream.size, stream.truncated)))
    assert seen[:3] == [(len(chunk), False), (2 * len(chunk), False), (3 * len(chunk), True)]
    assert stream.size == sum(map(len, chunks))
    assert [body for _, body in stream.chunks] == [chunk, chunk]
    assert (stream.count, len(stream.events)) == (2, 2)
    assert repr(stream) == "GET / 200: at least 2 events, finished"


def test_the_record_holds_what_is_open_and_what_ended_last() -> None:
    observer = Observer(unfinished)
    first, second, *others = [observer.open("GET", "/", 200, began=0.0) for _ in range(KEPT_STREAMS + 3)]
    for stream in (second, *others):
        observer.close(stream, None)
    assert observer.streams == (first, *others[1:])
    observer.close(first, None)
    assert observer.streams == (first, *others[2:])
    assert first.number == 1
    assert observer.open("GET", "/", 200, began=0.0).number == KEPT_STREAMS + 4


@app.get("/asks-once")
async def asks_once(request: Request) -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        yield f"data: {await request.is_disconnected()}\n\n"
        await asyncio.Event().wait()

    return StreamingResponse(events(), media_type="text/event-stream")


async def stops_listening(scope: Any, receive: Any, send: Any) -> None:
    async def listen() -> None:
        while True:
            await receive()

    listening = asyncio.create_task(listen())
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"text/event-stream")],
    }
    await send(start)
    for _ in range(5):
        await asyncio.sleep(0)  # by now it waits
    listening.cancel()
    await send({"type": "http.response.body", "body": b"data: x\n\n", "more_body": True})
    await asyncio.Event().wait()


@pytest.mark.parametrize(("served", "path"), [(app, "/asks-once"), (stops_listening, "/")])
def test_a_client_that_leaves_is_noticed_where_the_app_asked_before_and_asks_no_more(
    served: App, path: str, eventually: Eventually
) -> None:
    with Server(served) as server:
        with httpx.stream("GET", f"{server.url}{path}") as response:
            chunks = response.iter_raw()
            next(chunks)
            assert server.open_streams == 1
        eventually(lambda: server.streams[0].ended == "client left")


def test_a_group_with_a_single_cause_is_described_by_the_cause() -> None:
    assert describe(ExceptionGroup("a", [ExceptionGroup("b", [KeyError("k")])])) == "KeyError: 'k'"
    assert describe(ExceptionGroup("two", [ValueError(), ValueError()])).startswith("ExceptionGroup: two")
    assert describe(ValueError()) == "ValueError"


def test_of_large_streams_that_are_over_fewer_are_kept() -> None:
    observer = Observer(app)
    most = KEPT_BYTES_IN_ALL // KEPT_BYTES
    for _ in range(most + 5):
        stream = observer.open("GET", "/", 200, began=0.0)
        stream.size = 10 * KEPT_BYTES
        observer.close(stream, None)
    assert [stream.number for stream in observer.streams] == list(range(6, most + 6))

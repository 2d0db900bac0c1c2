"""The traps of running a server inside a notebook, each sprung on purpose."""

import asyncio
import gc
import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from fastapi import FastAPI
from sse_starlette import EventSourceResponse
from sse_starlette.sse import AppStatus

from lesson_server import PortInUse, Server
from lesson_server.launch import StartFailed

Eventually = Callable[[Callable[[], bool]], None]


def endless_app() -> FastAPI:
    app = FastAPI()

    @app.get("/endless")
    async def endless() -> EventSourceResponse:
        async def events() -> AsyncIterator[dict[str, str]]:
            number = 0
            while True:
                yield {"data": str(number)}
                number += 1
                await asyncio.sleep(0.005)

        return EventSourceResponse(events())

    @app.get("/loop")
    async def loop() -> dict[str, object]:
        return {"thread": threading.current_thread().name, "loop": id(asyncio.get_running_loop())}

    return app


def opened(stack: ExitStack, url: str) -> Iterator[bytes]:
    """The chunks of a stream that stays open: httpx closes it once its iterator is gone."""
    client = stack.enter_context(httpx.Client(timeout=30))
    chunks = stack.enter_context(client.stream("GET", url)).iter_raw()
    next(chunks)
    return chunks


def test_a_taken_port_raises_names_the_port_and_the_way_out() -> None:
    with Server(endless_app()) as first:
        second = Server(endless_app(), port=first.port)
        with pytest.raises(PortInUse, match=rf"Port {first.port} is taken.*stop\(\).*port=0") as caught:
            second.start()
        assert isinstance(caught.value, OSError)
        assert not second.running
        assert httpx.get(f"{first.url}/loop").status_code == 200
    second = second.start()  # the port is free now
    assert second.running
    second.stop()


def test_another_error_of_the_socket_is_not_called_a_taken_port() -> None:
    with pytest.raises(OSError) as caught:
        Server(endless_app(), host="192.0.2.1").start()
    assert not isinstance(caught.value, PortInUse)


def test_the_server_has_a_thread_and_a_loop_of_its_own() -> None:
    async def cell() -> tuple[int, dict[str, object]]:
        async with Server(endless_app()) as server, httpx.AsyncClient() as client:
            return id(asyncio.get_running_loop()), (await client.get(f"{server.url}/loop")).json()

    here, there = asyncio.run(cell())
    assert there["thread"] == "lesson-server"
    assert there["loop"] != here


def test_the_callers_loop_goes_on_while_the_server_stops() -> None:
    released = threading.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(released.wait, 30)

    async def cell() -> None:
        async with Server(FastAPI(lifespan=lifespan)):
            asyncio.get_running_loop().call_later(0.05, released.set)

    asyncio.run(cell())
    assert released.is_set()


def test_start_on_a_running_server_changes_nothing() -> None:
    server = Server(endless_app())
    assert server.start() is server
    url = server.url
    assert server.start() is server
    assert server.url == url
    server.stop()
    server.stop()


def test_stop_ends_open_streams_and_says_that_the_server_did_it(capfd: pytest.CaptureFixture[str]) -> None:
    with ExitStack() as stack:
        server = Server(endless_app()).start()
        readers = [opened(stack, f"{server.url}/endless") for _ in range(5)]
        assert server.open_streams == 5
        server.stop()
        assert [stream.ended for stream in server.streams] == ["torn"] * 5
        assert {stream.error for stream in server.streams} == {"the server stopped"}
        assert not any(stream.at_work for stream in server.streams)
        for reader in readers:
            with pytest.raises(httpx.RemoteProtocolError):
                list(reader)
    captured = capfd.readouterr()
    assert captured.err == captured.out == ""


def test_a_stopped_server_says_so_and_has_no_address() -> None:
    server = Server(endless_app())
    for _ in range(2):
        assert (repr(server), server.running, server.connections) == ("Server(stopped)", False, 0)
        with pytest.raises(RuntimeError, match=r"start\(\)"):
            _ = server.url
        server.start()
        assert repr(server) == "Server(running, 0 streams open)"
        server.stop()


def test_a_fixed_port_can_be_served_again_at_once() -> None:
    with Server(endless_app()) as first:
        port = first.port
        httpx.get(f"{first.url}/loop")
    server = Server(endless_app(), port=port)
    for _ in range(3):
        with server, ExitStack() as stack:
            chunks = opened(stack, f"{server.url}/endless")
            assert next(chunks)
            assert server.port == port


def open_files() -> int:
    process = psutil.Process()
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()


def test_thirty_restarts_leave_no_thread_and_no_open_file() -> None:
    server = Server(endless_app())

    def once() -> None:
        with server:
            httpx.get(f"{server.url}/loop")

    once()
    gc.collect()
    threads, files = threading.active_count(), open_files()
    for _ in range(30):
        once()
    gc.collect()
    assert threading.active_count() <= threads
    assert open_files() <= files


def test_streams_are_kept_after_stop_and_begin_anew_with_start() -> None:
    server = Server()
    with server:
        httpx.get(f"{server.url}/stream?pace=0")
    assert repr(server.streams) == "(GET /stream?pace=0 200: 9 events, finished,)"
    with server:
        assert server.streams == ()


def test_stopping_one_server_leaves_the_streams_of_another_alone() -> None:
    with ExitStack() as stack:
        first, second = Server(endless_app()).start(), stack.enter_context(Server(endless_app()))
        cut = opened(stack, f"{first.url}/endless")
        chunks = opened(stack, f"{second.url}/endless")
        first.stop()
        assert not AppStatus.should_exit
        before = len(second.streams[0].chunks)
        time.sleep(0.7)  # longer than sse-starlette takes to look whether it should exit
        assert second.open_streams == 1
        assert len(second.streams[0].chunks) > before
        assert next(chunks)
        with pytest.raises(httpx.RemoteProtocolError):
            list(cut)


def test_a_server_that_nobody_refers_to_any_more_stops_by_itself(eventually: Eventually) -> None:
    def alive() -> int:
        return sum(thread.name == "lesson-server" for thread in threading.enumerate())

    server = Server(endless_app()).start()
    with ExitStack() as stack:
        chunks = opened(stack, f"{server.url}/endless")
        server = Server(endless_app()).start()  # a cell that is run again
        gc.collect()
        eventually(lambda: alive() == 1)
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)
        assert httpx.get(f"{server.url}/loop").status_code == 200
        server.stop()


def test_a_failed_lifespan_raises_with_its_cause() -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise KeyError("MODEL_PATH")
        yield

    server = Server(FastAPI(lifespan=lifespan), log_level="critical")
    with pytest.raises(StartFailed, match="KeyError: 'MODEL_PATH'") as caught:
        server.start()
    assert isinstance(caught.value.__cause__, KeyError)
    assert not server.running
    server.stop()


def test_a_lifespan_runs_from_its_beginning_to_its_end() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        seen.append("begin")
        yield
        seen.append("end")

    with Server(FastAPI(lifespan=lifespan)):
        assert seen == ["begin"]
    assert seen == ["begin", "end"]


def test_a_blocked_loop_is_named_with_the_line_that_blocks_it(
    monkeypatch: pytest.MonkeyPatch, eventually: Eventually
) -> None:
    monkeypatch.setattr("lesson_server.launch.JOIN_TIMEOUT", 0.2)
    entered, release = threading.Event(), threading.Event()
    app = FastAPI()

    @app.get("/")
    async def blocking() -> None:
        entered.set()
        release.wait(30)

    server = Server(app, log_level="critical").start()
    with ExitStack() as stack:
        client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert entered.wait(30)
        with pytest.warns(RuntimeWarning, match="event loop is blocked in"):
            server.stop()
        assert not server.running
        release.set()


def test_a_stop_that_waits_for_a_short_block_does_not_warn() -> None:
    app, entered = FastAPI(), threading.Event()

    @app.get("/")
    async def blocking() -> None:
        entered.set()
        time.sleep(0.2)  # noqa: ASYNC251 (the mistake itself)

    with ExitStack() as stack, warnings.catch_warnings():
        warnings.simplefilter("error")
        server = Server(app, log_level="critical").start()
        client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert entered.wait(30)
        server.stop()


def test_a_stream_that_refuses_to_be_cancelled_cannot_keep_the_server() -> None:
    app = FastAPI()

    @app.get("/stubborn")
    async def stubborn() -> EventSourceResponse:
        async def events() -> AsyncIterator[dict[str, str]]:
            for _ in range(200):
                try:
                    yield {"data": "x"}
                    await asyncio.sleep(0.05)
                except asyncio.CancelledError:
                    pass

        return EventSourceResponse(events())

    with ExitStack() as stack:
        server = Server(app, log_level="critical").start()
        chunks = opened(stack, f"{server.url}/stubborn")
        server.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)
        assert server.streams[0].ended == "torn"


def test_quiet_waits_for_the_last_stream_and_says_when_it_gave_up() -> None:
    async def cell() -> None:
        async with Server(endless_app()) as server:
            assert await server.quiet()
            async with httpx.AsyncClient() as client:
                request = client.build_request("GET", f"{server.url}/endless")
                response = await client.send(request, stream=True)
                assert not await server.quiet(timeout=0.05)  # left open: a leak, and it shows
                assert repr(server) == "Server(running, 1 stream open)"
                await response.aclose()
            assert await server.quiet(timeout=30)
            assert server.open_streams == 0

    asyncio.run(cell())


SCRIPT = """
import asyncio, sys, threading
import httpx, {nest}
from lesson_server import Server

async def cell(server):
    async with httpx.AsyncClient() as client:
        async with client.stream("GET", server.url + "/stream?pace=0.01") as response:
            return sum([line.startswith("data") async for line in response.aiter_lines()])

when = sys.argv[1]
if when == "before":
    {nest}.apply()
server = Server().start()
if when == "while":
    {nest}.apply()
print(asyncio.run(cell(server)))

async def notebook():
    return asyncio.run(cell(server)) if when != "never" else await cell(server)

print(asyncio.run(notebook()))
server.stop()
server.start()
print(asyncio.run(cell(server)))
server.stop()

async def managed():
    async with Server() as other:
        return await cell(other)

print(asyncio.run(managed()))
print([thread.name for thread in threading.enumerate() if thread.name == "lesson-server"])
"""


@pytest.mark.parametrize("when", ["never", "before", "while"])
def test_it_works_in_a_kernel_whose_asyncio_was_made_nestable(when: str, tmp_path: Path) -> None:
    script = tmp_path / "cells.py"
    script.write_text(SCRIPT.format(nest="nest_asyncio2"))
    result = subprocess.run(
        [sys.executable, script, when], capture_output=True, text=True, timeout=120, check=False
    )
    assert (result.stdout.split(), result.stderr) == (["9", "9", "9", "9", "[]"], "")


def test_a_process_ends_although_its_server_still_runs(tmp_path: Path) -> None:
    script = tmp_path / "forgotten.py"
    script.write_text(
        textwrap.dedent(
            """
            import httpx
            from lesson_server import Server
            server = Server().start()
            response = httpx.Client().send(httpx.Request("GET", server.url + "/stream?pace=5"), stream=True)
            print(server)
            """
        )
    )
    result = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=120, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "Server(running, 1 stream open)\n", "")


def test_an_event_leaves_at_once_and_does_not_wait_for_more() -> None:
    with Server(endless_app()) as server, ExitStack() as stack:
        chunks = opened(stack, f"{server.url}/endless")
        next(chunks)
        assert server._run is not None
        [connection] = server._run.server_state.connections
        accepted = connection.transport.get_extra_info("socket")
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_an_endpoint_that_is_defined_again_replaces_the_one_before() -> None:
    app = FastAPI()

    def define(answer: str) -> None:
        @app.get("/answer")
        async def _() -> str:
            return answer

    @app.post("/answer")
    async def _() -> str:
        return "posted"

    define("first")
    with Server(app) as server:
        assert httpx.get(f"{server.url}/answer").json() == "first"
        define("second")
        assert httpx.get(f"{server.url}/answer").json() == "second"
        assert httpx.post(f"{server.url}/answer").json() == "posted"
        assert httpx.get(f"{server.url}/docs").status_code == 200


def test_a_parameter_that_is_renamed_and_a_method_that_is_added_replace_the_endpoint_before() -> None:
    app = FastAPI()

    @app.get("/by/{name}")
    async def _(name: str) -> str:
        return "old"

    @app.get("/methods")
    async def _() -> str:
        return "old"

    @app.get("/by/{place}")
    async def _(place: str) -> str:
        return place

    @app.api_route("/methods", methods=["GET", "POST"])
    async def _() -> str:
        return "new"

    with Server(app) as server:
        assert httpx.get(f"{server.url}/by/me").json() == "me"
        assert httpx.get(f"{server.url}/methods").json() == "new"


@pytest.mark.parametrize("already", ["", "example.org"])
def test_a_proxy_of_the_house_does_not_stand_between_a_client_and_the_server(
    already: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", already)
    monkeypatch.setenv("no_proxy", already)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        nobody.close()
        with Server(endless_app()) as server:
            assert httpx.get(f"{server.url}/loop").status_code == 200
            server.stop()
        with Server(endless_app()):
            assert os.environ["NO_PROXY"].split(",").count("127.0.0.1") == 1
    assert already in os.environ["NO_PROXY"]


def stop_while_clients_come() -> None:
    server = Server(endless_app()).start()
    run, clients, came = server._run, [], threading.Event()
    assert run is not None and run._loop is not None

    def come_and_stop() -> None:
        assert run._exit is not None
        clients.extend(socket.create_connection(("127.0.0.1", run.port)) for _ in range(3))
        run.should_exit = True
        run._exit.set()
        came.set()

    run._loop.call_soon_threadsafe(come_and_stop)
    came.wait()
    server.stop()
    for client in clients:
        client.close()


def test_connections_that_come_while_the_server_stops_are_closed_too() -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        stop_while_clients_come()
        gc.collect()
    assert [str(warning.message) for warning in warned if warning.category is ResourceWarning] == []

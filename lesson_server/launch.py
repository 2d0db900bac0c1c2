"""Running an app inside a notebook's kernel: in a thread of its own, with a loop of its own."""

import asyncio
import contextlib
import errno
import linecache
import os
import re
import socket
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.request import getproxies_environment

import uvicorn

from lesson_server import page
from lesson_server.observer import App, Observer, Receive, Send, Stream, describe

# Seconds. Only code that blocks the loop, or refuses to be cancelled, ever uses them up.
JOIN_TIMEOUT = 5.0
CANCEL_TIMEOUT = 1.0


class PortInUse(OSError):
    """Another server listens on the port that was asked for."""


class StartFailed(RuntimeError):
    """The app never became ready; `__cause__` is what it raised, where known."""


class Server:
    """An ASGI app, served on a real port from inside this process.

        async with Server(app) as server:
            httpx.get(server.url)

    `start` and `stop` do the same across notebook cells. A server whose last reference is gone stops by itself.
    Below `/_page/` it answers with a page for the browser (`lesson_server.Page`); everything else is the app's.
    Of several endpoints for one path the last counts, so that a cell which defines one can be changed and run again.

    Args:
        app: the ASGI app; None for the lesson's own, `lesson_server.app`.
        host: the address to listen on.
        port: the port to listen on; 0 for any free one.
        log_level: of uvicorn, which writes to standard error. Its log is one for the whole process: of several
            servers, the one started last decides.
    """

    def __init__(
        self, app: App | None = None, *, host: str = "127.0.0.1", port: int = 0, log_level: str = "warning"
    ) -> None:
        if app is None:
            from lesson_server.app import app as own

            app = own
        self._app = app
        self._host = host
        self._asked_port = port
        self._log_level = log_level
        self._observer = Observer(app)
        self._run: _Run | None = None
        self._release: Callable[[], object]
        self._lock = threading.RLock()

    def start(self) -> Self:
        """Serve, and return once requests are answered. Does nothing if it runs already.

        Raises:
            PortInUse: if another server has the port.
            StartFailed: if the app's lifespan startup failed.
        """
        with self._lock:
            if self.running:
                return self
            listener = _listen(self._host, self._asked_port)
            _reach_directly(self._host)
            self._observer = Observer(self._app)
            self._run = _Run(self._observer, listener, self._log_level)
            # The thread knows the run, never the Server: a re-run cell must be able to drop the old one.
            self._release = weakref.finalize(self, self._run.signal_exit)
            try:
                self._run.launch()
            except BaseException:
                self._run = None
                self._release()
                listener.close()
                raise
            return self

    def stop(self) -> None:
        """Cut what is open, end the thread and free the port. Does nothing if it is stopped.

        Code that blocks the event loop is waited for, 5 seconds at most; then a RuntimeWarning says where it is.
        """
        with self._lock:
            run, self._run = self._run, None
            if run is not None:
                self._release()
                run.join(JOIN_TIMEOUT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)  # the caller's loop goes on meanwhile

    @property
    def running(self) -> bool:
        """Whether the server answers requests."""
        run = self._run
        return run is not None and run.alive

    @property
    def port(self) -> int:
        """The port it listens on. Raises RuntimeError if it is not running."""
        run = self._run
        if run is None or not run.alive:
            raise RuntimeError("This server is not running, so it has no port. Call server.start() first.")
        return run.port

    @property
    def url(self) -> str:
        """Its address, "http://127.0.0.1:PORT". Raises RuntimeError if it is not running."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    @property
    def connections(self) -> int:
        """How many TCP connections are open now, idle ones included."""
        run = self._run
        return 0 if run is None else len(run.server_state.connections)

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The event streams since the last start, in the order in which the responses began: all that are open
        or at work, and of the others the last 1,000, or fewer where these are large."""
        return tuple(self._observer.streams)

    @property
    def open_streams(self) -> int:
        """How many event streams have not ended."""
        return sum(stream.ended is None for stream in self.streams)

    async def quiet(self, timeout: float = 5.0) -> bool:
        """Wait until every stream has ended and the app has let go of it.

        Returns False if that took more than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while any(stream.ended is None or stream.at_work for stream in self.streams):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.005)
        return True

    def __repr__(self) -> str:
        if not self.running:
            return "Server(stopped)"
        count = self.open_streams
        return f"Server(running, {count} stream{'s' * (count != 1)} open)"


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Uvicorn, left to bind a taken port, would end the whole process."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        message = (
            f"Port {port} is taken: another server listens on it. "
            "Stop that one first (server.stop()), or ask for any free port with port=0."
        )
        raise PortInUse(errno.EADDRINUSE, message) from None
    # asyncio sends small pieces at once (TCP_NODELAY) only where it knows the protocol, and `create_server` names none.
    # Otherwise an event waits up to 40 ms for the client's word that it has the one before.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


class _Run(uvicorn.Server):
    """One life of a server, from its socket to the end of its thread."""

    def __init__(self, observer: Observer, listener: socket.socket, log_level: str) -> None:
        # Uvicorn's own graceful shutdown waits for the last client of an endless stream: `shutdown` replaces it.
        config = uvicorn.Config(
            self._serve_request,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="auto",
            interface="asgi3",
            log_level=log_level,
            access_log=False,
            timeout_graceful_shutdown=0,
        )
        super().__init__(config)
        self.port: int = listener.getsockname()[1]
        self._observer = observer
        self._listener = listener
        self._loop: asyncio.AbstractEventLoop | None = None
        self._exit: asyncio.Event | None = None
        self._answered = threading.Event()  # ready, or dead
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._live, name="lesson-server", daemon=True)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and not self.should_exit

    def launch(self) -> None:
        self._thread.start()
        self._answered.wait()
        if self._failure is not None:
            self._thread.join(JOIN_TIMEOUT)
            cause = self._observer.lifespan_error or self._failure
            raise StartFailed(f"The app did not start: {describe(cause)}") from cause

    def signal_exit(self) -> None:
        """Ask the thread to end. From any thread, at any time, without waiting."""
        self.should_exit = True
        loop, wake = self._loop, self._exit
        if loop is not None and wake is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed in between
                loop.call_soon_threadsafe(wake.set)

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)
        if self._thread.is_alive():
            warnings.warn(
                f"The server could not stop: its event loop is blocked {self._where()}. It ends when that call "
                "returns. In async code, await instead of blocking: asyncio.sleep, asyncio.to_thread.",
                RuntimeWarning,
                stacklevel=3,
            )

    def _where(self) -> str:
        frame = sys._current_frames().get(self._thread.ident or 0)
        if frame is None:
            return "somewhere"
        code = frame.f_code
        line = linecache.getline(code.co_filename, frame.f_lineno).strip()
        return f"in {code.co_name}(), at `{line}`" if line else f"in {code.co_name}()"

    def _live(self) -> None:
        try:
            # Not asyncio.run: in a notebook that may be patched, to run on the kernel's loop.
            loop = self._loop = asyncio.new_event_loop()
            try:
                asyncio.set_event_loop(loop)
                loop.run_until_complete(self.serve(sockets=[self._listener]))
            finally:
                _wind_up(loop)
        except BaseException as error:  # SystemExit too: uvicorn's answer to a failed startup
            self._failure = error
        finally:
            self._listener.close()
            self._answered.set()

    async def _serve_request(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        try:
            if page.owns(scope):
                await page.answer(scope, send, self._observer.streams)
            else:
                _forget_older_routes(self._observer.app)
                await self._observer(scope, receive, send)
        except asyncio.CancelledError:
            if not self.should_exit:
                raise
            # Uvicorn would print a traceback for each stream that was cut by stopping.

    async def main_loop(self) -> None:
        """Wait for the signal; once a second, let uvicorn renew its Date header."""
        self._exit = asyncio.Event()
        self._answered.set()
        while not await self.on_tick(0):
            try:
                await asyncio.wait_for(self._exit.wait(), 1.0)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every connection now, cancel what is at work, then end the app's lifespan."""
        self._observer.cut("the server stopped")
        for server in self.servers:
            server.close()
        for _ in range(3):  # a connection that was accepted in this very turn is known three turns later
            await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # lets every connection learn that it is closed
        await _cancel(self.server_state.tasks)
        await self.lifespan.shutdown()


def _forget_older_routes(app: App) -> None:
    """Of several endpoints for the same path and methods keep the last one, where FastAPI would ask the first.

    A cell that is changed and run again defines its endpoint once more. Included routers are left as they are.
    """
    routes = getattr(getattr(app, "router", None), "routes", [])
    newer: dict[str, set[str]] = {}
    for route in reversed(list(routes)):
        path, methods = getattr(route, "path", None), getattr(route, "methods", None)
        if path is None or not methods:
            continue
        answered = newer.setdefault(_shape(path), set())
        if methods <= answered:
            routes.remove(route)
        answered |= methods


@lru_cache
def _shape(path: str) -> str:
    """A path without the names of its parameters: "/{name}" and "/{other}" are the same place."""
    return re.sub(r"{\w+", "{", path)


def _reach_directly(host: str) -> None:
    """Tell this process's HTTP clients not to send requests for `host` through a proxy, where one is set."""
    proxies = getproxies_environment()
    direct = [name for name in proxies.pop("no", "").split(",") if name]
    if proxies and host not in direct:
        for name in ("no_proxy", "NO_PROXY"):
            os.environ[name] = ",".join([*direct, host])


async def _cancel(tasks: set[asyncio.Task[None]]) -> None:
    pending = set(tasks)
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending, timeout=CANCEL_TIMEOUT)


def _wind_up(loop: asyncio.AbstractEventLoop) -> None:
    """Leave nothing behind: no task, no open generator, no selector."""
    try:
        loop.run_until_complete(_cancel(asyncio.all_tasks(loop)))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()

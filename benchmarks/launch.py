"""What starting and stopping the lesson's server costs: `python benchmarks/launch.py`.

Prints medians of 20 runs, with the slowest; then what 100 restarts leave behind.
"""

import gc
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx
import psutil

from lesson_server import Server

RUNS, STREAMS, RESTARTS = 20, 100, 100


def timed(action: Callable[[], object]) -> float:
    """How long `action` takes, in seconds."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def launch() -> float:
    """Seconds from start() to the answer that the server is ready."""
    server = Server()
    seconds = timed(server.start)
    server.stop()
    return seconds


def first_answer() -> float:
    """Seconds from start() to a whole HTTP response."""
    server = Server()
    with httpx.Client() as client:
        seconds = timed(lambda: client.get(f"{server.start().url}/whole?pace=0"))
    server.stop()
    return seconds


def stop_with_streams_open() -> float:
    """Seconds that stop() takes while clients read as many as STREAMS streams."""
    server = Server().start()
    with ExitStack() as stack:
        limits = httpx.Limits(max_connections=STREAMS)
        client = stack.enter_context(httpx.Client(limits=limits, timeout=30))
        for _ in range(STREAMS):
            stack.enter_context(client.stream("GET", f"{server.url}/stream?pace=5"))
        assert server.open_streams == STREAMS
        seconds = timed(server.stop)
    assert not server.open_streams
    return seconds


def open_files() -> int:
    process = psutil.Process()
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()


def held() -> str:
    gc.collect()
    memory = psutil.Process().memory_info().rss / 2**20
    return f"{threading.active_count()} threads, {open_files()} open files, {memory:.1f} MiB"


def restart(server: Server) -> None:
    with server:
        httpx.get(f"{server.url}/stream?pace=0")


def main() -> None:
    launch()  # imports and caches
    for name, measure, unit, scale in (
        ("launch to ready", launch, "ms", 1000),
        ("launch to first answer", first_answer, "ms", 1000),
        (f"stop with {STREAMS} streams open", stop_with_streams_open, "s", 1),
    ):
        runs = sorted(measure() * scale for _ in range(RUNS))
        print(f"{name:30} median {statistics.median(runs):.3g} {unit}, slowest {runs[-1]:.3g} {unit}")
    server = Server()
    restart(server)
    print(f"before {RESTARTS} restarts          {held()}")
    for _ in range(RESTARTS):
        restart(server)
    print(f"after                          {held()}")


if __name__ == "__main__":
    main()

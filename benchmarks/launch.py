"""What starting and stopping the lesson's server costs: `python benchmarks/launch.py`, half a minute.

Prints medians of RUNS runs, with the slowest. Then what restarts leave behind in one process, and the same in one
Jupyter kernel, where each restart is a cell of its own: threads, open files, memory (RSS). Memory settles in the first
hundred; what follows shows whether anything leaks.
"""

import gc
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise

import httpx
import psutil
from jupyter_client.manager import start_new_kernel
from rich.progress import track

from lesson_server import Server

RUNS, STREAMS = 20, 100
RESTARTS = (1, 100, 200, 300)


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


def first_event() -> float:
    """Seconds from start() to the first event of a stream, in the hands of its client."""
    server = Server()
    with httpx.Client() as client:

        def read() -> None:
            with client.stream("GET", f"{server.start().url}/stream?pace=0") as response:
                assert next(response.iter_raw()).startswith(b"event: ")

        seconds = timed(read)
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
    return f"{threading.active_count():3} threads, {open_files():3} open files, {memory:.1f} MiB"


def restart(server: Server) -> None:
    with server:
        httpx.get(f"{server.url}/stream?pace=0")


def in_process() -> Iterator[str]:
    """What is held after each number of RESTARTS."""
    server = Server()
    for before, number in pairwise((0, *RESTARTS)):
        for _ in range(number - before):
            restart(server)
        yield held()


def in_kernel() -> Iterator[str]:
    """As `in_process`, in a kernel, where a cell creates its server anew as a re-run notebook does."""
    manager, client = start_new_kernel(kernel_name="python3")

    def run(cell: str) -> str:
        printed = []

        def heard(message: dict) -> None:
            if message["msg_type"] == "stream":
                printed.append(message["content"]["text"])

        reply = client.execute_interactive(cell, output_hook=heard, store_history=False, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed).strip()

    cell = "server = Server().start()\nprint(httpx.get(f'{server.url}/stream?pace=0').status_code)\nserver.stop()"
    try:
        run(f"import sys\nsys.path[:0] = {sys.path!r}\nfrom launch import Server, held, httpx")
        for before, number in pairwise((0, *RESTARTS)):
            for _ in range(number - before):
                assert run(cell) == "200"
            yield run("print(held())")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    launch()  # imports and caches
    for name, measure, unit, scale in (
        ("launch to ready", launch, "ms", 1000),
        ("launch to first event", first_event, "ms", 1000),
        (f"stop with {STREAMS} streams open", stop_with_streams_open, "s", 1),
    ):
        runs = sorted(measure() * scale for _ in track(range(RUNS), name, transient=True))
        print(f"{name:28} median {statistics.median(runs):.3g} {unit}, slowest {runs[-1]:.3g} {unit}")
    for place, figures in (("one process", in_process), ("one Jupyter kernel", in_kernel)):
        print(f"restarts in {place}")
        for number, figure in zip(RESTARTS, figures(), strict=True):
            print(f"  {number:3} {figure}", flush=True)


if __name__ == "__main__":
    main()

"""Looks around inside the sandbox, before any answer runs there: `python -m exercises.grader.inside HIDDEN...`.

Prints "sealed", or the first thing that does not hold. HIDDEN are paths that must not be seen.
"""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from .limits import LIMITS, limit_this_process

THREADS = (
    64  # that honest code may have: anyio takes up to 40, asyncio's own pool 32 at most on most machines
)


def faults(hidden: list[str]) -> Iterator[str]:
    """What does not hold in here, each as one clause."""
    yield from (f"{path} can be seen" for path in hidden if Path(path).exists())
    if len([path for path in Path("/proc").iterdir() if path.name.isdigit()]) > 2:
        yield "other processes can be seen"
    if {name for _, name in socket.if_nameindex()} - {"lo"}:
        yield "the network can be reached"
    yield from (
        f"{path} can be written" for path in ("/", "/usr", "/dev", __file__) if os.access(path, os.W_OK)
    )
    if os.geteuid() == 0:
        yield "it runs as root"
    for library in ("fastapi", "sse_starlette", "pydantic"):
        spec = find_spec(library)
        if spec is None or spec.origin is None or not os.access(spec.origin, os.R_OK):
            yield f"{library} cannot be read by another user (chmod -R go+rX {sys.prefix})"
    started = _threads_until_refused(LIMITS.processes + 1)
    if started > LIMITS.processes:
        yield "the number of processes is not bound"
    elif started < THREADS:
        yield f"only {started} threads can be started"


def _threads_until_refused(most: int) -> int:
    threading.stack_size(256 * 1024)  # so that the number of them is the limit, and not their memory
    started, over = 0, threading.Event()
    with contextlib.suppress(RuntimeError):
        while started < most:
            threading.Thread(target=over.wait, daemon=True).start()
            started += 1
    over.set()
    return started


if __name__ == "__main__":
    limit_this_process(alone=True)
    print(next(faults(sys.argv[1:]), "sealed"))

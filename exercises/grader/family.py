"""The processes below a process: who they are, and what they use together."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

RESTING = (psutil.STATUS_SLEEPING, psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE)


@dataclass(frozen=True)
class Usage:
    """CPU seconds used so far, bytes of memory now, and whether any process is at work or waits for its turn."""

    cpu: float
    memory: int
    is_moving: bool


def below(pid: int) -> list[int]:
    """The processes that this one started and those that they did, each parent before its children."""
    if sys.platform != "linux":
        with contextlib.suppress(psutil.Error):
            return [process.pid for process in psutil.Process(pid).children(recursive=True)]
        return []
    found: list[int] = []
    for child in _children(pid):
        found += [child, *below(child)]
    return found


def _children(pid: int) -> Iterator[int]:
    # psutil would read the status of every process of the machine for this.
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


def usage(pid: int) -> Usage:
    """What the process and all below it use. Raises psutil.NoSuchProcess when the process itself has ended."""
    if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
        raise psutil.NoSuchProcess(pid)
    cpu, memory, is_moving = 0.0, 0, False
    for member in (pid, *below(pid)):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(member)
            times = process.cpu_times()
            # Of those that have ended, their parent has the account.
            cpu += times.user + times.system + times.children_user + times.children_system
            memory += process.memory_info().rss
            is_moving |= process.status() not in RESTING
    return Usage(cpu, memory, is_moving)

"""Runs one answer in a process of its own, and stops it where it goes too far."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from typing import IO

import psutil
from pydantic import ValidationError

from .limits import LIMITS, Limits
from .observation import READY, Job, Observation

START_UP = 3  # CPU seconds that a child may take before it runs its answer, on the slowest of machines
LOOK_EVERY = 0.05  # seconds between two looks at a running child


class NotChecked(Exception):
    """The answer could not be run, or not to its end, for a reason that is not the answer's own."""


def run_apart(job: Job, limits: Limits = LIMITS) -> Observation:
    """Run the job's answer in a new process, in a new process group and an empty folder.

    Returns what was seen. Raises NotChecked when the fault is the kit's or the machine's: the child did not
    start, was killed from outside, or was still at work after `limits.wall_seconds`.
    """
    with tempfile.TemporaryDirectory(prefix="answer-", ignore_cleanup_errors=True) as scratch:
        try:
            child = _start(scratch)
        except OSError as problem:
            raise NotChecked(f"no process could be started: {problem}") from problem
        try:
            seen = _watch(child, job, limits)
        finally:
            _end(child)
    if seen.app and seen.stopped is None and list(map(len, seen.rounds)) != list(map(len, job.rounds)):
        return Observation(stopped="exited", detail="its report is not complete")
    return seen


def _start(scratch: str) -> "subprocess.Popen[bytes]":
    # -P and -s keep the current folder and the user's site folder out of what is imported.
    command = [sys.executable, "-P", "-s", "-m", "exercises.grader.child"]
    # A few arenas only: each one takes 64 MiB of the address space that the memory limit counts.
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TZ") if name in os.environ}
    environment = {**kept, "HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
    environment["PYTHONHASHSEED"] = "0"  # the same answer shows the same order of a set in every run
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=scratch,
        env=environment,
        start_new_session=True,
    )


@dataclass
class Reader:
    """Takes in what the child writes, up to a number of bytes, in a thread of its own."""

    stream: IO[bytes]
    most: int
    data: bytes = b""
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        parts: list[bytes] = []
        left, lines = self.most, 0
        with contextlib.suppress(OSError, ValueError):
            while left > 0 and (part := os.read(self.stream.fileno(), min(left, 65536))):
                parts.append(part)
                left -= len(part)
                # A report is one line after the ready line; the pipe stays open, for the child waits for its end.
                lines += part.count(b"\n")
                if lines >= 2:
                    break
        self.data = b"".join(parts)
        self.ended.set()


def _watch(child: "subprocess.Popen[bytes]", job: Job, limits: Limits) -> Observation:
    assert child.stdin and child.stdout and child.stderr
    errors = Reader(child.stderr, 64 * 1024)
    report = Reader(child.stdout, limits.report_bytes)
    with contextlib.suppress(OSError):
        # The pipe stays open: its end tells the child that its parent has gone.
        child.stdin.write(job.model_dump_json().encode() + b"\n")
        child.stdin.flush()
    stopped = _wait(child, report, limits)
    if stopped is None and report.data.count(b"\n") < 2:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(1.0)  # its pipes close a moment before it has ended
    ended_itself = child.poll() is not None
    _kill(child)
    report.ended.wait(1.0)
    if not report.data.startswith(READY):
        errors.ended.wait(1.0)
        raise NotChecked(_last_line(errors.data) or "the process for the answer did not start")
    try:
        return Observation.model_validate_json(report.data.removeprefix(READY))
    except ValidationError:
        pass
    if stopped is not None:
        return stopped
    code = child.wait()
    if not ended_itself:
        return Observation(stopped="exited", detail="it closed what it reports through")
    if code == -9:
        raise NotChecked("the process of the answer was killed from outside")
    return Observation(stopped="exited", detail=f"exit code {code}" if code >= 0 else f"signal {-code}")


def _wait(child: "subprocess.Popen[bytes]", report: Reader, limits: Limits) -> Observation | None:
    """Wait for the report; what stopped the child instead, if something did."""
    began = moved = time.monotonic()
    used = 0.0
    while not report.ended.wait(LOOK_EVERY):
        now = time.monotonic()
        try:
            process = psutil.Process(child.pid)
            cpu, memory, state = _usage(process)
        except psutil.Error:
            # It has ended; its last bytes are on their way.
            report.ended.wait(1.0)
            return None
        if cpu > used or state not in (psutil.STATUS_SLEEPING, psutil.STATUS_STOPPED):
            used, moved = cpu, now
        # The child's own limit counts from its start-up on; this one also holds where there are none.
        if used > limits.cpu_seconds + START_UP:
            return Observation(stopped="cpu")
        if memory > limits.memory_bytes:
            return Observation(stopped="memory")
        if now - moved > limits.still_seconds:
            return Observation(stopped="still")
        if now - began > limits.wall_seconds:
            raise NotChecked(f"still at work after {limits.wall_seconds:.0f} seconds on a busy machine")
    return None


def _usage(process: psutil.Process) -> tuple[float, int, str]:
    """CPU seconds used so far, bytes of memory, and the state."""
    family = [process]
    if sys.platform == "win32":
        family += process.children(recursive=True)  # a virtual environment's python.exe only starts another
    times = [member.cpu_times() for member in family]
    memory = sum(member.memory_info().rss for member in family)
    return sum(time.user + time.system for time in times), memory, process.status()


def _end(child: "subprocess.Popen[bytes]") -> None:
    _kill(child)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End the child and all that it started, in sessions of their own too."""
    # A child waits for its end after its report, so that what it has started can still be found below it.
    started: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        started = psutil.Process(child.pid).children(recursive=True)
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, 9)
    child.kill()
    for process in started:
        with contextlib.suppress(psutil.Error):
            process.kill()


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""

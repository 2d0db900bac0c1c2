"""Runs one answer in a process of its own, and stops it where it goes too far."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import IO

import psutil
from pydantic import ValidationError

from .family import below, usage
from .limits import LIMITS, Limits
from .observation import READY, Job, Observation
from .seal import Seal, reached

START_UP = 3  # CPU seconds that a child may take before it runs its answer, on the slowest of machines
LOOK_EVERY = 0.05  # seconds between two looks at a running child


class NotChecked(Exception):
    """The answer could not be run, or not to its end, for a reason that is not the answer's own."""


def run_apart(job: Job, limits: Limits = LIMITS) -> Observation:
    """Run the job's answer in a new process, as far apart as this machine allows (`seal.reached`).

    Returns what was seen. Raises NotChecked when the fault is the kit's or the machine's: the child did not
    start, was killed from outside, or was still at work after `limits.wall_seconds`.
    """
    seal = reached()
    with seal.scratch() as scratch:
        try:
            child = _start(seal, scratch)
        except OSError as problem:
            raise NotChecked(f"no process could be started: {problem}") from problem
        try:
            seen = _watch(child, job, limits)
        finally:
            _end(child)
    if seen.app and seen.stopped is None and list(map(len, seen.rounds)) != list(map(len, job.rounds)):
        return Observation(stopped="exited", detail="its report is not complete")
    return seen


def _start(seal: Seal, scratch: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        seal.command("exercises.grader.child", *(["alone"] if seal.is_sandbox else [])),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/" if seal.is_sandbox else scratch,
        env=seal.environment(scratch),
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
    if len(report.data) >= limits.report_bytes:
        return Observation(
            stopped="exited", detail=f"it wrote more than {limits.report_bytes:,} bytes where it reports"
        )
    code = _exit_code(child)
    if not ended_itself:
        unreadable = report.data.count(b"\n") >= 2
        why = "what it reported cannot be read" if unreadable else "it closed what it reports through"
        return Observation(stopped="exited", detail=why)
    if code == -9:
        raise NotChecked("the process of the answer was killed from outside")
    return Observation(stopped="exited", detail=f"exit code {code}" if code >= 0 else f"signal {-code}")


def _exit_code(child: "subprocess.Popen[bytes]") -> int:
    """The child's exit code; below zero, the signal that ended it."""
    code = child.wait()
    return 128 - code if 128 < code <= 192 else code  # bubblewrap says it as a shell does


def _wait(child: "subprocess.Popen[bytes]", report: Reader, limits: Limits) -> Observation | None:
    """Wait for the report; what stopped the child instead, if something did."""
    began = moved = time.monotonic()
    used = 0.0
    while not report.ended.wait(LOOK_EVERY):
        now = time.monotonic()
        try:
            together = usage(child.pid)
        except psutil.Error:
            # It has ended; its last bytes are on their way.
            report.ended.wait(1.0)
            return None
        if together.cpu > used or together.is_moving:
            used, moved = max(used, together.cpu), now
        # The child's own limit counts from its start-up on; this one also holds where there are none.
        if used > limits.cpu_seconds + START_UP:
            return Observation(stopped="cpu")
        if together.memory > limits.memory_bytes:
            return Observation(stopped="memory")
        if now - moved > limits.still_seconds:
            return Observation(stopped="still")
        if now - began > limits.wall_seconds:
            raise NotChecked(f"still at work after {limits.wall_seconds:.0f} seconds on a busy machine")
    return None


def _end(child: "subprocess.Popen[bytes]") -> None:
    _kill(child)
    child.wait()
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """End the child and all that it started, in sessions of their own too."""
    # A child waits for its end after its report, so that what it has started can still be found below it. In the
    # sandbox the first of them is the one that takes all others along, and bubblewrap ends when they are gone.
    for pid in below(child.pid) if child.poll() is None else ():
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        if reached().is_sandbox:
            child.wait(5.0)
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, 9)
    child.kill()


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""

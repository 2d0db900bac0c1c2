"""The child process: runs one answer, and reports what was seen of it.

It is given a job on standard input and writes an observation to standard output, then ends. It knows nothing
else: no expected values, no check, no other answer. It decides nothing.
"""

import ast
import asyncio
import inspect
import io
import os
import signal
import sys
import threading
import types
from typing import Any, BinaryIO

from starlette.applications import Starlette

from . import clock
from .evidence import ANSWER, Evidence, line_of, trouble_of
from .exchange import App, visit
from .limits import limit_this_process
from .observation import READY, Job, Observation, Response, Trouble


def main(alone: bool) -> None:
    """Run the one job on standard input; `alone` tells that this process's user has no other processes."""
    os.environ.pop("PYTHONPATH", None)  # it led here; what the answer starts has no use for it
    report, job = _take_over_the_standard_streams()
    evidence = Evidence()
    clock.install(evidence.note_blocking)
    evidence.install()
    _end_on_cpu_limit(report, evidence)
    limit_this_process(alone=alone)
    report.write(READY)
    report.flush()
    try:
        seen = run(job, evidence)
    except MemoryError:
        seen = Observation(stopped="memory")
    except BaseException as problem:
        # Only what asyncio never holds back, such as sys.exit() in a task.
        seen = Observation(
            stopped="exited", stopped_line=trouble_of(problem).line, detail=type(problem).__name__
        )
    _send(report, seen)
    # The parent ends this process and all that the answer has started. Threads and finalisers have no say in it.
    threading.Event().wait()


def run(job: Job, evidence: Evidence) -> Observation:
    """Run the answer's text once from top to bottom, then make the rounds of requests to its app."""
    module = sys.modules[ANSWER] = types.ModuleType(ANSWER)
    start: Trouble | None = None
    try:
        _execute(job.text, module.__dict__)
    except BaseException as problem:
        start = trouble_of(problem)
    app = _app_of(module.__dict__)
    rounds: tuple[tuple[Response, ...], ...] = ()
    if app is not None:
        # Even after an exception: what failed may be a line at the end that plays with what stands above it.
        with asyncio.Runner(loop_factory=clock.VirtualLoop) as runner:
            rounds = runner.run(visit(app, job.rounds))
    return Observation(
        start=start,
        app=app is not None,
        rounds=rounds,
        blocked=tuple(evidence.blocked),
        warnings=tuple(evidence.warnings),
    )


def _execute(text: str, namespace: dict[str, Any]) -> None:
    code = compile(text, ANSWER, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        # A cell may end in `await main()`, as cells do.
        function = types.FunctionType(code, namespace)
        asyncio.run(function())
    else:
        exec(code, namespace)


def _app_of(namespace: dict[str, Any]) -> App | None:
    named = namespace.get("app")
    if isinstance(named, Starlette):
        return named
    return next((value for value in namespace.values() if isinstance(value, Starlette)), None)


def _take_over_the_standard_streams() -> tuple[BinaryIO, Job]:
    """Keep standard output for the report; what the answer prints or reads goes nowhere."""
    job = Job.model_validate_json(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_parent, args=(os.dup(0),), daemon=True).start()
    report = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdin = io.StringIO()
    return report, job


def _end_with_the_parent(pipe: int) -> None:
    """Wait for the other end of the pipe to close: then nobody is left to stop what runs here."""
    while os.read(pipe, 1):
        pass
    os._exit(1)


def _end_on_cpu_limit(report: BinaryIO, evidence: Evidence) -> None:
    if not hasattr(signal, "SIGXCPU"):
        return

    def end(_signal: int, frame: types.FrameType | None) -> None:
        frames = [frame, *sys._current_frames().values()]
        line = next((line for f in frames if (line := line_of(f)) is not None), None)
        _send(report, Observation(stopped="cpu", stopped_line=line, blocked=tuple(evidence.blocked)))
        os._exit(0)

    signal.signal(signal.SIGXCPU, end)


def _send(report: BinaryIO, seen: Observation) -> None:
    if hasattr(signal, "SIGXCPU"):
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    report.write(seen.model_dump_json().encode() + b"\n")
    report.flush()


if __name__ == "__main__":
    main(alone="alone" in sys.argv[1:])

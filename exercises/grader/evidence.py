"""Takes notes while an answer runs: they explain what was seen, they never decide."""

import inspect
import sys
import traceback
import types
import warnings
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import sse_starlette.event
import sse_starlette.sse

from .observation import Blocked, Content, Trouble, Warned, Yielded

ANSWER = "answer"  # the file name that the answer's own lines have in tracebacks
MOST_NOTES = 2_000


@dataclass
class Notes:
    """What was handed to the library under one exchange."""

    content: Content | None = None
    yielded: list[Yielded] = field(default_factory=list)


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


def new_notes() -> Notes:
    """Notes for the exchange that the current task, and those it starts, belong to."""
    notes = Notes()
    _notes.set(notes)
    return notes


class Evidence:
    """Notes what was handed to the library under each exchange, what Python warned of, what blocked."""

    def __init__(self) -> None:
        self.blocked: list[Blocked] = []
        self.warnings: list[Warned] = []

    def note_blocking(self, seconds: float) -> None:
        """Note that `time.sleep`, called from where we are now, has stopped the loop for so many seconds."""
        if len(self.blocked) < MOST_NOTES:
            line = line_of(sys._getframe())
            self.blocked.append(Blocked(call="time.sleep", line=line, seconds=seconds))

    def install(self) -> None:
        """Begin to take notes. The library does what it always does; it is only listened to."""
        self._watch_warnings()
        self._watch_responses()
        self._watch_events()

    def _watch_warnings(self) -> None:
        def note(
            message: Warning | str, category: type[Warning], filename: str, lineno: int, *_: Any
        ) -> None:
            if len(self.warnings) < MOST_NOTES:
                line = lineno if filename == ANSWER else None
                self.warnings.append(
                    Warned(category=clean(category.__name__), message=clean(message), line=line)
                )

        warnings.simplefilter("always")
        warnings.showwarning = note  # type: ignore[assignment]

    def _watch_responses(self) -> None:
        original = sse_starlette.sse.EventSourceResponse.__init__

        def noting(response: Any, /, content: Any = None, *args: Any, **options: Any) -> None:
            if (notes := _notes.get()) is not None:
                notes.content = _content(content)
            original(response, content, *args, **options)

        sse_starlette.sse.EventSourceResponse.__init__ = noting  # type: ignore[assignment, method-assign]

    def _watch_events(self) -> None:
        original = sse_starlette.event.ServerSentEvent.__init__

        def noting(event: Any, /, *args: Any, **fields: Any) -> None:
            notes = _notes.get()
            if notes is not None and len(notes.yielded) < MOST_NOTES:
                given = {**({"data": args[0]} if args else {}), **fields}
                kinds = {
                    clean(name): clean(type(value).__name__) for name, value in given.items() if name != "sep"
                }
                if "comment" not in kinds:  # the library's own ping
                    notes.yielded.append(Yielded(fields=kinds))
            original(event, *args, **fields)

        sse_starlette.event.ServerSentEvent.__init__ = noting  # type: ignore[assignment, method-assign]


def clean(text: object, most: int = 1000) -> str:
    """Text for a report: of bounded length, and without the half characters that UTF-8 cannot carry."""
    return str(text)[:most].encode("utf-8", "backslashreplace").decode()


def _content(content: Any) -> Content:
    code = (
        getattr(content, "cr_code", None)
        or getattr(content, "ag_code", None)
        or getattr(content, "gi_code", None)
    )
    if inspect.isroutine(content):
        code = getattr(content, "__code__", None)
    # A functools.partial has no name of its own; it stands for the function in it.
    name = getattr(content, "__name__", getattr(getattr(content, "func", None), "__name__", None))
    return Content(
        kind=clean(type(content).__name__),
        name=clean(name) if isinstance(name, str) else None,
        line=code.co_firstlineno if isinstance(code, types.CodeType) and code.co_filename == ANSWER else None,
    )


def trouble_of(problem: BaseException) -> Trouble:
    """What an exception says, and the line of the answer it came from; the only one in a group stands for it."""
    while isinstance(problem, BaseExceptionGroup) and len(problem.exceptions) == 1:
        problem = problem.exceptions[0]
    lines: list[int] = []
    origin: BaseException | None = problem
    while origin is not None and not lines:
        # What Python wraps (a StopIteration in a generator) keeps its own lines.
        lines = [
            at for frame, at in traceback.walk_tb(origin.__traceback__) if frame.f_code.co_filename == ANSWER
        ]
        origin = origin.__cause__
    line = problem.lineno if isinstance(problem, SyntaxError) and problem.filename == ANSWER else None
    name = getattr(problem, "name", None)
    try:
        message = problem.msg if isinstance(problem, SyntaxError) else str(problem)
    except Exception:
        message = "(its message cannot be read)"
    return Trouble(
        type=clean(type(problem).__name__),
        message=clean(message),
        line=line or (lines[-1] if lines else None),
        name=clean(name) if isinstance(name, str) else None,
    )


def line_of(frame: types.FrameType | None) -> int | None:
    """The line of the answer that is running in this frame or called it."""
    while frame is not None:
        if frame.f_code.co_filename == ANSWER:
            return frame.f_lineno
        frame = frame.f_back
    return None

"""Mistakes that show in the same way whatever the exercise asks: recognised from what was seen.

Each function yields what it recognises and nothing where it recognises nothing: the kit never guesses.
Rows of the catalogue and what they look like were reproduced on the versions that requirements.txt pins.
"""

import re
from collections.abc import Iterator

from .catalogue import Shown
from .observation import Content, Observation, Response, Trouble
from .source import Source

# What every check can show through `of_any_answer`.
COMMON = (
    "syntax-error",
    "app-missing",
    "name-missing",
    "json-not-imported",
    "stops-at-the-start",
    "never-ends",
    "waits-for-ever",
    "too-much-memory",
    "process-ended",
    "route-missing",
    "other-parameters",
    "fails-before-the-stream",
    "wrong-media-type",
    "wrong-iteration",
    "generator-not-called",
    "return-not-yield",
    "bare-dict",
    "int-id",
    "error-escapes",
    "goes-on-for-ever",
)

VALUES = ("list", "tuple", "dict", "set", "str", "range")  # what iterates, all of it there at once


def of_any_answer(seen: Observation, source: Source) -> Iterator[Shown]:
    """Everything that keeps an answer from being a stream of events that ends, nearest the cause first."""
    yield from of_the_start(seen, source)
    for response in seen.responses:
        yield from of_trouble(response, source)
        yield from of_the_answer(response, source)
        yield from of_the_end(response, source)


def of_the_start(seen: Observation, source: Source) -> Iterator[Shown]:
    """The text as a whole: it does not parse, does not run to its end, has no app, or had to be stopped."""
    line = seen.stopped_line
    match seen.stopped:
        case "cpu":
            variant = "line" if line else ""
            yield Shown("never-ends", line, variant, {"text": source.line(line)})
        case "memory":
            yield Shown("too-much-memory", line)
        case "still":
            yield Shown("waits-for-ever", line)
        case "exited":
            yield Shown("process-ended", line, values={"detail": seen.detail})
    if seen.start is not None:
        yield from _of_start_trouble(seen.start, source)
    elif not seen.app and seen.stopped is None:
        yield Shown("app-missing")


def _of_start_trouble(trouble: Trouble, source: Source) -> Iterator[Shown]:
    values: dict[str, object] = {
        "type": trouble.type,
        "message": trouble.message,
        "text": source.line(trouble.line),
    }
    if trouble.type in ("SyntaxError", "IndentationError", "TabError"):
        yield Shown("syntax-error", trouble.line, values=values)
    elif trouble.type == "NameError":
        yield _name_missing(trouble)
    elif trouble.type == "MemoryError":
        yield Shown("too-much-memory", trouble.line)
    elif trouble.type == "SystemExit":
        yield Shown("process-ended", trouble.line, values={"detail": "SystemExit"})
    else:
        yield Shown("stops-at-the-start", trouble.line, values=values)


def of_trouble(response: Response, source: Source) -> Iterator[Shown]:
    """An exception that left the app, recognised by its kind and by what had been handed to the library."""
    trouble = response.trouble
    if trouble is None:
        return
    if trouble.type == "NameError":
        yield _name_missing(trouble)
    if trouble.type == "MemoryError":
        yield Shown("too-much-memory", trouble.line)
    if trouble.type == "TypeError":
        if trouble.line and re.search(r"async_generator|__aiter__", trouble.message):
            values = {"message": trouble.message, "text": source.line(trouble.line)}
            yield Shown("wrong-iteration", trouble.line, values=values)
        if content := response.content:
            yield from _of_content(content, source)
        if response.yielded:
            yield from _of_last_event(response, source)


def _of_content(content: Content, source: Source) -> Iterator[Shown]:
    name = content.name or content.kind
    line = source.calls("EventSourceResponse")
    if content.kind in ("function", "method", "builtin_function_or_method", "partial"):
        yield Shown("generator-not-called", line, values={"name": name})
    if content.kind == "coroutine":
        returned = source.value_returned_by(content.name)
        variant = "coroutine" if returned else "nothing"
        yield Shown("return-not-yield", returned or content.line, variant, {"name": name})


def _of_last_event(response: Response, source: Source) -> Iterator[Shown]:
    fields = response.yielded[-1].fields
    known = {"data", "event", "id", "retry", "comment"}
    if unknown := [name for name in fields if name not in known]:
        values = {"name": unknown[0], "event": len(response.yielded)}
        yield Shown("bare-dict", source.yield_line(), values=values)
    elif fields.get("id", "str") not in ("str", "NoneType"):
        yield Shown(
            "int-id", source.yield_line(), values={"type": fields["id"], "event": len(response.yielded)}
        )


def of_the_answer(response: Response, source: Source) -> Iterator[Shown]:
    """What a client is told before the first event: the status and the content type."""
    trouble = response.trouble
    if response.status in (404, 405):
        yield Shown("route-missing", values={"status": response.status})
    if response.status == 422:
        yield Shown("other-parameters", values={"body": _short(response.body)})
    if response.status == 500 and trouble is not None:
        values = {"type": trouble.type, "message": trouble.message}
        yield Shown("fails-before-the-stream", trouble.line, values=values)
    if response.status == 200 and response.media_type != "text/event-stream":
        media_type = response.media_type or "nothing"
        if response.media_type == "application/json" and not source.yields:
            yield Shown("return-not-yield", variant="json", values={"seconds": seconds(response.seconds)})
        else:
            yield Shown("wrong-media-type", values={"type": media_type, "body": _short(response.body)})


def of_the_end(response: Response, source: Source) -> Iterator[Shown]:
    """A stream that broke off, or never ended."""
    events = len(response.events)
    if response.ended == "torn" and response.trouble is not None:
        trouble = response.trouble
        values = {"type": trouble.type, "message": trouble.message, "events": events}
        yield Shown("error-escapes", trouble.line, values=values)
    if response.ended == "unfinished":
        yield Shown("goes-on-for-ever", values={"events": events, "seconds": seconds(response.seconds)})


def value_at_once(response: Response, source: Source) -> Iterator[Shown]:
    """A whole value in place of a generator: it works, all at once."""
    content = response.content
    if content is not None and content.kind in VALUES and not source.yields:
        line = source.calls("EventSourceResponse")
        yield Shown("return-not-yield", line, "value", {"kind": content.kind, "events": len(response.events)})


def forgotten_await(seen: Observation, source: Source) -> Iterator[Shown]:
    """A call of asyncio.sleep that nobody awaited: Python warned of it."""
    for warned in seen.warnings:
        if warned.category == "RuntimeWarning" and "'sleep' was never awaited" in warned.message:
            line = source.forgotten_sleep or warned.line
            yield Shown("sleep-not-awaited", line, values={"text": source.line(line)})
            return


def _name_missing(trouble: Trouble) -> Shown:
    if trouble.name == "json":
        return Shown("json-not-imported", trouble.line)
    return Shown("name-missing", trouble.line, values={"name": trouble.name or "?"})


def _short(body: bytes, most: int = 200) -> str:
    text = body.decode("utf-8", "replace")
    return text if len(text) <= most else text[:most] + " …"


def seconds(number: float) -> str:
    """Virtual seconds in words: "1 s", "0.25 s"."""
    return f"{round(number, 3):g} s"

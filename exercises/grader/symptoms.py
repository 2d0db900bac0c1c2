"""Mistakes that show in the same way whatever the exercise asks: recognised from what was seen.

Each function yields what it recognises and nothing where it recognises nothing: the kit never guesses.
Rows of the catalogue and what they look like were reproduced on the versions that requirements.txt pins.
"""

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches

from .catalogue import Shown
from .observation import Content, Observation, Response, Trouble
from .source import Source

# What every check can show through `of_any_answer`.
COMMON = (
    "notebook-command",
    "syntax-error",
    "await-in-plain-def",
    "return-value-in-generator",
    "app-missing",
    "name-missing",
    "name-of-another-function",
    "name-misspelt",
    "json-not-imported",
    "stops-at-the-start",
    "never-ends",
    "waits-for-ever",
    "too-much-memory",
    "process-ended",
    "route-missing",
    "other-parameters",
    "other-status",
    "fails-before-the-stream",
    "wrong-media-type",
    "wrong-iteration",
    "await-on-nothing",
    "generator-not-called",
    "return-not-yield",
    "bare-dict",
    "int-id",
    "wrong-event-source-response",
    "error-escapes",
    "framed-by-hand",
    "event-as-data",
    "raw-newline",
    "one-newline",
    "goes-on-for-ever",
    "too-much-sent",
)

# CPython's words for it, 3.11 to 3.13.
WRONG_ITERATION = re.compile(
    r"'async_generator' object is not iterable|__a(?:iter|next)__|'await' expression"
)
FIELD = re.compile(r"(data|event|id|retry)(:|\Z)|:")  # what a line of a stream may begin with
VALUES = ("list", "tuple", "dict", "set", "str", "range")  # what iterates, all of it there at once


def of_any_answer(seen: Observation, source: Source) -> Iterator[Shown]:
    """Everything that keeps an answer from being a stream of events that ends, nearest the cause first."""
    yield from of_the_start(seen, source)
    for response in seen.responses:
        yield from of_two_libraries(response, source)
        yield from of_trouble(response, source)
        yield from of_the_answer(response, source)
        yield from of_the_end(response, source)
        yield from of_framing(response, source)


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
        if source.line(trouble.line).startswith(("%", "!")):
            yield Shown("notebook-command", trouble.line, values=values)
        if "outside async function" in trouble.message:
            yield Shown("await-in-plain-def", trouble.line, values=values)
        if "with value in async generator" in trouble.message:
            yield Shown("return-value-in-generator", trouble.line, values=values)
        yield Shown("syntax-error", trouble.line, values=values)
    elif trouble.type == "NameError":
        yield _name_missing(trouble, source)
    elif trouble.type == "MemoryError":
        yield Shown("too-much-memory", trouble.line)
    elif trouble.type == "SystemExit":
        yield Shown("process-ended", trouble.line, values={"detail": "SystemExit"})
    else:
        yield Shown("stops-at-the-start", trouble.line, values=values)


def of_two_libraries(response: Response, source: Source) -> Iterator[Shown]:
    """FastAPI has an EventSourceResponse too, of another make: what goes wrong when the two are mixed."""
    classes, events = source.module_of("EventSourceResponse"), source.module_of("ServerSentEvent")
    line = source.calls("EventSourceResponse")
    if classes == "fastapi.sse" and line and response.ended == "torn":
        yield Shown("wrong-event-source-response", line, "called")
    elif classes and events and (classes == "fastapi.sse") != (events == "fastapi.sse"):
        yield Shown(
            "wrong-event-source-response", variant="mixed", values={"classes": classes, "events": events}
        )
    elif classes == "fastapi.sse" and any(
        _is_an_event_as_data(event.data) for _, event in response.events[:1]
    ):
        yield Shown(
            "wrong-event-source-response", variant="dict", values={"data": short(response.events[0][1].data)}
        )


def _is_an_event_as_data(data: str) -> bool:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and {"event", "data"} <= value.keys()


def of_trouble(response: Response, source: Source) -> Iterator[Shown]:
    """An exception that left the app, recognised by its kind and by what had been handed to the library."""
    trouble = response.trouble
    if trouble is None:
        return
    if trouble.type == "NameError":
        yield _name_missing(trouble, source)
    if trouble.type == "MemoryError":
        yield Shown("too-much-memory", trouble.line)
    if trouble.type == "TypeError":
        if trouble.line and re.search(r"NoneType'?.* '?await", trouble.message):
            yield Shown("await-on-nothing", trouble.line, values={"text": source.line(trouble.line)})
        if trouble.line and WRONG_ITERATION.search(trouble.message):
            values = {"message": trouble.message, "text": source.line(trouble.line)}
            yield Shown("wrong-iteration", trouble.line, values=values)
        if content := response.content:
            yield from _of_content(content, source)
        if response.yielded:
            yield from _of_last_event(response, source)


def _of_content(content: Content, source: Source) -> Iterator[Shown]:
    name = content.name or content.kind
    line = source.calls("EventSourceResponse")
    if content.kind in ("function", "method", "builtin_function_or_method", "partial", "type"):
        yield Shown("generator-not-called", line, values={"name": name})
    if content.kind == "coroutine":
        returned = source.value_returned_by(content.name)
        variant = "coroutine" if returned else "nothing"
        yield Shown("return-not-yield", returned or content.line, variant, {"name": name})
    if content.kind == "NoneType":
        yield Shown("return-not-yield", line, "none")


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
    if response.status in (307, 404, 405):
        yield Shown("route-missing", values={"status": response.status})
    if response.status == 422:
        yield Shown("other-parameters", values={"problem": _refusal(response.text)})
    unserialisable = trouble is not None and trouble.type == "ValueError" and trouble.line is None
    if response.status == 500 and unserialisable and response.content is None and source.yields:
        yield Shown("wrong-media-type", variant="generator")
    if response.status not in (200, 307, 404, 405, 422) and not (response.status == 500 and trouble):
        yield Shown(
            "other-status",
            values={"status": response.status, "body": short(response.text)},
        )
    if response.status == 500 and trouble is not None:
        values = {"type": trouble.type, "message": trouble.message}
        yield Shown("fails-before-the-stream", trouble.line, values=values)
    if response.status == 200 and response.media_type != "text/event-stream":
        if response.media_type == "application/json" and not source.yields:
            yield Shown("return-not-yield", variant="json", values={"seconds": seconds(response.seconds)})
        else:
            values = {"type": response.media_type, "body": short(response.text)}
            yield Shown("wrong-media-type", variant="" if response.media_type else "none", values=values)


def of_the_end(response: Response, source: Source) -> Iterator[Shown]:
    """A stream that broke off, or never ended."""
    events = len(response.events)
    if response.ended == "torn" and response.trouble is not None:
        trouble = response.trouble
        values = {"type": trouble.type, "message": trouble.message, "events": events}
        yield Shown("error-escapes", trouble.line, values=values)
    if response.ended == "too-long":
        yield Shown("too-much-sent", values={"events": events})
    if response.ended == "unfinished":
        yield Shown("goes-on-for-ever", values={"events": events, "seconds": seconds(response.seconds)})


def of_framing(response: Response, source: Source) -> Iterator[Shown]:
    """Lines of an event that ended up in its data, or data that broke out of its line."""
    for number, (_, event) in enumerate(response.events, 1):
        values = {"event": number, "data": short(event.data)}
        if event.data.startswith(("data:", "event:")):
            yield Shown("framed-by-hand", source.yield_line(), values=values)
        elif event.type == "message" and _is_an_event_as_data(event.data):
            yield Shown("event-as-data", source.yield_line(), values=values)
    if response.media_type == "text/event-stream":
        lines = re.split(r"\r\n|\r|\n", response.body.decode("utf-8-sig", "replace"))
        if loose := [line for line in lines if line and not FIELD.match(line)]:
            yield Shown("raw-newline", values={"text": short(loose[0])})
        if any(FIELD.match(line) for line in lines) and not response.events and response.ended == "finished":
            yield Shown("one-newline", values={"body": short(response.text)})


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


def _name_missing(trouble: Trouble, source: Source) -> Shown:
    name = trouble.name or "?"
    if name == "json":
        return Shown("json-not-imported", trouble.line)
    if name in source.names:
        return Shown("name-of-another-function", trouble.line, values={"name": name})
    if close := get_close_matches(name, sorted(source.names), n=1, cutoff=0.8):
        return Shown("name-misspelt", trouble.line, values={"name": name, "close": close[0]})
    return Shown("name-missing", trouble.line, values={"name": name})


def _refusal(text: str) -> str:
    """What FastAPI says of the first parameter that it refuses."""
    try:
        first = json.loads(text)["detail"][0]
        return f"{' '.join(str(part) for part in first['loc'])}: {first['msg']}"
    except (ValueError, LookupError, TypeError):
        return short(text)


def short(text: str, most: int = 160) -> str:
    """Text from the wire as one line of at most so many characters, line breaks written out."""
    line = text.replace("\r", "\\r").replace("\n", "\\n")
    return line if len(line) <= most else line[:most] + " …"


def seconds(number: float) -> str:
    """Virtual seconds in words: "1 s", "0.25 s"."""
    return f"{round(number, 3):g} s"

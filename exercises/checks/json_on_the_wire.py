"""json_on_the_wire: whatever a step holds, its data is JSON that a client reads back to the same value."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from pydantic import JsonValue

from exercises.grader.catalogue import Shown
from exercises.grader.observation import Observation, Request, Response
from exercises.grader.source import Source
from exercises.grader.symptoms import COMMON, of_any_answer, short, value_at_once
from exercises.grader.verdict import Claim

MISTAKES = (
    *COMMON,
    "dict-as-data",
    "repr-as-data",
    "bytes-as-data",
    "encoded-twice",
    "json-by-hand",
)

Step = dict[str, JsonValue]


@dataclass(frozen=True)
class Given:
    """Two reports, each a list of steps, asked for one after the other."""

    reports: tuple[list[Step], ...]

    @property
    def rounds(self) -> tuple[tuple[Request, ...], ...]:
        return tuple((Request(method="POST", path="/report", body=list(report)),) for report in self.reports)


def draw(random: Random) -> Given:
    return Given((_report(random), _report(random)))


def _report(random: Random) -> list[Step]:
    """Steps of which each holds something that text made by hand gets wrong."""
    word = random.choice(["tea", "soup", "rice", "bread", "figs"])
    place = random.choice(["Łódź", "São Paulo", "東京", "Zürich", "Αθήνα"])
    number = random.randint(100, 999)
    steps: list[Step] = [
        {"tool": "search", "query": f'it\'s "{word}"', "found": None},
        {
            "tool": "note",
            "text": f"first line\nsecond line about {word}",
            "saved": random.choice([True, False]),
        },
        {
            "tool": "map",
            "place": place,
            "at": [number + 0.25, -number - 0.5],
            "sign": random.choice("🍵🧭🎒"),
        },
        {"tool": "plan", "steps": [{"do": word, "after": None}, {"do": "rest", "after": [number]}]},
        {"tool": "path", "text": f"C:\\new\\{word}\t{number}", "ok": False},
    ]
    random.shuffle(steps)
    return steps


def claims(given: Given, seen: Observation) -> list[Claim]:
    streams = list(zip(given.reports, seen.responses, strict=False))
    asked = len(seen.responses) == len(given.reports)
    return [
        Claim(
            "A stream opens: status 200, `text/event-stream`.",
            asked and all(response.opens_a_stream for _, response in streams),
        ),
        Claim(
            "One `step` event for each step, and then the stream ends.",
            asked and all(_one_each(report, response) for report, response in streams),
        ),
        Claim(
            "Every `data` is JSON, and reading it gives the step back: quotes, line breaks, `null` and all.",
            asked and all(_read_back(report, response) for report, response in streams),
        ),
    ]


def _one_each(report: list[Step], response: Response) -> bool:
    types = [event.type for _, event in response.events]
    return types == ["step"] * len(report) and response.ended == "finished"


def _read_back(report: list[Step], response: Response) -> bool:
    events = response.events
    return len(events) == len(report) and all(
        _same(_parse(event.data), step) for (_, event), step in zip(events, report, strict=True)
    )


class NotJSON(ValueError):
    """The text is not JSON as the ECMAScript standard, and so a browser's JSON.parse, has it."""


def _same(value: JsonValue | NotJSON, step: Step) -> bool:
    """Whether the value read is the step itself; Python alone would take 1 for `true`."""
    return value == step and json.dumps(value, sort_keys=True) == json.dumps(step, sort_keys=True)


def _parse(text: str) -> JsonValue | NotJSON:
    def refuse(constant: str) -> None:
        raise NotJSON(constant)

    try:
        value: JsonValue = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as problem:
        return NotJSON(str(problem))
    return value


def findings(given: Given, seen: Observation, source: Source) -> Iterator[Shown]:
    yield from of_any_answer(seen, source)
    for report, response in zip(given.reports, seen.responses, strict=False):
        for number, (step, (_, event)) in enumerate(zip(report, response.events, strict=False), 1):
            value = _parse(event.data)
            if not _same(value, step):
                yield from _of_data(number, step, event.data, value, response, source)
        yield from value_at_once(response, source) if not _one_each(report, response) else ()
        yield from _unnamed(report, response)


def _of_data(
    number: int, step: Step, data: str, value: JsonValue | NotJSON, response: Response, source: Source
) -> Iterator[Shown]:
    """What is wrong with the data of one event."""
    line = source.yield_line()
    values: dict[str, object] = {"event": number, "data": short(data)}
    if isinstance(value, str) and _parse(value) == step:
        yield Shown("encoded-twice", line, values=values)
    if isinstance(value, str) and _literal(value) == step:
        yield Shown("repr-as-data", line, "quoted", values)
    if not isinstance(value, NotJSON):
        return
    given_type = _given_type(number, response)
    values["type"] = given_type
    if given_type in ("dict", "list"):
        yield Shown("dict-as-data", line, values=values)
    elif given_type == "bytes":
        yield Shown("bytes-as-data", line, values=values)
    elif given_type not in ("str", ""):
        yield Shown("repr-as-data", line, "object", values)
    elif data.lstrip().startswith('{"'):
        yield Shown("json-by-hand", line, values={**values, "problem": str(value)})
    elif _literal(data) == step:
        yield Shown("repr-as-data", line, values=values)


def _given_type(number: int, response: Response) -> str:
    """The Python type that event `number` was given as its data, where the library was told."""
    carrying = [yielded for yielded in response.yielded if "data" in yielded.fields]
    return carrying[number - 1].fields["data"] if number <= len(carrying) else ""


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _unnamed(report: list[Step], response: Response) -> Iterator[Shown]:
    """No mistake with a name: what came beside what was expected, where they first differ."""
    events = response.events
    if len(events) != len(report):
        first = f" The first carried `{short(events[0][1].data)}`." if events else ""
        saw = f"{len(report)} steps were sent in and {len(events)} events came out.{first}"
        yield Shown(None, values={"saw": saw, "expected": "There should be one event for each step."})
    for number, (step, (_, event)) in enumerate(zip(report, events, strict=False), 1):
        meant = short(json.dumps(step, ensure_ascii=False))
        saw = f"Event {number} had the type `{event.type}` and carried `{short(event.data)}`."
        if event.type != "step" or not _same(_parse(event.data), step):
            yield Shown(
                None, values={"saw": saw, "expected": f"It should be a `step` that carries `{meant}`."}
            )

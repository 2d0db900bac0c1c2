"""first_yield: a countdown whose every number leaves when it is due, for two clients at once too."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from exercises.grader.catalogue import Shown
from exercises.grader.observation import Observation, Request, Response
from exercises.grader.source import Source
from exercises.grader.symptoms import COMMON, forgotten_await, of_any_answer, seconds, short, value_at_once
from exercises.grader.verdict import Claim

MISTAKES = (
    *COMMON,
    "return-in-loop",
    "collected-first",
    "sleep-not-awaited",
    "blocked-loop",
    "no-pause",
)

STEP = 1.0  # virtual seconds between two numbers, as the task has it
NEAR = 1e-3  # virtual seconds; looking at a clock takes a little


@dataclass(frozen=True)
class Given:
    """The numbers to count down from: the first for a client alone, the others for two at once."""

    alone: int
    together: tuple[int, int]

    @property
    def rounds(self) -> tuple[tuple[Request, ...], ...]:
        return ((_request(self.alone),), tuple(_request(start) for start in self.together))

    @property
    def starts(self) -> tuple[int, ...]:
        return (self.alone, *self.together)


def _request(start: int) -> Request:
    return Request(method="GET", path="/countdown", query=f"start={start}")


def draw(random: Random) -> Given:
    alone, first, second = random.sample(range(4, 10), 3)
    return Given(alone, (first, second))


def claims(given: Given, seen: Observation) -> list[Claim]:
    streams = list(zip(given.starts, seen.responses, strict=False))
    alone, together = streams[:1], streams[1:]
    asked = len(seen.responses) == len(given.starts)
    return [
        Claim(
            "A stream opens: status 200, `text/event-stream`.",
            asked and all(response.opens_a_stream for _, response in streams),
        ),
        Claim(
            "One `tick` for each number, counting down to 1, and then the stream ends.",
            asked and all(_counts_down(start, response) for start, response in alone),
        ),
        Claim(
            "Each `tick` leaves when it is due, one second after the one before.",
            asked and all(_counts_down(start, response) and _in_step(response) for start, response in alone),
        ),
        Claim(
            "Two clients at once: neither waits for the other.",
            asked
            and all(_counts_down(start, response) and _in_step(response) for start, response in together),
        ),
    ]


def _counts_down(start: int, response: Response) -> bool:
    wanted = [("tick", str(number)) for number in range(start, 0, -1)]
    return _told(response) == wanted and response.ended == "finished" and response.opens_a_stream


def _told(response: Response) -> list[tuple[str, str]]:
    return [(event.type, event.data.strip()) for _, event in response.events]


def _times(response: Response) -> list[float]:
    return [at for at, _ in response.events]


def _in_step(response: Response) -> bool:
    times = _times(response)
    steps = [later - earlier for earlier, later in pairwise(times)]
    return all(abs(step - STEP) < NEAR for step in steps) and times[0] < STEP + NEAR


def findings(given: Given, seen: Observation, source: Source) -> Iterator[Shown]:
    yield from of_any_answer(seen, source)
    alone = seen.responses[0]
    times = _times(alone)
    if source.return_in_loop and len(times) == 1 < given.alone and alone.ended == "finished":
        line = source.return_in_loop
        yield Shown("return-in-loop", line, values={"wanted": given.alone, "text": source.line(line)})
    if len(times) > 1 and max(times) - min(times) < NEAR:
        yield from forgotten_await(seen, source)
        yield from value_at_once(alone, source)
        values = {"events": len(times), "at": seconds(times[0])}
        if times[0] > NEAR and (source.collects or times[0] > (len(times) - 1) * STEP - NEAR):
            yield Shown("collected-first", values=values)
        else:
            yield Shown("no-pause", variant="late" if times[0] > NEAR else "", values=values)
    if seen.blocked and _counts_down(given.alone, alone):
        blocked = seen.blocked[0]
        values = {
            "call": blocked.call,
            "text": source.line(blocked.line),
            "gap": seconds(max(map(_longest_wait, seen.responses[1:]))),
        }
        yield Shown("blocked-loop", blocked.line, values=values)
    yield from _unnamed(given, seen)


def _longest_wait(response: Response) -> float:
    times = [0.0, *_times(response)]
    return max((later - earlier for earlier, later in pairwise(times)), default=0.0)


def _unnamed(given: Given, seen: Observation) -> Iterator[Shown]:
    """No mistake with a name: what came beside what was expected, for the first stream that is off."""
    for number, (start, response) in enumerate(zip(given.starts, seen.responses, strict=False)):
        client = "A client alone, with" if number == 0 else "One of two clients at once, with"
        if difference := _difference(start, response):
            saw, expected = difference
            yield Shown(None, values={"saw": f"{client} `start={start}`: {saw}", "expected": expected})


def _difference(start: int, response: Response) -> tuple[str, str] | None:
    """What came and what should have come, where a stream first differs from the countdown from `start`."""
    told = _told(response)
    for number, wanted in enumerate(range(start, 0, -1), 1):
        expected = f"Event {number} should be a `tick` with the data `{wanted}`."
        if number > len(told):
            return f"the stream ended after {len(told)} of {start} events.", expected
        if told[number - 1] != ("tick", str(wanted)):
            type, data = told[number - 1]
            return f"event {number} had the type `{type}` and the data `{short(data)}`.", expected
    if len(told) > start:
        saw = f"{len(told)} events came; number {start + 1} had the data `{short(told[start][1])}`."
        return saw, f"The last event should be number {start}, with the data `1`."
    if not _in_step(response):
        times = _times(response)
        saw = f"the events left at {', '.join(map(seconds, times))}."
        if times[0] > STEP + NEAR:
            return saw, "The first should leave within a second of the request, whoever else is being served."
        return saw, "There should be one second between two."
    return None

"""The judge: the same text on the same inputs gives the same verdict, and there always is one."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from exercises.checks import first_yield
from exercises.grader.catalogue import find
from exercises.grader.judge import MOST_TEXT
from exercises.grader.observation import Chunk, Job, Observation, Response
from exercises.grader.verdict import Status, Verdict
from tests.exercises.samples import NO_PAUSE, RIGHT, judged, mistake

JSON_ANSWER = """
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

class Step:
    pass

async def report(steps):
    for step in steps:
        yield {"event": "step", "data": DATA}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))
"""


def timeless(verdict: Verdict) -> Verdict:
    """The verdict without how long it took, and with what its timeline shows in place of the object."""
    rows = tuple((row.name, tuple(row)) for row in verdict.timeline)
    return replace(verdict, seconds=0, timeline=rows)  # type: ignore[arg-type]


def test_a_right_answer_passes_with_all_its_points_and_is_told_why_it_works() -> None:
    verdict = judged(RIGHT)
    assert verdict.status is Status.PASSED
    assert verdict.score == verdict.max_score == find("first_yield").points
    assert verdict.claims and all(claim.holds for claim in verdict.claims)
    assert verdict.findings == () and verdict.timeline == ()
    assert verdict.why == find("first_yield").why


def test_a_wrong_answer_has_one_finding_no_points_and_a_row_for_each_client() -> None:
    verdict = judged(NO_PAUSE)
    assert mistake(verdict) == "no-pause"
    assert verdict.score == 0 and verdict.why == ""
    assert not all(claim.holds for claim in verdict.claims)
    assert len(verdict.timeline) == 3


def test_the_same_text_on_the_same_inputs_gives_the_same_verdict() -> None:
    assert timeless(judged(NO_PAUSE, seed=3)) == timeless(judged(NO_PAUSE, seed=3))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Step()", id="an address in memory"),
        pytest.param("set(map(str, range(9)))", id="the order of a set"),
    ],
)
def test_what_python_draws_anew_in_every_process_does_not_show(data: str) -> None:
    text = JSON_ANSWER.replace("DATA", data)
    first, second = (judged(text, seed=1, exercise="json_on_the_wire") for _ in range(2))
    assert mistake(first) == "repr-as-data"
    assert timeless(first) == timeless(second)


def test_other_inputs_change_what_was_seen_and_not_what_is_said_of_it() -> None:
    given = {first_yield.draw(Random(seed)) for seed in (1, 2, 3)}
    assert len(given) == 3
    assert {mistake(judged(NO_PAUSE, seed)) for seed in (1, 2)} == {"no-pause"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import sys\nsys.exit()\n" + RIGHT, id="sys.exit() at the top"),
        pytest.param(
            RIGHT.replace("await asyncio.sleep(1)", "raise SystemExit"), id="SystemExit in the stream"
        ),
        pytest.param(RIGHT.replace("await asyncio.sleep(1)", "__import__('os')._exit(0)"), id="os._exit()"),
    ],
)
def test_an_answer_that_ends_the_program_is_told_so(text: str) -> None:
    assert mistake(judged(text)) == "process-ended"


@pytest.mark.parametrize(
    ("text", "named", "lines"),
    [
        pytest.param("x = 1\ny = bytearray(8 * 1024**3)", "too-much-memory", {2}, id="memory"),
        pytest.param("import threading\nthreading.Event().wait()", "waits-for-ever", {None}, id="a wait"),
    ],
)
def test_an_answer_that_had_to_be_stopped_is_told_why(text: str, named: str, lines: set[int | None]) -> None:
    verdict = judged(text)
    assert mistake(verdict) == named
    assert verdict.findings[0].line in lines
    assert verdict.score == 0


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("'x' * 10**6", id="megabytes"),
        pytest.param("'[' * 10**5", id="brackets without end"),
        pytest.param("'\\ud800'", id="half a character"),
        pytest.param("b'\\xff'", id="bytes"),
    ],
)
def test_a_stream_of_strange_events_fails_for_what_it_is(data: str) -> None:
    text = RIGHT.replace("str(number)", data).replace('"event": "tick", ', "")
    assert judged(text).status is Status.FAILED


def test_a_child_that_cannot_start_is_tried_twice_and_is_nobodys_zero(
    unstartable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(unstartable))
    verdict = judged(RIGHT)
    assert verdict.status is Status.COULD_NOT_CHECK
    assert verdict.score is None and verdict.findings == ()
    assert "no such module" in verdict.why
    assert unstartable.with_suffix(".tries").read_text().splitlines() == ["try", "try"]


@pytest.mark.parametrize("part", ["draw", "claims", "findings"])
def test_a_fault_in_a_check_is_nobodys_zero(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError("in the check")

    monkeypatch.setattr(first_yield, part, broken)
    verdict = judged("x = 1")
    assert verdict.status is Status.COULD_NOT_CHECK and verdict.score is None
    assert "in the check" in verdict.why


def test_an_answer_that_no_person_wrote_is_not_run_and_hears_that_its_length_is_the_reason() -> None:
    verdict = judged("#" * (MOST_TEXT + 1))
    assert verdict.status is Status.COULD_NOT_CHECK and verdict.score is None
    assert "200,001 characters" in verdict.why and "200,000" in verdict.why
    assert "not about your answer" not in verdict.why


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("x = 1\0", id="a null byte"),
        pytest.param("x = '\ud800'", id="half a character"),
        pytest.param("x = " + "-" * 100_000 + "1", id="nested too deeply for the parser"),
        pytest.param("x = a" + ".b" * 3_000, id="nested too deeply for the compiler"),
        pytest.param("async def f():\n    yield " + "+".join("1" * 900), id="nested as deeply as it goes"),
        pytest.param("def f(\n", id="cut off"),
        pytest.param("app = 5", id="an app that is none"),
    ],
)
def test_a_text_that_cannot_be_an_answer_gets_a_verdict_and_no_points(text: str) -> None:
    assert not judged(text).score


# ---- reports that are forged: an answer may write to every descriptor it finds


def forging(line: bytes) -> str:
    return f"""
import os, threading
for descriptor in range(3, 20):
    try:
        os.write(descriptor, {line!r} + b"\\n")
    except OSError:
        pass
threading.Event().wait()
"""


def countdown(start: int) -> Response:
    """What a client sees of a right countdown."""
    chunks = [
        Chunk(at=n + 1.0, body=f"event: tick\r\ndata: {start - n}\r\n\r\n".encode()) for n in range(start)
    ]
    return Response(
        status=200,
        headers={"content-type": "text/event-stream; charset=utf-8"},
        chunks=tuple(chunks),
        ended="finished",
        seconds=float(start),
    )


def forged(alone: int, *together: int) -> bytes:
    rounds = ((countdown(alone),), tuple(map(countdown, together)))
    return Observation(app=True, rounds=rounds).model_dump_json().encode()


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"garbage", id="no JSON"),
        pytest.param(b"[]", id="another shape"),
        pytest.param(b'{"passed": true, "score": 10}', id="fields nobody asked for"),
        pytest.param(b'{"app": true}', id="an app and no responses"),
        pytest.param(forged(4), id="too few responses"),
        pytest.param(forged(4, 5, 6).replace(b"1.0", b"NaN"), id="times that are no numbers"),
    ],
)
def test_a_report_of_the_wrong_shape_is_no_pass(line: bytes) -> None:
    verdict = judged(forging(line))
    assert verdict.status is not Status.PASSED and not verdict.score


def test_a_report_made_for_other_inputs_is_no_pass() -> None:
    given = first_yield.draw(Random(1))
    other = next(g for g in map(first_yield.draw, map(Random, range(99))) if g.alone != given.alone)
    as_expected = Observation.model_validate_json(forged(given.alone, *given.together))
    assert all(claim.holds for claim in first_yield.claims(given, as_expected))
    verdict = judged(forging(forged(other.alone, *other.together)))
    assert verdict.status is Status.FAILED


def test_a_job_tells_an_answer_what_it_is_asked_and_nothing_of_what_is_expected() -> None:
    job = Job(text=RIGHT, rounds=first_yield.draw(Random(1)).rounds)
    told = json.loads(job.model_dump_json())
    assert told.keys() == {"text", "rounds"}
    assert all(
        request.keys() == {"method", "path", "query", "body"}
        for together in told["rounds"]
        for request in together
    )

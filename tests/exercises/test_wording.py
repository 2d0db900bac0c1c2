"""What a student reads is true, also where code and wording do not fit together."""

from pathlib import Path
from random import Random

import pytest

from exercises.checks import first_yield
from exercises.grader import corpus
from exercises.grader.catalogue import Mistake, Shown, find, mistakes
from exercises.grader.observation import Observation
from tests.exercises.samples import NO_PAUSE, RIGHT, judged


def test_a_failure_that_nothing_explains_is_still_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_yield, "findings", lambda *_: iter(()))
    [finding] = judged(NO_PAUSE).findings
    assert finding.mistake is None and "{" not in finding.saw + finding.means + finding.try_


def test_a_name_that_the_code_does_not_know_is_found_by_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = mistakes()["no-pause"]
    slip = Mistake(
        "no-pause", {**words.saw, "": "All {eventz} events came at once."}, words.means, words.try_
    )
    monkeypatch.setitem(mistakes(), "no-pause", slip)
    file = tmp_path / "no-pause--x.py"
    file.write_text(NO_PAUSE)
    [outcome] = corpus.run([corpus.Case(find("first_yield"), "wrong", file, "no-pause")], runs=1)
    assert not outcome.is_exact and "{eventz}" in outcome.said[0]


def test_control_characters_and_addresses_of_an_answer_are_not_shown() -> None:
    words = Mistake("x", {"": "Saw {text}."}, "", "")
    shown = Shown("x", values={"text": "\x1b[31mred at 0x7f00deadbeef\x07"})
    assert words.finding(shown).saw == "Saw �[31mred at 0x…�."


def test_one_for_true_is_not_the_same_json() -> None:
    answer = """
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def plain(value):
    return int(value) if isinstance(value, bool) else value

async def report(steps):
    for step in steps:
        yield {"event": "step", "data": json.dumps({key: plain(value) for key, value in step.items()})}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))
"""
    assert judged(answer, exercise="json_on_the_wire").score == 0


def test_a_step_of_every_kind_is_in_every_run() -> None:
    check = find("json_on_the_wire").check
    for seed in range(20):
        for report in check.draw(Random(seed)).reports:
            assert {step["tool"] for step in report} == {"search", "note", "map", "plan", "path"}


def test_waiting_for_what_never_comes_at_the_top_is_seen_to_stand_still() -> None:
    text = "import asyncio\nawait asyncio.Event().wait()\n" + RIGHT
    [finding] = judged(text).findings
    assert finding.mistake == "waits-for-ever"


def test_an_answer_that_closes_every_descriptor_has_ended_its_process() -> None:
    [finding] = judged("import os\nos.closerange(0, 50)\n" + RIGHT).findings
    assert finding.mistake == "process-ended"


def test_an_observation_of_nothing_is_no_pass() -> None:
    given = first_yield.draw(Random(1))
    assert not any(claim.holds for claim in first_yield.claims(given, Observation(app=True)))

"""Answers to judge, notebooks to read them from, and short ways to ask what became of them."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from exercises.grader.apart import run_apart
from exercises.grader.catalogue import find
from exercises.grader.judge import judge
from exercises.grader.limits import LIMITS, Limits
from exercises.grader.observation import Job, Observation
from exercises.grader.verdict import Claim, Finding, Status, Verdict
from lesson_server.timeline import Arrivals

RIGHT = """
import asyncio
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": str(number)}

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))
"""
NO_PAUSE = RIGHT.replace("        await asyncio.sleep(1)\n", "")
ENDLESS = "x = 1\nwhile True:\n    x += 1\n"

MARKUP = "<script>alert(\"1\")</script> '&' <img src=x onerror=alert(1)>"
FAILED = Verdict(
    exercise="first_yield",
    title="The first yield",
    status=Status.FAILED,
    score=0,
    max_score=10,
    claims=(Claim("A stream opens.", True), Claim("It `ends`.", False)),
    findings=(
        Finding(
            "no-pause",
            "Saw it.",
            "Means it.",
            "Try it.",
            7,
            "notebooks/02_async_generators.ipynb#2.5-A-title",
        ),
    ),
    timeline=(Arrivals.at("GET /countdown?start=2", [(1.0, "tick: 2"), (2.0, "tick: 1")]),),
    seconds=1.25,
)
PASSED = replace(FAILED, status=Status.PASSED, score=10, findings=(), timeline=(), why="It waits.")
COULD_NOT_CHECK = replace(
    FAILED, status=Status.COULD_NOT_CHECK, score=None, claims=(), findings=(), timeline=(), why="No room."
)


def cell(text: str, name: str = "first_yield") -> str:
    """The text as an answer in a notebook."""
    return f"%%exercise {name}\n{text}"


def notebook(*sources: str) -> str:
    """A notebook with these code cells, as JSON."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def handed_in(folder: Path, name: str, *sources: str, changed: float | None = None) -> Path:
    """Write a notebook into the folder; `changed` is when it was changed last (seconds since the epoch)."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(notebook(*sources), encoding="utf-8")
    if changed is not None:
        os.utime(path, (changed, changed))
    return path


def seen(text: str, limits: Limits = LIMITS) -> Observation:
    """What is seen of an answer that is run apart and sent no request."""
    return run_apart(Job(text=text, rounds=()), limits)


def told(text: str) -> str:
    """What an answer tells by the exception that it ends in: `raise ValueError(...)`."""
    trouble = seen(text).start
    assert trouble is not None and trouble.type == "ValueError", trouble
    return trouble.message


def judged(text: str, seed: int = 1, exercise: str = "first_yield") -> Verdict:
    """The verdict on a text, on the inputs of this seed."""
    return judge(find(exercise), text, Random(seed))


def mistake(verdict: Verdict) -> str | None:
    """The id of the one mistake that a failed verdict names."""
    assert verdict.status is Status.FAILED, verdict
    [finding] = verdict.findings
    return finding.mistake


def run_kit(*arguments: object, **options: object) -> "subprocess.CompletedProcess[str]":
    """Run `python -m exercises` with these arguments."""
    command = [sys.executable, "-m", "exercises", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)  # type: ignore[call-overload, no-any-return]

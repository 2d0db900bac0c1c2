"""How long a student waits for a card: `python benchmarks/check.py`. Real seconds, from the text to the verdict."""

import statistics
import time
from pathlib import Path

from exercises.grader.answers import answer_in_file
from exercises.grader.catalogue import Exercise, exercises
from exercises.grader.judge import judge

RUNS = 15


def seconds(exercise: Exercise, notebook: Path) -> list[float]:
    """The real seconds of each of RUNS checks of the answer in a notebook."""
    text = answer_in_file(exercise, notebook).text
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        judge(exercise, text)
        taken.append(time.perf_counter() - began)
    return taken


for exercise in exercises().values():
    for kind, notebook in (("starter", exercise.notebook), ("solution", exercise.solution)):
        taken = seconds(exercise, notebook)
        print(
            f"{exercise.name:16} {kind:8} median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s, {RUNS} runs"
        )

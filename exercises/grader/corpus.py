"""Proves the checks: right answers pass, wrong ones fail with their own mistake, starters and solutions too."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random, SystemRandom

from .answers import NoAnswer, Unreadable, answer_in_file
from .catalogue import EXERCISES, Exercise, mistakes
from .judge import judge
from .symptoms import COMMON
from .verdict import Status

ANSWERS = EXERCISES.parent / "tests" / "answers"
UNNAMED = "unnamed"  # wrong/unnamed--*.py: answers whose mistake has no name, and gets none
LEAST_RIGHT, LEAST_WRONG = 8, 12


@dataclass(frozen=True)
class Case:
    """One answer and what has to be said of it: `expected` is "passed", a mistake's id, or "unnamed"."""

    exercise: Exercise
    kind: str
    file: Path
    expected: str


@dataclass(frozen=True)
class Outcome:
    """What was said of a case, once for each run."""

    case: Case
    said: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Every run passed what is to pass, and failed what is to fail."""
        return all((said == "passed") == (self.case.expected == "passed") for said in self.said)

    @property
    def is_exact(self) -> bool:
        """Every run said exactly what was expected, the mistake's id included."""
        return all(said == self.case.expected for said in self.said)


def cases(exercise: Exercise, answers: Path = ANSWERS) -> list[Case]:
    """The corpus of one exercise, with its starter and its solution."""
    folder = answers / exercise.name
    return [
        *(Case(exercise, "right", file, "passed") for file in sorted((folder / "right").glob("*.py"))),
        *(
            Case(exercise, "wrong", file, file.name.partition("--")[0])
            for file in sorted((folder / "wrong").glob("*.py"))
        ),
        Case(exercise, "starter", exercise.notebook, exercise.starter),
        Case(exercise, "solution", exercise.solution, "passed"),
    ]


def run(
    cases: list[Case],
    runs: int = 2,
    seed: int | None = None,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
) -> list[Outcome]:
    """Judge every case `runs` times, each time on other inputs; the outcomes in the order of the cases."""
    base = SystemRandom().getrandbits(64) if seed is None else seed

    def judged(case: Case) -> Outcome:
        outcome = Outcome(case, tuple(_said(case, Random(f"{base} {turn}")) for turn in range(runs)))
        on_outcome(outcome)
        return outcome

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(judged, cases))


def _said(case: Case, random: Random) -> str:
    try:
        text = answer_in_file(case.exercise, case.file).text
    except (Unreadable, NoAnswer) as problem:
        return str(problem)
    verdict = judge(case.exercise, text, random)
    if verdict.status is Status.FAILED:
        finding = verdict.findings[0]
        said = finding.mistake or UNNAMED
        left = [
            name
            for name in mistakes()[said].names
            if f"{{{name}}}" in finding.saw + finding.means + finding.try_
        ]
        return f"{said}, with {{{left[0]}}} left in its words" if left else said
    return verdict.status.value


def gaps(exercise: Exercise, own: list[Case]) -> Iterator[str]:
    """What the corpus of an exercise lacks, as sentences that name the repair."""
    name = exercise.name
    right = sum(case.kind == "right" for case in own)
    wrong = sum(case.kind == "wrong" for case in own)
    if right < LEAST_RIGHT:
        yield f"{name}: {right} right answers, {LEAST_RIGHT} are needed. Add some to tests/answers/{name}/right."
    if wrong < LEAST_WRONG:
        yield f"{name}: {wrong} wrong answers, {LEAST_WRONG} are needed. Add some to tests/answers/{name}/wrong."
    check = exercise.check
    shown = {case.expected for case in own if case.kind == "wrong"}
    for mistake in sorted(shown - {UNNAMED, *check.MISTAKES}):
        yield f"{name}: an answer claims to show {mistake}, which its check does not name in MISTAKES."
    for mistake in check.MISTAKES:
        if mistake not in shown and mistake not in COMMON:
            yield f"{name}: no wrong answer shows {mistake}. Add tests/answers/{name}/wrong/{mistake}--….py."

"""The corpus proves the checks: what is said otherwise than expected is seen, and so is what it lacks."""

from pathlib import Path

import pytest

from exercises.grader import corpus
from exercises.grader.catalogue import exercises, find, mistakes
from exercises.grader.corpus import Case, Outcome
from exercises.grader.symptoms import COMMON
from tests.exercises.samples import NO_PAUSE, RIGHT

EXERCISE = find("first_yield")
PLAIN_DATA = RIGHT.replace('"tick"', '"tock"')  # wrong in a way that has no name

SAID = {
    "right/passes.py": (RIGHT, ("passed", True, True)),
    "right/fails.py": (NO_PAUSE, ("no-pause", False, False)),
    "right/not-utf-8.py": ("x = 'é'", ("cannot be read", False, False)),
    "wrong/no-pause--named.py": (NO_PAUSE, ("no-pause", True, True)),
    "wrong/blocked-loop--named-otherwise.py": (NO_PAUSE, ("no-pause", True, False)),
    "wrong/no-pause--passes.py": (RIGHT, ("passed", False, False)),
    "wrong/unnamed--other-type.py": (PLAIN_DATA, ("unnamed", True, True)),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    folder = tmp_path_factory.mktemp("answers")
    for name, (text, _) in SAID.items():
        path = folder / EXERCISE.name / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="latin-1")
    cases = [case for case in corpus.cases(EXERCISE, folder) if case.file.suffix == ".py"]
    reported: list[Outcome] = []
    ran = corpus.run(cases, runs=1, seed=1, on_outcome=reported.append)
    assert [outcome.case for outcome in ran] == cases
    assert sorted(reported, key=lambda o: cases.index(o.case)) == ran
    return {f"{outcome.case.kind}/{outcome.case.file.name}": outcome for outcome in ran}


@pytest.mark.parametrize("name", SAID)
def test_each_answer_is_held_against_what_its_name_says(outcomes: dict[str, Outcome], name: str) -> None:
    said, is_right, is_exact = SAID[name][1]
    outcome = outcomes[name]
    assert len(outcome.said) == 1 and said in outcome.said[0]
    assert (outcome.is_right, outcome.is_exact) == (is_right, is_exact)


def case(expected: str, kind: str = "wrong") -> Case:
    return Case(EXERCISE, kind, Path(f"{expected}--x.py"), expected)


@pytest.mark.parametrize(
    ("expected", "said", "is_right", "is_exact"),
    [
        ("passed", ("passed", "failed"), False, False),
        ("no-pause", ("no-pause", "passed"), False, False),
        ("no-pause", ("no-pause", "collected-first"), True, False),
        ("no-pause", ("could-not-check",), True, False),
        ("no-pause", ("no-pause", "no-pause"), True, True),
    ],
)
def test_one_run_that_goes_otherwise_spoils_the_outcome(
    expected: str, said: tuple[str, ...], is_right: bool, is_exact: bool
) -> None:
    outcome = Outcome(case(expected), said)
    assert (outcome.is_right, outcome.is_exact) == (is_right, is_exact)


def test_the_starter_and_the_solution_belong_to_the_corpus(tmp_path: Path) -> None:
    assert corpus.cases(EXERCISE, tmp_path) == [
        Case(EXERCISE, "starter", EXERCISE.notebook, EXERCISE.starter),
        Case(EXERCISE, "solution", EXERCISE.solution, "passed"),
    ]


def enough() -> list[Case]:
    """The least corpus without a gap: each mistake of the exercise's own is shown."""
    own = [case(name) for name in EXERCISE.check.MISTAKES if name not in COMMON]
    return [case("passed", "right")] * corpus.LEAST_RIGHT + own + [case(own[0].expected)] * corpus.LEAST_WRONG


def test_a_corpus_with_everything_has_no_gap() -> None:
    assert list(corpus.gaps(EXERCISE, enough())) == []


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        (
            "passed",
            "first_yield: 0 right answers, 8 are needed. Add some to tests/answers/first_yield/right.",
        ),
        (
            "blocked-loop",
            "first_yield: no wrong answer shows blocked-loop. "
            "Add tests/answers/first_yield/wrong/blocked-loop--….py.",
        ),
    ],
)
def test_what_a_corpus_lacks_is_named_with_the_repair(lacking: str, said: str) -> None:
    assert list(corpus.gaps(EXERCISE, [one for one in enough() if one.expected != lacking])) == [said]


def test_too_few_wrong_answers_are_counted() -> None:
    named = {one.expected: one for one in enough()}
    few = [one for one in enough() if one.kind == "right"] + [
        one for one in named.values() if one.kind == "wrong"
    ]
    [gap] = corpus.gaps(EXERCISE, few)
    assert gap.startswith(f"first_yield: {len(named) - 1} wrong answers, 12 are needed.")


def test_a_mistake_that_the_check_does_not_know_is_a_gap_too() -> None:
    gaps = list(corpus.gaps(EXERCISE, [*enough(), case("dict-as-data"), case("unnamed")]))
    assert gaps == [
        "first_yield: an answer claims to show dict-as-data, which its check does not name in MISTAKES."
    ]


def test_a_mistake_that_every_check_shares_need_not_be_shown_for_each() -> None:
    assert set(COMMON) <= set(EXERCISE.check.MISTAKES)
    assert not {one.expected for one in enough()} & set(COMMON)


def test_every_mistake_the_kit_can_name_is_shown_by_some_answer_of_the_corpus() -> None:
    shown = {path.name.partition("--")[0] for path in corpus.ANSWERS.glob("*/wrong/*.py")}
    assert sorted(mistakes().keys() - shown - {corpus.UNNAMED}) == []


def test_the_corpus_holds_answers_to_exercises_only() -> None:
    assert {path.name for path in corpus.ANSWERS.iterdir() if path.is_dir()} <= exercises().keys()

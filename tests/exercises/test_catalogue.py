"""The exercises and the mistakes the kit knows: complete, worded for people, and found by their names."""

import ast
import re
from pathlib import Path

import pytest

from exercises.grader import symptoms
from exercises.grader.answers import answers_in_notebook
from exercises.grader.catalogue import (
    EXERCISES,
    Exercise,
    Mistake,
    Shown,
    UnknownExercise,
    exercises,
    find,
    mistakes,
)

ROOT = EXERCISES.parent
PLACE = re.compile(r"\{(\w+)\}")
UNKIND = re.compile(
    r"\b(just|simply|obviously|of course|easy|easily|trivial\w*|stupid)\b|wrong!|\byou made\b", re.I
)

each_exercise = pytest.mark.parametrize("exercise", exercises().values(), ids=exercises())
each_mistake = pytest.mark.parametrize("mistake", mistakes().values(), ids=mistakes())


def words_of(mistake: Mistake) -> list[str]:
    return [*mistake.saw.values(), mistake.means, mistake.try_]


@each_exercise
def test_an_exercise_has_a_starter_a_solution_and_a_section_of_the_lesson(exercise: Exercise) -> None:
    for notebook in (exercise.notebook, exercise.solution):
        assert exercise.name in answers_in_notebook(notebook), notebook.name
    assert (ROOT / exercise.lesson.partition("#")[0]).is_file()
    assert exercise.points > 0 and exercise.title and exercise.why


@each_exercise
def test_a_check_has_the_parts_that_the_judge_asks_for(exercise: Exercise) -> None:
    check = exercise.check
    assert all(callable(getattr(check, part)) for part in ("draw", "claims", "findings"))
    assert len(set(check.MISTAKES)) == len(check.MISTAKES)
    assert exercise.starter in check.MISTAKES


@each_exercise
def test_every_mistake_a_check_can_show_has_a_wording(exercise: Exercise) -> None:
    assert set(exercise.check.MISTAKES) <= mistakes().keys()


@each_exercise
def test_a_solution_is_not_the_starter(exercise: Exercise) -> None:
    starter, solution = (
        answers_in_notebook(path)[exercise.name].text for path in (exercise.notebook, exercise.solution)
    )
    assert starter != solution


def test_there_is_no_wording_that_nothing_shows() -> None:
    shown = {mistake for exercise in exercises().values() for mistake in exercise.check.MISTAKES}
    assert mistakes().keys() - shown == {"unnamed"}


# ---- the wordings and the code that fills them


def shown_in(module: Path) -> dict[str, tuple[set[str], set[str]]]:
    """The variants and the names of values that a module gives for each mistake, read from its `Shown(...)`."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for function in (
        node for node in ast.parse(module.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    ):
        texts = {
            node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "Shown":
                [name] = {node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant)}
                variants, values = found.setdefault(str(name or "unnamed"), (set(), set()))
                asks = len(call.args) > 2 or any(keyword.arg == "variant" for keyword in call.keywords)
                variants |= texts if asks else {""}
                values |= texts
    return found


SHOWN = [
    (file, name, variants, values)
    for file in (Path(symptoms.__file__), *sorted((EXERCISES / "checks").glob("[!_]*.py")))
    for name, (variants, values) in shown_in(file).items()
]


@pytest.mark.parametrize(
    ("name", "variants", "values"),
    [row[1:] for row in SHOWN],
    ids=[f"{row[0].stem}-{row[1]}" for row in SHOWN],
)
def test_every_place_in_a_wording_is_filled_by_the_code_that_shows_it(
    name: str, variants: set[str], values: set[str]
) -> None:
    mistake = mistakes()[name]
    own = {variant: saw for variant, saw in mistake.saw.items() if variant in variants}
    assert own, f"{name} is shown in none of its wordings"
    for text in (*own.values(), mistake.means, mistake.try_):
        assert set(PLACE.findall(text)) <= values | {"where"}, text


@each_mistake
def test_every_wording_of_a_mistake_is_shown_by_some_code(mistake: Mistake) -> None:
    variants = set().union(*(variants for _, name, variants, _ in SHOWN if name == mistake.id))
    assert mistake.saw.keys() <= variants


@each_mistake
def test_a_wording_speaks_of_the_code_in_plain_words(mistake: Mistake) -> None:
    for text in words_of(mistake):
        assert text.strip() == text and text
        assert not UNKIND.search(text), text


@each_mistake
def test_a_try_is_one_step_and_no_code_to_copy(mistake: Mistake) -> None:
    assert "```" not in mistake.try_ and "\n" not in mistake.try_
    for quoted in re.findall(r"`([^`]+)`", mistake.try_):
        assert not re.search(r"[=(]|await |yield ", quoted), quoted


@each_mistake
def test_backquotes_come_in_pairs(mistake: Mistake) -> None:
    assert [text for text in words_of(mistake) if text.count("`") % 2] == []


@each_mistake
def test_a_lesson_that_is_named_is_there(mistake: Mistake) -> None:
    assert not mistake.lesson or (ROOT / mistake.lesson.partition("#")[0]).is_file()


@each_exercise
def test_what_a_passed_answer_is_told_speaks_of_the_code_in_plain_words(exercise: Exercise) -> None:
    assert not UNKIND.search(exercise.why)
    assert exercise.why.count("`") % 2 == 0


# ---- filling in


@pytest.fixture
def wording() -> Mistake:
    return Mistake("m", {"": "{a} and {b}{where}.", "other": "{b} {c}"}, "means {a}", "try {b}")


def test_values_and_the_line_are_put_in_their_places(wording: Mistake) -> None:
    finding = wording.finding(Shown("m", 7, values={"a": 1, "b": "two"}))
    assert (finding.saw, finding.means, finding.try_) == ("1 and two (line 7).", "means 1", "try two")
    assert finding.line == 7 and finding.mistake == "m"
    assert wording.finding(Shown("m", values={"a": 1, "b": 2})).saw == "1 and 2."


@pytest.mark.parametrize(
    "value", ["{b}", "{where}", "{", "}", "{}", "{a}{a}", "{0.__class__}", "%s {b!r}", "{{b}}"]
)
def test_what_is_put_in_is_never_read_again(wording: Mistake, value: str) -> None:
    finding = wording.finding(Shown("m", values={"a": value, "b": "two"}))
    assert finding.saw == f"{value} and two."
    assert finding.means == f"means {value}"


def test_a_variant_picks_its_wording_and_a_place_without_a_value_stays(wording: Mistake) -> None:
    assert wording.finding(Shown("m", variant="other", values={"b": "B"})).saw == "B {c}"


# ---- names


@each_exercise
def test_an_exercise_is_found_by_its_name_its_file_and_its_number(exercise: Exercise) -> None:
    for name in (
        exercise.name,
        exercise.name.replace("_", "-"),
        exercise.name.upper(),
        f" {exercise.name}\n",
        exercise.stem,
        exercise.notebook.name,
        str(exercise.number),
    ):
        assert find(name) is exercise


@pytest.mark.parametrize(
    "name", ["", "0", "99", "first", "first_yield.py", "../first_yield", "first_yield # mine"]
)
def test_an_unknown_name_is_answered_with_those_there_are(name: str) -> None:
    with pytest.raises(UnknownExercise) as problem:
        find(name)
    assert repr(name) in str(problem.value)
    assert all(known in str(problem.value) for known in exercises())


def test_exercises_are_numbered_in_their_order_and_named_once() -> None:
    numbers = [exercise.number for exercise in exercises().values()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len({exercise.title for exercise in exercises().values()}) == len(numbers)

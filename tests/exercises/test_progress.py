"""A student's own progress: passed stays passed, and a place that cannot be written is no fault."""

from dataclasses import replace
from pathlib import Path

import pytest

from exercises.grader import progress
from exercises.grader.verdict import Verdict
from tests.exercises.samples import COULD_NOT_CHECK, FAILED, PASSED


def remembered(file: Path, *verdicts: Verdict) -> list[tuple[str, float | None, str | None]]:
    for verdict in verdicts:
        progress.remember(verdict, file)
    return [(name, entry.score, entry.mistake) for name, entry in progress.recall(file).items()]


@pytest.mark.parametrize(
    ("verdicts", "kept"),
    [
        pytest.param([], [], id="nothing yet"),
        pytest.param([FAILED], [("first_yield", 0, "no-pause")], id="failed"),
        pytest.param([FAILED, PASSED], [("first_yield", 10, None)], id="passed at last"),
        pytest.param([PASSED, FAILED], [("first_yield", 10, None)], id="passed stays passed"),
        pytest.param([COULD_NOT_CHECK], [], id="could not be checked says nothing"),
        pytest.param([FAILED, COULD_NOT_CHECK], [("first_yield", 0, "no-pause")], id="nor does it undo"),
    ],
)
def test_what_is_remembered_of_an_exercise(
    tmp_path: Path, verdicts: list[Verdict], kept: list[tuple[str, float | None, str | None]]
) -> None:
    assert remembered(tmp_path / "progress", *verdicts) == kept


def test_every_exercise_is_remembered_by_itself(tmp_path: Path) -> None:
    other = replace(FAILED, exercise="json_on_the_wire")
    kept = remembered(tmp_path / "progress", PASSED, other)
    assert kept == [("first_yield", 10, None), ("json_on_the_wire", 0, "no-pause")]


def test_asking_leaves_no_file_behind(tmp_path: Path) -> None:
    assert progress.recall(tmp_path / "progress") == {}
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for file in (tmp_path / "nowhere" / "progress", tmp_path / "file" / "progress", tmp_path):
        assert remembered(file, PASSED) == []


def test_a_damaged_file_is_nothing_to_remember_and_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "progress"
    file.write_text("no database" * 100)
    assert remembered(file, PASSED) == []

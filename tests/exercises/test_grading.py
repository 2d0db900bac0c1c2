"""A class of ten, one trouble each: every status is right, nothing is a silent zero, and no run is lost."""

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from exercises.checks import first_yield
from exercises.grader import grading
from exercises.grader.answers import answer_in_file
from exercises.grader.catalogue import exercises, find
from exercises.grader.gradebook import Entry, Gradebook
from exercises.grader.grading import Graded
from exercises.grader.submissions import NoSubmissions
from tests.exercises.samples import ENDLESS, MARKUP, NO_PAUSE, RIGHT, cell, handed_in

EXERCISE = find("first_yield")
STARTER = answer_in_file(EXERCISE, EXERCISE.notebook).text

# What becomes of first_yield: status, score, mistake.
EXPECTED: dict[str, tuple[str, float | None, str | None]] = {
    "ada": ("graded", 10, None),
    "bo, whose file is damaged": ("unreadable", None, None),
    "cy, who did another exercise": ("missing", None, None),
    "dee, whose loop never ends": ("graded", 0, "never-ends"),
    "eve, who renamed the file": ("graded", 10, None),
    "fay, who has two answers": ("graded", 0, "no-pause"),
    "gus, who has no file": ("missing", None, None),
    "hal, who has a folder in the folder": ("graded", 0, "stops-at-the-start"),
    "ivy, who links to ada": ("missing", None, None),
    "joe, who did nothing": ("graded", 0, EXERCISE.starter),
}


def class_of_ten(folder: Path) -> Path:
    ada, bo, cy, dee, eve, fay, gus, hal, ivy, joe = (folder / name for name in EXPECTED)
    first = handed_in(ada, "01_first_yield.ipynb", "%load_ext exercises", cell(RIGHT))
    handed_in(bo, "01_first_yield.ipynb").write_text('{"cells": [{"cell_type": "co')
    handed_in(cy, "01_first_yield.ipynb", "print('I deleted the line')")
    handed_in(dee, "01_first_yield.ipynb", cell(ENDLESS))
    handed_in(eve, "eve final (2).ipynb", cell(RIGHT))
    handed_in(fay, "a.ipynb", cell(RIGHT), changed=100)
    handed_in(fay, "01_first_yield.ipynb", cell(NO_PAUSE), changed=200)
    gus.mkdir()
    handed_in(hal / "homework", "01_first_yield.ipynb", cell(f"raise ValueError({MARKUP!r})"), changed=100)
    handed_in(hal / "homework" / ".ipynb_checkpoints", "01_first_yield.ipynb", cell(RIGHT), changed=200)
    ivy.mkdir()
    (ivy / "01_first_yield.ipynb").symlink_to(first)
    handed_in(joe, "01_first_yield.ipynb", cell(STARTER))
    return folder


@dataclass
class Run:
    folder: Path
    to: Path
    steps: list[tuple[Graded, int, int]]
    entries: list[Entry]

    def again(self) -> list[Graded]:
        """Grade once more, and return what was reported of graded entries."""
        steps: list[Graded] = []
        grading.grade(self.folder, self.to, on_entry=lambda graded, done, total: steps.append(graded))
        return [step for step in steps if step.entry.status == "graded"]

    def rows(self) -> dict[str, dict[str, str]]:
        with (self.to / grading.GRADES).open(encoding="utf-8", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}

    def page(self, student: str) -> str:
        return (self.to / "feedback" / f"{student}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = class_of_ten(tmp_path_factory.mktemp("class"))
    to = tmp_path_factory.mktemp("results") / "new" / "folder"
    steps: list[tuple[Graded, int, int]] = []
    entries = grading.grade(folder, to, on_entry=lambda *step: steps.append(step))
    return Run(folder, to, steps, entries)


def test_every_student_has_an_entry_for_every_exercise(run: Run) -> None:
    asked = [(student, exercise) for student in EXPECTED for exercise in exercises()]
    assert [(entry.student, entry.exercise) for entry in run.entries] == asked
    with Gradebook(run.to / grading.GRADEBOOK) as book:
        key = lambda entry: (entry.student, entry.exercise)  # noqa: E731
        assert sorted(book.entries(), key=key) == sorted(run.entries, key=key)


@pytest.mark.parametrize("student", EXPECTED)
def test_each_trouble_has_its_own_status(run: Run, student: str) -> None:
    [entry] = [e for e in run.entries if (e.student, e.exercise) == (student, "first_yield")]
    assert (entry.status, entry.score, entry.mistake) == EXPECTED[student]
    assert entry.max_score == EXERCISE.points and entry.note


def test_each_step_is_told_once_and_counted(run: Run) -> None:
    total = len(EXPECTED) * len(exercises())
    assert [done for _, done, _ in run.steps] == list(range(1, total + 1))
    assert {all_ for *_, all_ in run.steps} == {total}
    assert all(graded.is_new for graded, *_ in run.steps)


def test_the_table_of_grades_has_a_score_only_where_there_is_one(run: Run) -> None:
    rows = run.rows()
    assert list(rows) == list(EXPECTED)
    for student, (status, score, mistake) in EXPECTED.items():
        row = rows[student]
        assert row["first_yield status"] == status
        assert row["first_yield score"] == ("" if score is None else f"{score:g}")
        assert row["first_yield mistake"] == (mistake or "")
        for name in exercises():
            assert (row[f"{name} score"] == "") == (row[f"{name} status"] != "graded")


def test_a_sum_is_left_open_while_something_could_not_be_read(run: Run) -> None:
    rows = run.rows()
    assert rows["bo, whose file is damaged"]["total"] == ""
    assert rows["ada"]["total"] == "10"
    assert {row["out of"] for row in rows.values()} == {f"{sum(e.points for e in exercises().values()):g}"}


@pytest.mark.parametrize("student", EXPECTED)
def test_the_page_of_feedback_says_what_became_of_each_exercise(run: Run, student: str) -> None:
    page = run.page(student)
    assert page.startswith("<!doctype html>") and f"Feedback for {student}" in page
    assert all(exercise.title in page for exercise in exercises().values())
    status, score, _ = EXPECTED[student]
    said = {"missing": "No answer was found", "unreadable": "The file could not be read"}
    assert said.get(status, f"{score} of 10 points") in page


def test_a_page_of_feedback_holds_the_finding_and_none_of_the_answers_own_markup(run: Run) -> None:
    assert "left at the same moment" in run.page("fay, who has two answers")
    assert "loop that never ends" in run.page("dee, whose loop never ends")
    page = run.page("hal, who has a folder in the folder")
    assert "&lt;script&gt;" in page and "<script" not in page and "<img src=x" not in page


def test_a_page_of_feedback_needs_no_network_and_links_to_nothing_that_is_not_there(run: Run) -> None:
    for student in EXPECTED:
        assert "http" not in run.page(student) and "href" not in run.page(student)


def test_a_second_run_judges_only_what_has_changed(run: Run, tmp_path: Path) -> None:
    folder, to = tmp_path / "class", tmp_path / "results"
    shutil.copytree(run.folder, folder, symlinks=True)
    shutil.copytree(run.to, to)
    again = Run(folder, to, [], []).again
    kept = again()
    assert len(kept) == 6 and not any(graded.is_new for graded in kept)

    student = "fay, who has two answers"
    handed_in(folder / student, "01_first_yield.ipynb", cell(RIGHT), changed=300)
    [graded] = [graded for graded in again() if graded.is_new]
    assert (graded.entry.student, graded.entry.score) == (student, 10)
    changed = Run(folder, to, [], [])
    assert changed.rows()[student]["total"] == "10"
    assert "10 of 10 points" in changed.page(student)


def test_what_could_not_be_checked_is_tried_again_by_the_next_run(
    tmp_path: Path, unstartable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(tmp_path / "class" / "ada", "a.ipynb", cell(RIGHT))
    run = Run(tmp_path / "class", tmp_path / "results", [], [])
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", str(unstartable))
        assert run.again() == []
    row = run.rows()["ada"]
    assert (row["first_yield status"], row["first_yield score"], row["total"]) == ("could-not-check", "", "")
    assert "Not checked yet" in run.page("ada")
    assert [(graded.is_new, graded.entry.score) for graded in run.again()] == [(True, 10)]
    assert run.rows()["ada"]["total"] == "10"


def test_a_check_that_breaks_does_not_stop_the_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(first_yield, "claims", broken)
    handed_in(tmp_path / "class" / "ada", "a.ipynb", cell("x = 1"))
    entries = grading.grade(tmp_path / "class", tmp_path / "results")
    assert {entry.exercise: entry.status for entry in entries}["first_yield"] == "could-not-check"


def test_results_that_lie_among_the_submissions_are_no_student(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    for _ in range(2):
        entries = grading.grade(tmp_path, tmp_path / "results")
        assert {entry.student for entry in entries} == {"ada"}


def test_a_student_who_left_the_class_is_not_in_its_grades(tmp_path: Path) -> None:
    for name in ("ada", "bo"):
        (tmp_path / "class" / name).mkdir(parents=True)
    run = Run(tmp_path / "class", tmp_path / "results", [], [])
    run.again()
    (tmp_path / "class" / "bo").rmdir()
    run.again()
    assert list(run.rows()) == ["ada"]


def test_a_place_without_students_makes_no_results(tmp_path: Path) -> None:
    with pytest.raises(NoSubmissions):
        grading.grade(tmp_path / "class", tmp_path / "results")
    assert not (tmp_path / "results").exists()


def graded_so_far(book: Path) -> set[tuple[str, str]]:
    """The students in a gradebook that another process writes, each with the time of the entry."""
    try:
        with closing(sqlite3.connect(f"{book.as_uri()}?mode=ro", uri=True)) as db:
            return set(db.execute("SELECT student, at FROM entry WHERE status = 'graded'"))
    except sqlite3.Error:
        return set()


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_run_cut_off_half_way_is_finished_by_the_next_and_keeps_what_was_graded(
    tmp_path: Path, stop: signal.Signals
) -> None:
    students = ["ada", "bo"]
    for student in students:
        handed_in(tmp_path / "class" / student, "a.ipynb", cell(RIGHT))
    results, book = tmp_path / "results", tmp_path / "results" / grading.GRADEBOOK
    command = [sys.executable, "-m", "exercises", "grade", str(tmp_path / "class"), "--to", str(results)]
    with subprocess.Popen(
        [*command, "--jobs", "1", "--unsafe"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},  # for the scratch folders of answers that were cut off
    ) as process:
        while not graded_so_far(book) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(stop)
        _, errors = process.communicate(timeout=60)
    kept = graded_so_far(book)
    assert kept and not (results / grading.GRADES).exists()
    assert "Traceback" not in errors
    if stop is signal.SIGINT:
        assert process.returncode == 2 and "Stopped. What was graded is kept" in errors

    steps: list[Graded] = []
    grading.grade(tmp_path / "class", results, on_entry=lambda graded, done, total: steps.append(graded))
    graded = [step for step in steps if step.entry.status == "graded"]
    assert {step.entry.student for step in graded if not step.is_new} == {student for student, _ in kept}
    assert kept <= graded_so_far(book)
    assert [(step.entry.student, step.entry.score) for step in sorted(graded, key=str)] == [
        (student, 10) for student in students
    ]
    assert (results / grading.GRADES).exists()


def test_a_file_that_cannot_be_read_and_is_newer_than_the_answer_is_no_zero(tmp_path: Path) -> None:
    student = tmp_path / "class" / "ada"
    handed_in(student, "01_first_yield.ipynb", cell(NO_PAUSE), changed=100)
    broken = handed_in(student, "01_first_yield (1).ipynb", changed=200)
    broken.write_text("{")
    entries = grading.grade(tmp_path / "class", tmp_path / "results")
    assert entries[0].status == "unreadable"
    assert entries[0].score is None and "01_first_yield (1).ipynb" in entries[0].note


def test_strange_names_of_students_do_not_stop_the_class(tmp_path: Path) -> None:
    names = ["a" * 250, "b\udcff", "=1+1", "c <b>'\"&"]
    for name in names:
        (tmp_path / "class" / name).mkdir(parents=True)
    entries = grading.grade(tmp_path / "class", tmp_path / "results")
    assert len({entry.student for entry in entries}) == len(names)
    assert len(list((tmp_path / "results" / "feedback").glob("*.html"))) == len(names)
    grades = (tmp_path / "results" / grading.GRADES).read_text(encoding="utf-8")
    assert "'=1+1" in grades and "\n=1+1" not in grades


def test_which_file_was_graded_is_on_the_page(run: Run) -> None:
    page = run.page("fay, who has two answers")
    assert "01_first_yield.ipynb (the last changed; also in a.ipynb)" in page

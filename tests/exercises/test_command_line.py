"""`python -m exercises`: verdicts as exit codes, and one clear sentence for everything that is not a verdict."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from exercises.__main__ import main
from exercises.grader import corpus
from exercises.grader.catalogue import EXERCISES, exercises, find
from exercises.grader.corpus import Case, Outcome
from exercises.grader.seal import Level, Seal
from tests.exercises.samples import RIGHT, cell, handed_in, run_kit

KEYS = ["exercise", "status", "score", "max_score", "findings", "seconds"]
PARTS = {"mistake", "saw", "means", "try", "line"}


def answer(folder: Path, text: str) -> Path:
    path = folder / "answer.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_list_shows_every_exercise_with_its_title_and_points() -> None:
    lines = run_kit("list").stdout.splitlines()
    for exercise in exercises().values():
        [line] = [line for line in lines if exercise.name in line]
        assert exercise.title in line and f" {exercise.points:g} " in line


@pytest.mark.parametrize(
    ("text", "code", "mark"), [(RIGHT, 0, "✓"), ("x = 1", 1, "✗")], ids=["right", "wrong"]
)
def test_check_says_what_was_seen_and_the_exit_code_is_the_verdict(
    tmp_path: Path, text: str, code: int, mark: str
) -> None:
    answer(tmp_path, text)
    done = run_kit("check", "first_yield", "answer.py", cwd=tmp_path)
    assert done.returncode == code and done.stderr == ""
    assert done.stdout.startswith(f"{mark} The first yield")
    assert ("Saw" in done.stdout) == (code == 1)


def test_what_could_not_be_checked_has_an_exit_code_of_its_own(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["check", "first_yield", str(answer(tmp_path, "#" * 200_001))])
    assert shown.exit_code == 2 and shown.stdout.startswith("? The first yield: could not be checked")


def test_a_notebook_is_checked_whatever_it_is_called(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "mine (1).ipynb", cell("x = 1", "1"))
    shown = CliRunner().invoke(main, ["check", "First-Yield", str(path)])
    assert shown.exit_code == 1 and "Saw" in shown.stdout


@pytest.mark.parametrize(
    ("text", "code", "status", "score", "mistakes"),
    [(RIGHT, 0, "passed", 10, []), ("x = 1", 1, "failed", 0, ["app-missing"])],
    ids=["right", "wrong"],
)
def test_json_holds_what_is_documented(
    tmp_path: Path, text: str, code: int, status: str, score: float, mistakes: list[str]
) -> None:
    shown = CliRunner().invoke(main, ["check", "first_yield", str(answer(tmp_path, text)), "--json"])
    verdict = json.loads(shown.stdout)
    assert shown.exit_code == code and shown.stderr == ""
    assert set(verdict) - {"why", "lesson"} == set(KEYS)
    assert (verdict["exercise"], verdict["status"]) == ("first_yield", status)
    assert (verdict["score"], verdict["max_score"]) == (score, 10)
    assert [finding["mistake"] for finding in verdict["findings"]] == mistakes
    assert all(set(finding) - {"why", "lesson"} == PARTS for finding in verdict["findings"])
    assert verdict["seconds"] > 0


@pytest.mark.parametrize("name", ["first_yield", "no_such_exercise"])
def test_json_stays_json_where_there_is_nothing_to_judge(tmp_path: Path, name: str) -> None:
    shown = CliRunner().invoke(main, ["check", name, str(tmp_path / "nothing.py"), "--json"])
    verdict = json.loads(shown.stdout)
    assert shown.exit_code == 2 and shown.stderr == ""
    assert set(verdict) - {"why", "lesson"} == set(KEYS)
    assert (verdict["status"], verdict["score"], verdict["findings"]) == ("could-not-check", None, [])
    assert verdict["why"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["check", "second_yield"], "first_yield", id="an unknown exercise"),
        pytest.param(
            ["check", "first_yield", "nothing.py"], "no file nothing.py", id="a file that is not there"
        ),
        pytest.param(["check", "first_yield", "folder"], "no file folder", id="a folder for a file"),
        pytest.param(["check", "first_yield", "empty.ipynb"], "empty.ipynb", id="a damaged notebook"),
        pytest.param(["check", "first_yield", "other.ipynb"], "%%exercise first_yield", id="no answer in it"),
        pytest.param(
            ["grade", "nothing", "--to", "out", "--unsafe"],
            "no folder nothing",
            id="a folder that is not there",
        ),
        pytest.param(
            ["grade", "file", "--to", "out", "--unsafe"], "no folder file", id="a file for a folder"
        ),
        pytest.param(
            ["grade", "folder", "--to", "out", "--unsafe"], "folder holds no students", id="an empty folder"
        ),
        pytest.param(
            ["grade", "class", "--to", "file", "--unsafe"], "file", id="a file for the results' folder"
        ),
        pytest.param(["grade", "class", "--to", "file/out", "--unsafe"], "file", id="results under a file"),
        pytest.param(
            ["grade", "class", "--to", "taken", "--unsafe"], "gradebook", id="a gradebook that is none"
        ),
        pytest.param(
            ["grade", "class", "--to", "blocked", "--unsafe"],
            "grades.csv",
            id="grades that cannot be written",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    for folder in ("folder", "class/ada", "taken", "blocked/grades.csv/in the way"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("file", "empty.ipynb"):
        (tmp_path / file).write_text("")
    (tmp_path / "taken" / "gradebook.sqlite").write_text("not a database" * 100)
    handed_in(tmp_path, "other.ipynb", "x = 1")
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(main, arguments)
    lines = [line for line in shown.stderr.splitlines() if not line.startswith("grading")]
    assert shown.exit_code == 2 and shown.stdout == ""
    assert len(lines) == 1 and lines[0].startswith("Error: ") and said in lines[0], shown.output


def test_no_traceback_leaves_the_process_either(tmp_path: Path) -> None:
    done = run_kit("check", "second_yield", cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("Error: There is no exercise called 'second_yield'.")
    assert done.stderr.count("\n") == 1


def test_a_disk_without_room_is_said_in_one_sentence(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    (tmp_path / "class" / "ada").mkdir(parents=True)
    done = run_kit(
        *("grade", tmp_path / "class", "--to", tmp_path / "out", "--unsafe"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "gradebook.sqlite cannot be used as a gradebook" in done.stderr


def test_grade_sums_up_and_names_what_a_person_should_look_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(tmp_path / "class" / "ada", "a.ipynb", cell(RIGHT))
    handed_in(tmp_path / "class" / "bo", "a.ipynb").write_text("{")
    monkeypatch.chdir(tmp_path)
    first, again = (CliRunner().invoke(main, ["grade", "class", "--to", "out", "--unsafe"]) for _ in range(2))
    number = len(exercises())
    assert first.exit_code == 0
    assert first.stdout.startswith(f"2 students, {2 * number} answers: 1 graded, of which 1 passed; ")
    assert f"{number - 1} missing, {number} unreadable, 0 could not be checked." in first.stdout
    assert "bo, first_yield: unreadable. a.ipynb is not a notebook" in first.stdout
    assert {path.name for path in (tmp_path / "out" / "feedback").iterdir()} == {"ada.html", "bo.html"}
    assert "(1 kept from an earlier run): 1 graded, of which 1 passed" in again.stdout


def test_grading_below_a_sandbox_is_refused_with_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "exercises.__main__.reached", lambda: Seal(Level.LIMITS, "It is missing. Install it.")
    )
    (tmp_path / "class" / "ada").mkdir(parents=True)
    shown = CliRunner().invoke(main, ["grade", str(tmp_path / "class"), "--to", str(tmp_path / "out")])
    assert shown.exit_code == 2 and shown.stdout == "" and not (tmp_path / "out").exists()
    assert "It is missing. Install it." in shown.stderr and "--unsafe" in shown.stderr


@pytest.mark.parametrize("level", Level)
def test_how_far_apart_answers_ran_is_said_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, level: Level
) -> None:
    request.getfixturevalue("sandbox" if level is Level.SANDBOX else "limits_alone")
    handed_in(tmp_path / "class" / "ada", "a.ipynb", cell(RIGHT))
    monkeypatch.chdir(tmp_path)
    unsafe = [] if level is Level.SANDBOX else ["--unsafe"]
    shown = CliRunner().invoke(main, ["grade", "class", "--to", "out", *unsafe])
    assert shown.exit_code == 0 and f"Isolation: {level.label}." in shown.stdout
    header, row = (tmp_path / "out" / "grades.csv").read_text().splitlines()
    assert header.endswith(",isolation") and row.endswith(f",{level.label}")


def test_what_was_graded_below_a_sandbox_is_graded_again_in_one(
    sandbox: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    handed_in(tmp_path / "class" / "ada", "a.ipynb", cell(RIGHT))
    command = ["grade", str(tmp_path / "class"), "--to", str(tmp_path / "out"), "--unsafe"]
    first, again = CliRunner().invoke(main, command), CliRunner().invoke(main, command)
    request.getfixturevalue("limits_alone")
    changed = CliRunner().invoke(main, command)
    assert ["kept" in shown.stdout for shown in (first, again, changed)] == [False, True, False]


@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("command", ["", "list", "check", "grade", "verify"])
def test_every_command_explains_itself(command: str, flag: str) -> None:
    shown = CliRunner().invoke(main, [*command.split(), flag], prog_name="python -m exercises")
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: python -m exercises {command}".rstrip())
    assert len(shown.output.splitlines()) > 4
    if not command:
        assert all(f"  {name} " in shown.output for name in main.commands)


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["grade", "class"], ["grade", "class", "--to", "out", "--jobs", "0"], ["nothing"]],
)
def test_a_command_that_is_used_wrongly_says_how_it_is_meant(arguments: list[str]) -> None:
    shown = CliRunner().invoke(main, arguments)
    assert shown.exit_code == 2 and shown.output.startswith("Usage: ")


def test_a_terminal_that_knows_no_marks_gets_the_same_exit_code(tmp_path: Path) -> None:
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    done = run_kit("check", "first_yield", answer(tmp_path, RIGHT), env=ascii_only)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done
    assert "The first yield: passed" in done.stdout
    listed = run_kit("list", env=ascii_only)
    assert listed.returncode == 0 and "first_yield" in listed.stdout


def test_without_a_file_the_exercises_own_notebook_is_read_and_the_outcome_is_remembered(
    tmp_path: Path,
) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(EXERCISES, tmp_path / "exercises", ignore=ignored)
    shutil.copytree(EXERCISES.parent / "lesson_server", tmp_path / "lesson_server", ignore=ignored)
    environment = {**os.environ, "EXERCISES_PROGRESS": str(tmp_path / "progress")}

    own = tmp_path / "exercises" / find("first_yield").notebook.name
    handed_in(own.parent, own.name, cell("x = 1"))
    assert run_kit("check", "first_yield", cwd=tmp_path, env=environment).returncode == 1
    rows = run_kit("list", cwd=tmp_path, env=environment).stdout.splitlines()
    assert [row.split()[1] for row in rows if "not yet" in row] == ["first_yield"]
    assert not any("passed" in row for row in rows)


def test_a_file_of_somebody_else_is_checked_without_a_trace_in_ones_own_progress(tmp_path: Path) -> None:
    environment = {**os.environ, "EXERCISES_PROGRESS": str(tmp_path / "progress")}
    done = run_kit("check", "first_yield", answer(tmp_path, "x = 1"), env=environment)
    assert done.returncode == 1 and not (tmp_path / "progress").exists()


# ---- verify


def verify(monkeypatch: pytest.MonkeyPatch, said: dict[str, str]) -> tuple[int, list[str]]:
    """Run `verify` where these things are said of first_yield; the exit code and the problems it names."""
    exercise = find("first_yield")
    files = {"right": Path("a.py"), "wrong": Path("no-pause--b.py")}
    outcomes = [
        Outcome(
            Case(exercise, kind, files.get(kind, exercise.notebook), expected), (said.get(kind, expected),)
        )
        for kind, expected in (
            ("right", "passed"),
            ("wrong", "no-pause"),
            ("starter", exercise.starter),
            ("solution", "passed"),
        )
    ]
    monkeypatch.setattr("exercises.__main__.exercises", lambda: {exercise.name: exercise})
    monkeypatch.setattr(corpus, "run", lambda *_: outcomes)
    monkeypatch.setattr(corpus, "gaps", lambda *_: iter(()))
    shown = CliRunner().invoke(main, ["verify"])
    return shown.exit_code, [line for line in shown.stderr.splitlines() if "should be" in line]


def test_verify_succeeds_when_everything_is_said_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verify(monkeypatch, {}) == (0, [])


@pytest.mark.parametrize(
    ("kind", "said", "problem"),
    [
        ("right", "no-pause", "right a.py should be passed, was no-pause."),
        ("right", "could-not-check", "right a.py should be passed, was could-not-check."),
        ("wrong", "passed", "wrong no-pause--b.py should be no-pause, was passed."),
        ("wrong", "blocked-loop", "wrong no-pause--b.py should be no-pause, was blocked-loop."),
        (
            "starter",
            "passed",
            f"starter 01_first_yield.ipynb should be {find('first_yield').starter}, was passed.",
        ),
        ("solution", "int-id", "solution 01_first_yield.ipynb should be passed, was int-id."),
    ],
)
def test_verify_fails_and_names_the_answer_of_which_something_else_was_said(
    monkeypatch: pytest.MonkeyPatch, kind: str, said: str, problem: str
) -> None:
    assert verify(monkeypatch, {kind: said}) == (1, [f"first_yield: {problem}"])


def test_verify_cannot_be_asked_to_prove_everything_by_judging_nothing() -> None:
    shown = CliRunner().invoke(main, ["verify", "--runs", "0"])
    assert shown.exit_code == 2


def test_the_corpus_of_the_kit_is_said_exactly_as_it_should_be() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "exercises", "verify", "--runs", "1"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr

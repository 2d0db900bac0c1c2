"""The gradebook: what was recorded is there, whatever happens next, and no file is mistaken for one."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from exercises.grader.gradebook import FORMAT, Entry, Gradebook, GradebookError

ENTRY = Entry("ada", "first_yield", "graded", 10.0, 10.0, "no-pause", "A note.", "<div>", "abc")


def test_what_is_recorded_is_read_back_the_same(tmp_path: Path) -> None:
    strange = replace(
        ENTRY, student="Łucja O'Neil; DROP TABLE entry", score=None, mistake=None, note="\n'\"{x}"
    )
    with Gradebook(tmp_path / "g") as book:
        book.record(ENTRY)
        book.record(strange)
        assert book.entry("ada", "first_yield") == ENTRY
    with Gradebook(tmp_path / "g") as book:
        assert book.entries() == [ENTRY, strange]
        assert book.entry("ada", "another") is None


def test_a_second_record_takes_the_place_of_the_first(tmp_path: Path) -> None:
    with Gradebook(tmp_path / "g") as book:
        for score in (0.0, 10.0, 5.0):
            book.record(replace(ENTRY, score=score))
        assert book.entries() == [replace(ENTRY, score=5.0)]


def test_a_record_is_there_after_its_process_was_killed(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from exercises.grader.gradebook import Entry, Gradebook
with Gradebook(Path({str(tmp_path / "g")!r})) as book:
    for number in range(50):
        book.record(Entry(f"student {{number}}", "first_yield", "graded", 1.0, 1.0))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    with Gradebook(tmp_path / "g") as book:
        assert len(book.entries()) == 50


def database(path: Path, version: int, table: str) -> None:
    other = sqlite3.connect(path)
    other.execute(f"CREATE TABLE {table}")
    other.execute(f"PRAGMA user_version = {version}")
    other.commit()
    other.close()


def damaged(path: Path) -> None:
    with Gradebook(path) as book:
        for number in range(200):
            book.record(replace(ENTRY, student=str(number), card="x" * 500))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


def used(path: Path) -> None:
    with Gradebook(path) as book:
        book.entries()
        book.entry("ada", "first_yield")
        book.record(ENTRY)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: path.write_text("student,grade\n" * 100), id="not a database"),
        pytest.param(lambda path: database(path, FORMAT + 1, "entry (student)"), id="a later format"),
        pytest.param(lambda path: database(path, FORMAT, "entry (student)"), id="a table of another shape"),
        pytest.param(lambda path: path.mkdir(), id="a folder"),
        pytest.param(damaged, id="damaged in the middle"),
    ],
)
def test_a_file_that_is_no_gradebook_is_refused_in_one_sentence_that_names_it(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    path = tmp_path / "gradebook.sqlite"
    spoil(path)
    with pytest.raises(GradebookError) as problem:
        used(path)
    assert str(path) in str(problem.value)
    assert "\n" not in str(problem.value) and str(problem.value).endswith(".")


def test_another_formats_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "g"
    database(path, FORMAT + 1, "entry (student)")
    before = path.read_bytes()
    with pytest.raises(GradebookError, match="another version of the kit"):
        Gradebook(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GradebookError, match="cannot be used as a gradebook"):
        Gradebook(tmp_path / "nowhere" / "g")


def test_a_disk_without_room_is_reported_in_one_sentence(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    path = tmp_path / "g"
    Gradebook(path).__exit__(None, None, None)
    size = path.stat().st_size
    code = f"""
from pathlib import Path
from exercises.grader.gradebook import Entry, Gradebook, GradebookError
with Gradebook(Path({str(path)!r})) as book:
    try:
        book.record(Entry("ada", "first_yield", "graded", 1.0, 1.0, card="x" * 10**6))
    except GradebookError as problem:
        print(problem)
"""
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2 * size, 2 * size)),
    )
    assert done.stdout.startswith(f"{path} cannot be written: "), done
    with Gradebook(path) as book:
        assert book.entries() == []

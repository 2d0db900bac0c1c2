"""Grades a class: every student's answers, judged in parallel and kept in the gradebook one by one."""

import csv
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from . import card, feedback, submissions
from .answers import Answer
from .catalogue import EXERCISES, Exercise, exercises
from .gradebook import Entry, Gradebook
from .judge import judge
from .seal import Level, reached
from .submissions import Submission
from .verdict import Status, Verdict

GRADEBOOK = "gradebook.sqlite"
GRADES = "grades.csv"


@dataclass(frozen=True)
class Graded:
    """One step of a run: an entry, and whether it was made now or stood in the gradebook already."""

    entry: Entry
    is_new: bool


def grade(
    folder: Path,
    to: Path,
    jobs: int | None = None,
    on_entry: Callable[[Graded, int, int], None] = lambda graded, done, total: None,
) -> list[Entry]:
    """Grade every student's folder under `folder` into `to`: gradebook.sqlite, grades.csv, feedback/*.html.

    What an earlier run has graded and what has not changed since is not judged again. `on_entry(graded, done,
    total)` is called after each entry. Returns the entries of this class. Raises NoSubmissions, GradebookError,
    OSError when `to` cannot be written.
    """
    folders = submissions.students(folder, leave_out=to)
    to.mkdir(parents=True, exist_ok=True)
    total = len(folders) * len(exercises())
    entries: list[Entry] = []
    jobs = jobs or os.cpu_count() or 1
    pool = ThreadPoolExecutor(jobs)
    with Gradebook(to / GRADEBOOK) as book:
        try:
            for graded in _entries(folders, book, pool, ahead=2 * jobs):
                if graded.is_new:
                    book.record(graded.entry)
                entries.append(graded.entry)
                on_entry(graded, len(entries), total)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    entries.sort(key=lambda entry: (entry.student, _number(entry.exercise)))
    write_grades(to / GRADES, entries)
    feedback.write(to / "feedback", entries)
    return entries


def _number(name: str) -> int:
    return exercises()[name].number


def _entries(folders: list[Path], book: Gradebook, pool: Executor, ahead: int) -> Iterator[Graded]:
    """Every student's every exercise, as it comes; only `ahead` answers are read before their turn."""
    running: set[Future[Graded]] = set()
    for folder in folders:
        submission = submissions.read(folder)
        for exercise in exercises().values():
            answers = submission.answers.get(exercise.name, [])
            if not answers or _is_superseded(answers[-1], submission):
                yield Graded(_without_answer(submission, exercise), True)
                continue
            answer = answers[-1]
            fingerprint = _fingerprint(exercise, answer)
            before = book.entry(submission.student, exercise.name)
            if before is not None and before.status == "graded" and before.fingerprint == fingerprint:
                yield Graded(before, False)
                continue
            running.add(pool.submit(_judged, submission.student, exercise, answers, fingerprint))
            if len(running) >= ahead:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def _judged(student: str, exercise: Exercise, answers: list[Answer], fingerprint: str) -> Graded:
    return Graded(_entry(student, judge(exercise, answers[-1].text), fingerprint, _files(answers)), True)


def _files(answers: list[Answer]) -> str:
    """Which file was graded, and which others hold an answer too."""
    *others, last = (answer.file.name for answer in answers)
    return f"{last} (the last changed; also in {', '.join(others)})" if others else last


def _is_superseded(answer: Answer, submission: Submission) -> bool:
    """Whether a file that is named like the exercise, was changed later, and cannot be read."""
    changed = answer.file.stat().st_mtime_ns
    return any(
        answer.exercise in path.name and path.exists() and path.stat().st_mtime_ns > changed
        for path in submission.unreadable
        if path.suffix.lower() == ".ipynb"
    )


def _entry(student: str, verdict: Verdict, fingerprint: str, file: str) -> Entry:
    finding = verdict.findings[0] if verdict.findings else None
    return Entry(
        student=student,
        exercise=verdict.exercise,
        status="could-not-check" if verdict.status is Status.COULD_NOT_CHECK else "graded",
        score=verdict.score,
        max_score=verdict.max_score,
        mistake=finding.mistake if finding else None,
        note=finding.saw if finding else verdict.why,
        file=file,
        card=card.html(verdict, lesson_root=None),
        fingerprint=fingerprint,
        isolation=reached().level.label,
    )


def _without_answer(submission: Submission, exercise: Exercise) -> Entry:
    """Missing, or unreadable when a file that may hold the answer could not be read."""
    own = [reason for path, reason in submission.unreadable.items() if exercise.name in path.name]
    reasons = own or list(submission.unreadable.values())
    return Entry(
        student=submission.student,
        exercise=exercise.name,
        status="unreadable" if reasons else "missing",
        score=None,
        max_score=exercise.points,
        note=reasons[0]
        if reasons
        else f"No notebook has a cell that begins with `%%exercise {exercise.name}`.",
    )


def _fingerprint(exercise: Exercise, answer: Answer) -> str:
    """Of the answer's text, of all that judges it, and of how far apart it runs."""
    text = answer.text.encode("utf-8", "surrogatepass")
    judged_by = f"{_judged_by(exercise.name)} {reached().level.label}"
    return hashlib.sha256(text + b"\0" + judged_by.encode()).hexdigest()


@cache
def _judged_by(exercise: str) -> str:
    """The check, the engine, the wording, and the versions that an answer runs with."""
    files = [
        EXERCISES / "checks" / f"{exercise}.py",
        *sorted((EXERCISES / "grader").glob("*.py")),
        *sorted(EXERCISES.glob("*.toml")),
    ]
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    for library in ("fastapi", "starlette", "sse-starlette", "anyio", "pydantic"):
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


def write_grades(path: Path, entries: list[Entry]) -> None:
    """Write one line for each student: status and score of each exercise, the sum, and how the answers were run.

    The sum is left empty while something could not be read or checked: it would not be the student's grade.
    "isolation" is the least that one of the student's answers ran in, and empty where none was run.
    """
    names = list(exercises())
    by_student: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_student.setdefault(entry.student, {})[entry.exercise] = entry
    unfinished = path.with_suffix(".csv.new")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        columns = [
            column for name in names for column in (f"{name} status", f"{name} score", f"{name} mistake")
        ]
        writer.writerow(["student", *columns, "total", "out of", "isolation"])
        for student, own in by_student.items():
            cells: list[object] = []
            for name in names:
                cells += [own[name].status, _cell(own[name].score), own[name].mistake or ""]
            settled = all(entry.status in ("graded", "missing") for entry in own.values())
            total = sum(entry.score or 0 for entry in own.values())
            most = sum(entry.max_score for entry in own.values())
            levels = {entry.isolation for entry in own.values()}
            least = next((level.label for level in Level if level.label in levels), "")
            writer.writerow([_plain(student), *cells, _cell(total) if settled else "", _cell(most), least])
    unfinished.replace(path)


def _plain(name: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t")) else name


def _cell(score: float | None) -> str:
    return "" if score is None else f"{score:g}"

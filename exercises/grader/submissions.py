"""What students handed in: a folder for each, with their notebooks in it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from .answers import Answer, Unreadable, answers_in_notebook


class NoSubmissions(Exception):
    """The folder holds no students' folders; the message says what was looked for."""


# What people hand in in place of a notebook: it is said, and never taken for nothing.
OTHER_WAYS = (".zip", ".py", ".txt", ".html", ".pdf", ".json")


@dataclass(frozen=True)
class Submission:
    """One student's answers, and the files that could not be read, each with the reason.

    `answers` has every answer to an exercise, the one that counts last.
    """

    student: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    unreadable: dict[Path, str] = field(default_factory=dict)


def students(folder: Path, leave_out: Path | None = None) -> list[Path]:
    """The students' folders, by name; `leave_out` is the folder of results. Raises NoSubmissions."""
    if not folder.is_dir():
        raise NoSubmissions(f"There is no folder {folder}.")
    results = leave_out.resolve() if leave_out else None
    found = sorted(
        path
        for path in folder.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.resolve() != results
    )
    if not found:
        raise NoSubmissions(
            f"{folder} holds no students' folders. It should look like {folder}/<student>/01_first_yield.ipynb."
        )
    return found


def loose_notebooks(folder: Path) -> list[str]:
    """Names of notebooks that lie beside the students' folders and so belong to nobody."""
    return sorted(
        path.name for path in folder.iterdir() if path.suffix.lower() == ".ipynb" and path.is_file()
    )


def read(folder: Path) -> Submission:
    """Read one student's folder; what cannot be read is noted, never raised.

    Answers are known by their `%%exercise` line, whatever the file is called and however deep it lies; of two
    answers to the same exercise the one in the later changed file counts. Folders named "solutions" are ours.
    """
    submission = Submission(folder.name.encode("utf-8", "backslashreplace").decode())
    for path in _files(folder, submission):
        try:
            if path.suffix.lower() == ".ipynb":
                for name, answer in answers_in_notebook(path).items():
                    submission.answers.setdefault(name, []).append(answer)
            elif path.suffix.lower() in OTHER_WAYS:
                submission.unreadable[path] = f"{path.name} is no notebook, and only notebooks are graded."
        except Unreadable as problem:
            submission.unreadable[path] = str(problem)
    return submission


def _files(folder: Path, submission: Submission) -> list[Path]:
    """The student's own files, the ones changed last at the end."""

    def note(problem: OSError) -> None:
        path = Path(problem.filename or folder)
        submission.unreadable[path] = f"The folder {path.name} cannot be opened: {problem.strerror}."

    root = folder.resolve()
    found: list[tuple[int, str, Path]] = []
    for place, folders, names in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if name != "solutions" and not name.startswith(".")]
        for path in (Path(place, name) for name in names if not name.startswith(".")):
            try:
                # A link could lead out of the student's folder, to another student's or to the solutions.
                if path.is_file() and path.resolve().is_relative_to(root):
                    found.append((path.stat().st_mtime_ns, str(path), path))
            except OSError as problem:
                submission.unreadable[path] = f"{path.name} cannot be opened: {problem.strerror}."
    return [path for _, _, path in sorted(found)]

"""What students handed in: a folder for each, with their notebooks in it."""

from dataclasses import dataclass, field
from pathlib import Path

from .answers import Answer, Unreadable, answers_in_notebook


class NoSubmissions(Exception):
    """The folder holds no students' folders; the message says what was looked for."""


@dataclass(frozen=True)
class Submission:
    """One student's answers by exercise, and the files that could not be read, each with the reason."""

    student: str
    answers: dict[str, Answer] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


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


def read(folder: Path) -> Submission:
    """Read one student's folder.

    Answers are known by their `%%exercise` line, whatever the file is called and however deep it lies; of two
    answers to the same exercise the one in the later changed file counts.
    """
    submission = Submission(folder.name)
    for path in sorted(_notebooks(folder), key=lambda path: (path.stat().st_mtime, path.name)):
        try:
            submission.answers.update(answers_in_notebook(path))
        except Unreadable as problem:
            submission.unreadable[path.name] = str(problem)
    return submission


def _notebooks(folder: Path) -> list[Path]:
    # A link could lead out of the student's folder, to another student's or to the solutions.
    root = folder.resolve()
    return [
        path
        for path in folder.rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts and path.is_file() and path.resolve().is_relative_to(root)
    ]

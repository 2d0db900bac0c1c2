"""A student's own progress: what the last check of each exercise said.

It is kept beside the exercises, or in the file that the environment variable EXERCISES_PROGRESS names.
"""

import os
from pathlib import Path

from .catalogue import EXERCISES
from .gradebook import Entry, Gradebook, GradebookError
from .verdict import Status, Verdict

FILE = Path(os.environ.get("EXERCISES_PROGRESS") or EXERCISES / ".progress.sqlite")
ME = "me"


def remember(verdict: Verdict, file: Path = FILE) -> None:
    """Keep the verdict. What was passed once stays passed; a place that cannot be written is no fault."""
    if verdict.status is Status.COULD_NOT_CHECK:
        return
    try:
        with Gradebook(file) as book:
            before = book.entry(ME, verdict.exercise)
            if before is None or not before.score:
                mistake = verdict.findings[0].mistake if verdict.findings else None
                book.record(Entry(ME, verdict.exercise, "graded", verdict.score, verdict.max_score, mistake))
    except GradebookError:
        pass


def recall(file: Path = FILE) -> dict[str, Entry]:
    """What is remembered, by exercise; nothing where nothing can be read."""
    if not file.exists():
        return {}
    try:
        with Gradebook(file) as book:
            return {entry.exercise: entry for entry in book.entries()}
    except GradebookError:
        return {}

"""A page of feedback for each student: opens by itself, offline, in light and dark."""

import hashlib
from html import escape
from itertools import groupby
from pathlib import Path

from . import words
from .card import inline
from .catalogue import exercises
from .gradebook import Entry

MOST_BYTES = 200  # of a file name, which may have 255 with its ending

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin: 1.6em 0 0.4em; }
code { font-size: 0.95em; overflow-wrap: anywhere; }
table { border-collapse: collapse; } th, td { text-align: left; padding: 0.2em 1.2em 0.2em 0; }
@media print { details { display: none; } }
"""

STATUS = {
    "missing": "No answer was found",
    "unreadable": "The file could not be read",
    "could-not-check": "Not checked yet",
}


def write(folder: Path, entries: list[Entry]) -> None:
    """Write `<student>.html` into the folder for each student that has entries."""
    folder.mkdir(parents=True, exist_ok=True)
    for student, own in groupby(
        sorted(entries, key=lambda entry: entry.student), lambda entry: entry.student
    ):
        (folder / f"{_file_name(student)}.html").write_text(page(student, list(own)), encoding="utf-8")


def _file_name(student: str) -> str:
    """The student's name, or, where no file can be called that, its beginning and what tells it apart."""
    if len(student.encode()) <= MOST_BYTES:
        return student
    return f"{student.encode()[: MOST_BYTES - 20].decode(errors='ignore')}-{hashlib.sha256(student.encode()).hexdigest()[:12]}"


def page(student: str, entries: list[Entry]) -> str:
    """The page of one student as HTML."""
    entries = sorted(entries, key=lambda entry: exercises()[entry.exercise].number)
    rows = "".join(
        f"<tr><td>{escape(_title(entry))}</td><td>{escape(_outcome(entry))}</td></tr>" for entry in entries
    )
    sections = "".join(f"<h2>{escape(_title(entry))}</h2>{_body(entry)}" for entry in entries)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Feedback for {escape(student)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>Feedback for {escape(student)}</h1>"
        f"<table><thead><tr><th>Exercise</th><th>Outcome</th></tr></thead><tbody>{rows}</tbody></table>"
        f"{sections}</body></html>\n"
    )


def _title(entry: Entry) -> str:
    exercise = exercises()[entry.exercise]
    return f"{exercise.number}. {exercise.title}"


def _outcome(entry: Entry) -> str:
    if entry.status == "graded":
        return f"{words.points(entry.score)} of {words.points(entry.max_score)} points"
    return STATUS[entry.status]


def _body(entry: Entry) -> str:
    if entry.card:
        return f"<p>From {escape(entry.file)}</p>{entry.card}"
    return f"<p>{inline(entry.note)}</p>"

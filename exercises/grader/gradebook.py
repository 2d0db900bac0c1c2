"""The gradebook: one SQLite file, written after every answer, so that a run cut off anywhere loses nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

FORMAT = 2  # PRAGMA user_version of the files this version writes

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    student TEXT NOT NULL, exercise TEXT NOT NULL,
    status TEXT NOT NULL,          -- graded, missing, unreadable, could-not-check
    score REAL, max_score REAL NOT NULL,
    mistake TEXT, note TEXT NOT NULL, card TEXT NOT NULL, file TEXT NOT NULL,
    fingerprint TEXT NOT NULL,     -- of the answer and of what judged it
    isolation TEXT NOT NULL,       -- sandbox, limits; empty where nothing was run
    at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (student, exercise)
)
"""


class GradebookError(Exception):
    """The file cannot be used as a gradebook; the message says what to do."""


@dataclass(frozen=True)
class Entry:
    """What the gradebook holds for one student and one exercise.

    `status` is "graded", "missing", "unreadable" or "could-not-check"; only a graded entry has a score.
    `note` is one sentence for people, `card` the verdict as HTML, `file` where the answer stood, `fingerprint`
    what the entry was made from, `isolation` how far apart the answer ran ("sandbox", "limits", or nothing).
    """

    student: str
    exercise: str
    status: str
    score: float | None
    max_score: float
    mistake: str | None = None
    note: str = ""
    card: str = ""
    file: str = ""
    fingerprint: str = ""
    isolation: str = ""


class Gradebook:
    """Entries by student and exercise, kept in one file.

    Use as a context manager. Raises GradebookError when the file is something else, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._clear():
            self._db = sqlite3.connect(path, timeout=30)
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            tables = {
                name for (name,) in self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            if version == 0 and tables:
                raise GradebookError(f"{path} belongs to another program. Grade into another folder.")
            if version not in (0, FORMAT):
                raise GradebookError(
                    f"{path} was written by another version of the kit (format {version}, this one writes {FORMAT}). "
                    "Grade into another folder, or use that version."
                )
            with self._db:
                self._db.execute(SCHEMA)
                self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def record(self, entry: Entry) -> None:
        """Write one entry, in place of the one before. It is on disk when this returns."""
        fields = vars(entry)
        names, marks = ", ".join(fields), ", ".join(f":{name}" for name in fields)
        with self._clear("cannot be written: {}."), self._db:
            self._db.execute(f"INSERT OR REPLACE INTO entry ({names}) VALUES ({marks})", fields)

    def entries(self) -> list[Entry]:
        """All entries, by student and exercise."""
        names = ", ".join(Entry.__dataclass_fields__)
        with self._clear():
            rows = self._db.execute(f"SELECT {names} FROM entry ORDER BY student, exercise").fetchall()
        return [Entry(*row) for row in rows]

    def entry(self, student: str, exercise: str) -> Entry | None:
        """The entry of one student for one exercise, if there is one."""
        names = ", ".join(Entry.__dataclass_fields__)
        query = f"SELECT {names} FROM entry WHERE student = ? AND exercise = ?"
        with self._clear():
            row = self._db.execute(query, (student, exercise)).fetchone()
        return Entry(*row) if row else None

    @contextmanager
    def _clear(
        self, sentence: str = "cannot be used as a gradebook: {}. Grade into another folder."
    ) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            raise GradebookError(f"{self.path} {sentence.format(problem)}") from problem

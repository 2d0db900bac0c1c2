"""Finds answers: the text of a cell that begins with `%%exercise NAME`, or a Python file."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .catalogue import Exercise, UnknownExercise, find

FIRST_LINE = re.compile(r"\A\s*%%exercise[ \t]+(\S+)[^\n]*")
MOST_BYTES = 20 * 1024 * 1024  # a notebook that is larger is not read


class Unreadable(Exception):
    """A file cannot be read as a notebook or as Python text; the message says why, in one sentence."""


class NoAnswer(Exception):
    """A file was read and holds no answer to the exercise; the message names the next step."""


@dataclass(frozen=True)
class Answer:
    """The text of one answer and the file it stands in. Its lines are numbered as in the cell."""

    exercise: str
    text: str
    file: Path


def answer_in_cell(source: str) -> tuple[str, str] | None:
    """The exercise's name and the answer's text, when the cell is an answer.

    The first line is left empty, so that line numbers are those the student sees in the cell.
    """
    match = FIRST_LINE.match(source)
    if match is None:
        return None
    return match[1], "\n" * match[0].count("\n") + source[match.end() :]


def answers_in_notebook(path: Path) -> dict[str, Answer]:
    """The answers in a notebook by exercise; of two to the same exercise the last one counts.

    Raises Unreadable.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(f"{path.name} is larger than {MOST_BYTES // 1024**2} MiB.")
        cells = _code_cells(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as problem:
        raise Unreadable(f"{path.name} cannot be opened: {problem.strerror}.") from problem
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise Unreadable(
            f"{path.name} is not a notebook that can be read: it is damaged or cut off."
        ) from problem
    found: dict[str, Answer] = {}
    for source in cells:
        if (hit := answer_in_cell(source)) is not None:
            try:
                name = find(hit[0]).name
            except UnknownExercise:
                continue
            found[name] = Answer(name, hit[1], path)
    return found


def _code_cells(notebook: Any) -> list[str]:
    """The text of the code cells, as Jupyter's notebook formats 3 and 4 keep them.

    nbformat would do it too, and takes two seconds to be imported, in every check and every grading run.
    """
    if notebook["nbformat"] == 4:
        cells, source = notebook["cells"], "source"
    elif notebook["nbformat"] == 3:
        cells, source = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]], "input"
    else:
        raise ValueError("a format of another time")
    return ["".join(cell[source]) for cell in cells if cell["cell_type"] == "code"]


def answer_in_file(exercise: Exercise, path: Path) -> Answer:
    """The answer to one exercise in a notebook, or in a Python file, which is the answer as a whole.

    Raises Unreadable, NoAnswer.
    """
    try:
        if not path.is_file():
            raise Unreadable(f"There is no file {path}.")
    except OSError as problem:
        raise Unreadable(f"{path} cannot be opened: {problem.strerror}.") from problem
    if path.suffix.lower() == ".ipynb":
        answers = answers_in_notebook(path)
        if exercise.name not in answers:
            raise NoAnswer(f"{path.name} has no cell that begins with `%%exercise {exercise.name}`.")
        return answers[exercise.name]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise Unreadable(f"{path.name} cannot be read as UTF-8 text: {problem}.") from problem
    hit = answer_in_cell(text)
    return Answer(exercise.name, hit[1] if hit else text, path)

"""Answers are found by their first line, wherever they stand, and damaged files are told apart from missing answers."""

import json
import warnings
from pathlib import Path

import pytest

from exercises.grader.answers import (
    MOST_BYTES,
    NoAnswer,
    Unreadable,
    answer_in_cell,
    answer_in_file,
    answers_in_notebook,
)
from exercises.grader.catalogue import find
from tests.exercises.samples import cell, handed_in, notebook

EXERCISE = find("first_yield")


def test_the_text_of_an_answer_is_its_cell_without_the_first_line(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "a.ipynb", "import json", cell("x = 1\ny = 2"), "y")
    [answer] = answers_in_notebook(path).values()
    assert (answer.exercise, answer.text, answer.file) == ("first_yield", "\nx = 1\ny = 2", path)


@pytest.mark.parametrize(
    "source",
    [
        "%%exercise first_yield\nhere",
        "\n\n%%exercise first_yield\n\nhere",
        "%%exercise first_yield  \n# a\nhere",
    ],
)
def test_lines_are_numbered_as_in_the_cell(source: str) -> None:
    hit = answer_in_cell(source)
    assert hit is not None
    assert hit[1].split("\n").index("here") == source.split("\n").index("here")


@pytest.mark.parametrize(
    "source", ["", "x = 1", "%%exercise", "%%exercises first_yield", "x\n%%exercise first_yield", "%%time\nx"]
)
def test_a_cell_that_does_not_begin_with_the_line_is_no_answer(source: str) -> None:
    assert answer_in_cell(source) is None


@pytest.mark.parametrize("name", ["first_yield", "first-yield", "First_Yield", "01_first_yield", "1"])
def test_an_answer_may_name_its_exercise_in_every_way_the_kit_knows(tmp_path: Path, name: str) -> None:
    assert answers_in_notebook(handed_in(tmp_path, "a.ipynb", cell("x", name))).keys() == {"first_yield"}


def test_of_two_answers_to_one_exercise_the_last_cell_counts(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "a.ipynb", cell("old"), cell("other", "json_on_the_wire"), cell("new", "1"))
    texts = {name: answer.text for name, answer in answers_in_notebook(path).items()}
    assert texts == {"first_yield": "\nnew", "json_on_the_wire": "\nother"}


def test_an_exercise_nobody_knows_is_passed_over(tmp_path: Path) -> None:
    path = handed_in(tmp_path, "a.ipynb", cell("x", "second_yield"), cell("y"))
    assert answers_in_notebook(path).keys() == {"first_yield"}


def test_a_line_in_a_text_cell_is_no_answer(tmp_path: Path) -> None:
    text = json.loads(notebook(cell("x")))
    text["cells"][0] = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": cell("x")}
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(text))
    assert answers_in_notebook(path) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_of_other_systems_do_no_harm(
    tmp_path: Path, encoding: str, line_end: str
) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(cell("x = 'ü'\ny")).replace("\\n", json.dumps(line_end)[1:-1]).encode(encoding))
    assert answers_in_notebook(path)["first_yield"].text.splitlines() == ["", "x = 'ü'", "y"]


def test_a_notebook_of_the_format_before_is_read(tmp_path: Path) -> None:
    old = {"cell_type": "code", "input": cell("x"), "language": "python", "metadata": {}, "outputs": []}
    path = tmp_path / "a.ipynb"
    path.write_text(
        json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [old]}]})
    )
    assert answers_in_notebook(path)["first_yield"].text == "\nx"


def test_a_notebook_without_the_ids_of_newer_formats_is_read_without_a_word(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = json.loads(notebook(cell("x")))
    del text["cells"][0]["id"]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(text))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert answers_in_notebook(path)["first_yield"].text == "\nx"
    assert [str(one.message) for one in warned] == []
    assert "".join(capfd.readouterr()) == ""


WHOLE = notebook(cell("x = 'é'"))
DAMAGED = {
    "empty": b"",
    "cut off": WHOLE.encode()[:-30],
    "null bytes": bytes(1000),
    "a web page": b"<!doctype html><title>Log in</title>",
    "an object": b"{}",
    "a list": b"[]",
    "null": b"null",
    "not a notebook": b'{"cells": [], "name": "something else"}',
    "cells that are none": b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "a cell without source": WHOLE.replace('"source"', '"sauce"').encode(),
    "a later format": WHOLE.replace('"nbformat": 4', '"nbformat": 99').encode(),
    "latin-1": json.dumps(json.loads(WHOLE), ensure_ascii=False).encode("latin-1"),
    "utf-16": WHOLE.encode("utf-16"),
    "nested without end": b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_file_that_is_no_notebook_is_unreadable_and_one_sentence_says_so(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "homework.ipynb"
    path.write_bytes(DAMAGED[damage])
    with pytest.raises(Unreadable, match=r"^homework\.ipynb [^\n]+\.$"):
        answers_in_notebook(path)


def test_a_notebook_too_large_to_be_an_answer_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "homework.ipynb"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(Unreadable, match=r"^homework\.ipynb is larger than 20 MiB\.$"):
        answers_in_notebook(path)


def test_a_notebook_without_the_answer_names_the_line_that_lacks(tmp_path: Path) -> None:
    with pytest.raises(NoAnswer, match="`%%exercise first_yield`"):
        answer_in_file(EXERCISE, handed_in(tmp_path, "a.ipynb", "x = 1", cell("x", "json_on_the_wire")))


@pytest.mark.parametrize(
    ("content", "text"),
    [("x = 1\n", "x = 1\n"), ("\ufeffx = 1\n", "x = 1\n"), (cell("x = 1\n"), "\nx = 1\n")],
)
def test_a_python_file_is_the_answer_as_a_whole(tmp_path: Path, content: str, text: str) -> None:
    path = tmp_path / "answer.py"
    path.write_text(content, encoding="utf-8")
    assert answer_in_file(EXERCISE, path).text == text


def test_a_python_file_in_another_encoding_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "answer.py"
    path.write_bytes("x = 'é'".encode("latin-1"))
    with pytest.raises(Unreadable, match=r"^answer\.py cannot be read as UTF-8 text"):
        answer_in_file(EXERCISE, path)


@pytest.mark.parametrize("name", ["nothing.ipynb", "nothing.py", ""])
def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unreadable, match="There is no file"):
        answer_in_file(EXERCISE, tmp_path / name)

"""The notebooks keep to what a reader can take in: short cells, told to predict before they run."""

from pathlib import Path

import nbformat

LONGEST = 12  # lines of a cell of the lesson


def test_cells_of_the_lesson_are_short(notebook: Path) -> None:
    if notebook.parent.name != "notebooks":
        return
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert [source for source in cells if len(source.splitlines()) > LONGEST] == []


def test_every_code_cell_has_been_run_and_stored(notebook: Path) -> None:
    # nbval runs a cell without a number and compares nothing.
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells if cell.execution_count is None] == []
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


def test_every_section_of_the_lesson_asks_to_predict_and_to_try(notebook: Path) -> None:
    if notebook.parent.name != "notebooks":
        return
    markdown = "\n".join(
        cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "markdown"
    )
    number = notebook.name.split("_")[0].lstrip("0")
    sections = markdown.split(f"\n## {number}.")[1:]
    assert sections
    for section in sections:
        body = section.split("\n## ")[0]
        title = body.splitlines()[0]
        for word in ("**Predict.**", "**What happened.**", "**Try.**"):
            assert word in body, f"section {number}.{title} has no {word}"

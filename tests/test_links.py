"""What leads from one place of the kit to another leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest

from exercises.grader.catalogue import exercises, mistakes
from tests.conftest import NOTEBOOKS, ROOT

LESSONS = {
    **{f"mistake {mistake.id}": mistake.lesson for mistake in mistakes().values() if mistake.lesson},
    **{f"exercise {exercise.name}": exercise.lesson for exercise in exercises().values()},
}
PAGES = [ROOT / "README.md", *NOTEBOOKS]


def headings(path: Path) -> set[str]:
    """The ids that JupyterLab gives to the headings of a notebook: their text with hyphens for spaces."""
    markdown = "\n".join(
        cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"
    )
    titles = re.findall(r"^#{1,6} (.+)$", markdown, flags=re.MULTILINE)
    return {title.replace("`", "").strip().replace(" ", "-") for title in titles}


def links(path: Path) -> Iterator[str]:
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    yield from re.findall(r"\]\((?!https?:)([^)]+)\)", text)
    yield from re.findall(r'(?:src|srcset)="(?!https?:)([^"]+)"', text)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS.keys())
def test_what_the_kit_names_is_taught_under_the_heading_it_points_to(lesson: str) -> None:
    path, _, heading = lesson.partition("#")
    assert heading in headings(ROOT / path)


@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    missing = [link for link in links(page) if not (page.parent / unquote(link.partition("#")[0])).exists()]
    assert missing == []

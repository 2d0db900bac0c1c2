"""Every notebook, as a student sees it: opened in JupyterLab, in a browser, and Run All.

Pictures of each notebook as first opened and after Run All, in the light theme and the dark one, go to the folder
named by KIT_SCREENSHOTS, or else to pytest's own temporary folder.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import NOTEBOOKS, ROOT
from tests.jupyterlab import CHROMIUM, chromium, jupyterlab, open_notebook


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A JupyterLab that serves a copy of the notebooks, so that what is stored stays as it is."""
    folder = tmp_path_factory.mktemp("kit")
    for parent in sorted({path.parent for path in NOTEBOOKS}):
        shutil.copytree(parent, folder / parent.name, ignore=shutil.ignore_patterns("__pycache__"))
    with jupyterlab(folder, tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium on this machine")
    with chromium() as browser:
        yield browser


def test_run_all_in_jupyterlab_runs_every_cell_in_order(
    notebook: Path, browser: Browser, address: str, tmp_path: Path
) -> None:
    path = notebook.relative_to(ROOT).as_posix()
    pictures = Path(os.environ.get("KIT_SCREENSHOTS") or tmp_path) / notebook.parent.name
    with open_notebook(browser, address, path) as opened:
        opened.take_picture(pictures / f"{notebook.stem}-opened.png")
        cells = opened.run_all()
        opened.take_picture(pictures / f"{notebook.stem}-light.png")
        opened.take_picture(pictures / f"{notebook.stem}-dark.png", theme="Dark")
    assert [cell for cell in cells if cell.errors and "raises-exception" not in cell.tags] == []
    assert [cell.count for cell in cells] == list(range(1, len(cells) + 1))

"""Run All, twice in one kernel: no cell is lost, every output is the stored one, and nothing is left running."""

import re
from collections import defaultdict
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbval.plugin import coalesce_streams, get_sanitize_patterns

from tests.kernels import running_kernel

PATTERNS = get_sanitize_patterns(Path(__file__).with_name("nbval.cfg").read_text(encoding="utf-8"))
NOT_COMPARED = {"image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json"}


def test_every_cell_of_a_notebook_is_answered_as_stored_and_nothing_is_left_running(notebook: Path) -> None:
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    with running_kernel(notebook.parent) as kernel:
        before = kernel.belongings()
        for time in ("first", "second"):
            ran = kernel.run_all(cells)
            for number, (cell, result) in enumerate(zip(cells, ran, strict=True), start=1):
                where = f"cell {number}, {time} run: {cell.source[:60]!r}"
                assert result.status == expected_status(cell), f"{where}\n{comparable(result.outputs)}"
                if "nbval-ignore-output" not in tags(cell):
                    assert comparable(result.outputs) == comparable(cell.outputs), where
            assert not kernel.left_over(before), f"left running after the {time} run"


def test_what_a_cell_leaves_running_is_named(tmp_path: Path) -> None:
    source = """
import asyncio, socket, subprocess, sys, threading
async def forever(): await asyncio.Event().wait()
task = asyncio.create_task(forever())
threading.Thread(target=threading.Event().wait, name="lesson-server", daemon=True).start()
listener = socket.create_server(("127.0.0.1", 0))
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
"""
    with running_kernel(tmp_path) as kernel:
        before = kernel.belongings()
        assert kernel.run_all([nbformat.v4.new_code_cell(source)])[0].status == "ok"
        left = kernel.left_over(before, patience=0)
        [tidied] = kernel.run_all([nbformat.v4.new_code_cell("child.kill(); child.wait(); task.cancel()")])
    assert {name.split()[0] for name in left} == {"task", "thread", "socket", "process"}
    assert {"task forever", "thread lesson-server"} <= set(left)
    assert tidied.status == "ok"


def test_cells_behind_one_that_fails_are_aborted_and_not_lost(tmp_path: Path) -> None:
    with running_kernel(tmp_path) as kernel:
        ran = kernel.run_all([nbformat.v4.new_code_cell(source) for source in ("1", "1 / 0", "3", "4")])
    assert [result.status for result in ran] == ["ok", "error", "aborted", "aborted"]


@pytest.mark.parametrize(
    "stored", ["≈0.31 s", "<b>≈12 s</b>", '<img src="data:image/svg+xml;base64,PHN2Zz4=">']
)
def test_measured_seconds_and_pictures_are_all_that_may_differ(stored: str) -> None:
    other = stored.replace("0.31", "0.29").replace("12", "9.75").replace("PHN2Zz4=", "PHN2Lz4=")
    assert other != stored
    for make in (page, printed):
        assert comparable([make(stored)]) == comparable([make(other)])
        assert comparable([make(stored)]) != comparable([make(stored + "!")])


def page(text: str) -> NotebookNode:
    return nbformat.v4.new_output("display_data", {"text/html": text})


def printed(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", text=text)


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def expected_status(cell: NotebookNode) -> str:
    return "error" if "raises-exception" in tags(cell) else "ok"


def comparable(outputs: Iterable[NotebookNode]) -> dict[str, list[object]]:
    """Group outputs by their kind, as nbval compares them: what may differ between runs is replaced."""
    groups = defaultdict(list)
    for output in coalesce_streams(deepcopy(list(outputs))):
        if output.output_type == "stream":
            groups[output.name].append(sanitized(output.text))
        elif output.output_type == "error":
            groups["error"].append(f"{output.ename}: {output.evalue}")
        else:
            for kind, data in output.data.items():
                groups[kind].append(sanitized(data))
    return {kind: shown for kind, shown in groups.items() if kind not in NOT_COMPARED}


def sanitized(data: object) -> object:
    if isinstance(data, str):
        for pattern, replacement in PATTERNS:
            data = re.sub(pattern, replacement, data)
    return data

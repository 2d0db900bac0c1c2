"""`asyncio.run(main())` in a cell, as scripts have it: why the kit depends on nest-asyncio2, not on nest-asyncio.

ipykernel 7 runs all cells in one shared context. nest-asyncio 1.6.0 is archived and does not know that: while
`asyncio.run` turns the loop inside a cell, it takes up the handling of the cells queued behind, which raises
"cannot enter context: ... is already entered", and those cells are gone without a word. This happens every time.
"""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from tests.kernels import Ran, running_kernel

ASYNCIO_RUN = """
import asyncio
async def main():
    await asyncio.sleep(0.01)
    return "main"
asyncio.run(main())
"""
TOP_LEVEL_AWAIT = "import asyncio\nawait asyncio.sleep(0.01, 'awaited')"


def run_all(folder: Path, *sources: str) -> list[Ran]:
    with running_kernel(folder) as kernel:
        return kernel.run_all([new_code_cell(source) for source in sources])


def patch(module: str) -> str:
    return f"import {module}\n{module}.apply()"


def test_nest_asyncio_loses_the_cells_queued_behind_it(tmp_path: Path) -> None:
    ran = run_all(tmp_path, patch("nest_asyncio"), ASYNCIO_RUN, "3", "4", "5", "6")
    assert [cell.status for cell in ran] == ["ok", "ok", "lost", "lost", "lost", "lost"]


@pytest.mark.parametrize(
    "sources",
    [
        pytest.param([ASYNCIO_RUN, "3", "4", "5", "6"], id="before plain cells"),
        pytest.param([TOP_LEVEL_AWAIT, ASYNCIO_RUN, TOP_LEVEL_AWAIT, "5"], id="between top-level awaits"),
        pytest.param([ASYNCIO_RUN, ASYNCIO_RUN, TOP_LEVEL_AWAIT, ASYNCIO_RUN], id="again and again"),
    ],
)
def test_nest_asyncio2_loses_none(tmp_path: Path, sources: list[str]) -> None:
    ran = run_all(tmp_path, patch("nest_asyncio2"), *sources)
    assert [cell.status for cell in ran] == ["ok"] * len(ran)
    shown = [cell.outputs[0].data["text/plain"] for cell in ran if cell.outputs]
    results = {ASYNCIO_RUN: "'main'", TOP_LEVEL_AWAIT: "'awaited'"}
    assert shown == [results.get(source, source) for source in sources]

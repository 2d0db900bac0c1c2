"""The code and the cells are formatted, free of known slips, and typed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("tool", ["ruff check", "ruff format --check", "mypy"])
def test_the_kit_passes(tool: str) -> None:
    command = [sys.executable, "-m", *tool.split()]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0, f"{tool}\n{done.stdout}{done.stderr}"

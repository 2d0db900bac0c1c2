import os
import shutil
import sys
from pathlib import Path

import pytest

from exercises import __main__ as command_line
from exercises.grader import apart, grading
from exercises.grader.seal import Level, Seal, reached


@pytest.fixture
def sandbox() -> None:
    """Leave the test out where there is no sandbox; under CI fail, where it could have been installed."""
    seal = reached()
    if not seal.is_sandbox:
        installable = sys.platform == "linux" and shutil.which("apt-get") and not shutil.which("bwrap")
        (pytest.fail if "CI" in os.environ and installable else pytest.skip)(seal.missing)


@pytest.fixture
def limits_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run answers as where no sandbox can be had."""
    for module in (apart, grading, command_line):
        monkeypatch.setattr(module, "reached", lambda: Seal(Level.LIMITS, "No sandbox in this test."))


@pytest.fixture
def unstartable(tmp_path: Path, limits_alone: None) -> Path:
    """A Python that ends at once with an error; it writes down each try in a file beside it, `.tries`."""
    python = tmp_path / "python"
    tries = python.with_suffix(".tries")
    python.write_text(f"#!/bin/sh\necho try >> '{tries}'\necho first >&2\necho no such module >&2\nexit 1\n")
    python.chmod(0o755)
    return python

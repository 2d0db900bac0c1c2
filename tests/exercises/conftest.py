from pathlib import Path

import pytest


@pytest.fixture
def unstartable(tmp_path: Path) -> Path:
    """A Python that ends at once with an error; it writes down each try in a file beside it, `.tries`."""
    python = tmp_path / "python"
    tries = python.with_suffix(".tries")
    python.write_text(f"#!/bin/sh\necho try >> '{tries}'\necho first >&2\necho no such module >&2\nexit 1\n")
    python.chmod(0o755)
    return python

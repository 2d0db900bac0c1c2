"""What every test of the kit shares: the notebooks, and kernels that start apart from the user's own settings."""

import os
import tempfile
from pathlib import Path

import nbval.kernel
import pytest

from tests.kernels import start_kernel

ROOT = Path(__file__).parent.parent
NOTEBOOKS = [
    path
    for folder in ("notebooks", "exercises", "solutions")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
]


def pytest_configure(config: pytest.Config) -> None:
    """Keep IPython's history and the student's own progress out of the kernels, and give each kernel a second chance to start."""
    profile = tempfile.TemporaryDirectory(prefix="ipython-")
    config.add_cleanup(profile.cleanup)
    os.environ["IPYTHONDIR"] = profile.name
    os.environ["EXERCISES_PROGRESS"] = str(Path(profile.name) / "progress.sqlite")
    nbval.kernel.start_new_kernel = start_kernel


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for `notebook` each notebook of the kit in turn."""
    if "notebook" in metafunc.fixturenames:
        ids = [path.relative_to(ROOT).with_suffix("").as_posix() for path in NOTEBOOKS]
        metafunc.parametrize("notebook", NOTEBOOKS, ids=ids)

"""The README's commands do what it says they do."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
LINES = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
START = next(line for line in LINES if line.startswith("python3 -m venv") and "jupyter lab" in line)
TOKEN = "only-here"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[str]:
    """JupyterLab as the README's command starts it, on a free port and without a browser; what it printed."""
    program, *arguments = shlex.split(START.rpartition("&&")[2])
    assert program == ".venv/bin/jupyter"
    command = [sys.executable, "-m", "jupyter", *arguments, "--no-browser", "--ServerApp.port=0"]
    folders = {
        name: str(tmp_path) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    log = tmp_path / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [*command, f"--IdentityProvider.token={TOKEN}"],
            cwd=ROOT,
            env={**os.environ, **folders},
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 120
        while "http://127.0.0.1:" not in log.read_text() and time.monotonic() < deadline:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        yield log.read_text()
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_the_first_command_opens_the_first_notebook_with_the_exercises_within_reach(started: str) -> None:
    match = re.search(r"(http://127\.0\.0\.1:\d+)(/\S*)\?token=", started)
    assert match, started
    address, page = match.groups()
    assert page == "/lab/tree/notebooks/01_why_stream.ipynb"
    with httpx.Client(base_url=address, headers={"Authorization": f"token {TOKEN}"}) as client:
        assert client.get("/api/contents/notebooks/01_why_stream.ipynb?content=0").status_code == 200
        names = {entry["name"] for entry in client.get("/api/contents").json()["content"]}
        assert '"news": {"disabled": true' in client.get("/lab").text
    assert {"notebooks", "exercises", "solutions"} <= names


def test_each_command_has_its_line_for_windows_right_below() -> None:
    for number, line in enumerate(LINES):
        if line.startswith("python3 -m venv"):
            below = next(text for text in LINES[number + 1 :] if text.strip("` "))
            assert below.startswith(
                "On Windows (PowerShell): `py -m venv .venv; .venv\\Scripts\\pip install -r"
            )
            options = line.split("jupyter lab --allow-root ")[-1].split("-m pytest")[-1]
            assert below.rstrip("`").endswith(options.strip())

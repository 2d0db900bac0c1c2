"""What isolation a machine allows is found out by trying, and what is missing is said with the next step."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from exercises.grader import inside, seal
from exercises.grader.family import below, usage
from exercises.grader.seal import Level, Seal
from tests.exercises.samples import RIGHT, judged, told

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can have the sandbox")


def found_out() -> Seal:
    """What is found out when nothing is remembered."""
    return seal.reached.__wrapped__()


def program(folder: Path, name: str, text: str) -> None:
    folder.joinpath(name).write_text(f"#!/bin/sh\n{text}\n")
    folder.joinpath(name).chmod(0o755)


def test_a_sandbox_is_more_than_limits() -> None:
    assert Level.SANDBOX > Level.LIMITS
    assert Seal(Level.SANDBOX).is_sandbox and not Seal(Level.LIMITS).is_sandbox


def test_what_was_reached_is_a_sandbox_or_says_what_is_missing() -> None:
    found = seal.reached()
    assert found.is_sandbox == (found.missing == "")


def test_another_system_is_told_where_a_sandbox_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    found = found_out()
    assert found.level is Level.LIMITS and "container" in found.missing and "WSL2" in found.missing


@linux
def test_without_bubblewrap_there_are_limits_and_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = found_out()
    assert (
        found.level is Level.LIMITS and "bwrap" in found.missing and "apt install bubblewrap" in found.missing
    )


@linux
@pytest.mark.parametrize(
    ("bubblewrap", "said"),
    [
        pytest.param(
            "echo 'bwrap: no namespaces here' >&2; exit 1", "no namespaces here", id="that is refused"
        ),
        pytest.param("exit 0", "exit code 0", id="that says nothing"),
        pytest.param(
            # The setpriv beside it too: it leaves everybody who they are.
            'while [ "$1" != -- ]; do shift; done; shift; unset PYTHONPATH; PATH=${0%/*}:$PATH exec "$@"',
            " can be ",
            id="that seals nothing",
        ),
    ],
)
def test_a_bubblewrap_is_no_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bubblewrap: str, said: str
) -> None:
    program(tmp_path, "bwrap", bubblewrap)
    program(tmp_path, "setpriv", 'while [ "$1" != --no-new-privs ]; do shift; done; shift; exec "$@"')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    found = found_out()
    assert found.level is Level.LIMITS and said in found.missing


def test_looking_around_where_nothing_is_sealed_finds_what_does_not_hold(tmp_path: Path) -> None:
    assert next(inside.faults([str(tmp_path)])) == f"{tmp_path} can be seen"


@pytest.mark.usefixtures("sandbox")
class TestInTheSandbox:
    def test_honest_code_has_forty_worker_threads(self) -> None:
        text = """
import anyio, threading

together = threading.Barrier(40)

async def main():
    async with anyio.create_task_group() as group:
        for _ in range(40):
            group.start_soon(anyio.to_thread.run_sync, together.wait)

anyio.run(main)
raise ValueError("all at once")
"""
        assert told(text) == "all at once"

    def test_honest_code_writes_files_and_starts_processes(self) -> None:
        text = """
import multiprocessing, os, subprocess, sys, tempfile
from pathlib import Path

Path("here").write_text("1")
Path("/tmp/there").write_text("2")
Path.home().joinpath("at home").write_text("3")
with tempfile.NamedTemporaryFile() as file, multiprocessing.Pool(2) as pool:
    told = subprocess.run([sys.executable, "-c", "print(4)"], capture_output=True, text=True).stdout.strip()
    raise ValueError([told, pool.map(abs, [-1, -2]), sorted(os.listdir())])
"""
        assert told(text).startswith("['4', [1, 2], ['at home', 'here'")

    def test_any_library_of_the_kit_can_be_imported(self) -> None:
        text = "import anthropic, httpx, httpx_sse, numbers, openai, uvicorn, zoneinfo\nzoneinfo.ZoneInfo('UTC')\n"
        assert judged(text + RIGHT).score == 10

    def test_nothing_tells_one_answer_of_another(self) -> None:
        look = "from pathlib import Path\nthere = sorted(map(str, [*Path('/tmp').glob('m*'), *Path().glob('m*')]))\n"
        leave = "for folder in ('/tmp', '.', '/dev/shm'):\n    Path(folder, 'mine').write_text('x')\nraise ValueError(there)"
        assert [told(look + leave) for _ in range(2)] == ["[]", "[]"]


def test_a_family_is_found_and_counted_together() -> None:
    code = "import os\nx = b'x' * 50 * 1024**2\nos.fork() or os.fork()\nprint(flush=True)\nos.read(0, 1)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        assert len(below(process.pid)) == 2
        assert set(below(process.pid)) <= set(below(os.getpid()))
        together = usage(process.pid)
        assert together.memory > 150 * 1024**2 and together.cpu > 0
        process.communicate(b"123")
    assert below(process.pid) == []

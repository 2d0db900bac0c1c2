"""An answer runs in a process of its own: it is stopped where it goes too far, and takes nothing with it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from exercises.grader.apart import NotChecked, Reader
from exercises.grader.limits import Limits
from tests.exercises.samples import seen, told


@pytest.fixture(params=["sandbox", "limits_alone"], autouse=True)
def level(request: pytest.FixtureRequest) -> None:
    """All of this holds in the sandbox, and where the kernel's limits are all there is."""
    request.getfixturevalue(request.param)


def test_a_loop_without_await_and_without_end_is_stopped_and_its_line_is_named() -> None:
    # The loop lowers its own limit to one CPU second, to make the test short.
    lowered = "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, r.getrlimit(r.RLIMIT_CPU)[1]))"
    stopped = seen(f"{lowered}\nwhile True:\n    pass\n")
    assert stopped.stopped == "cpu"
    assert stopped.stopped_line in (2, 3)


def test_one_long_step_inside_c_code_is_stopped_as_computing_too() -> None:
    # The parent's limit is lowered, not the child's own: that one cannot interrupt this.
    assert seen("x = sum(range(10**15))", Limits(cpu_seconds=1)).stopped == "cpu"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("import threading\nthreading.Event().wait()", id="an event nobody sets"),
        pytest.param(
            "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()", id="a deadlock"
        ),
    ],
)
def test_what_stands_still_for_ever_is_stopped(text: str) -> None:
    assert seen(text).stopped == "still"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = bytearray(8 * 1024**3)", id="at once"),
        pytest.param("x = []\nwhile True:\n    x.append(bytes(64 * 1024**2))", id="bit by bit"),
    ],
)
def test_more_memory_than_an_answer_may_have_is_refused_inside_the_child(text: str) -> None:
    trouble = seen(text).start
    assert trouble is not None and trouble.type == "MemoryError"
    assert trouble.line == len(text.splitlines())


def test_the_parent_watches_the_memory_too_where_no_limit_binds_the_child() -> None:
    text = "import threading\nx = b'x' * 500 * 1024**2\nthreading.Event().wait()"
    assert seen(text, Limits(memory_bytes=300 * 1024**2)).stopped == "memory"


def test_a_machine_too_busy_to_finish_an_answer_is_no_fault_of_the_answer() -> None:
    with pytest.raises(NotChecked, match="busy machine"):
        seen("import threading\nthreading.Event().wait()", Limits(wall_seconds=0))


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("import os\nos._exit(0)", "exit code 0"),
        ("import os\nos._exit(7)", "exit code 7"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
    ],
)
def test_an_answer_that_ends_its_process_is_seen_to_have_done_so(text: str, detail: str) -> None:
    ended = seen(text)
    assert (ended.stopped, ended.detail) == ("exited", detail)


def test_a_child_that_was_killed_from_outside_is_nobodys_mistake() -> None:
    with pytest.raises(NotChecked, match="killed"):
        seen("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


def test_fifty_megabytes_of_prints_go_nowhere() -> None:
    text = """
import os, subprocess, sys
for _ in range(50):
    print("x" * 1024**2)
    print("x" * 1024**2, file=sys.stderr)
    os.write(1, b"x" * 1024**2)
subprocess.run(["echo", "from a process of its own"])
raise ValueError("the end")
"""
    assert told(text) == "the end"


def test_standard_input_is_empty_and_holds_no_trace_of_the_job() -> None:
    assert told("import sys\nraise ValueError([sys.stdin.read(), open(0).read()])") == "['', '']"


def test_the_parents_environment_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    names = told("import os\nraise ValueError(' '.join(sorted(os.environ)))").split()
    assert set(names) <= {
        "HOME",
        "LANG",
        "LC_CTYPE",
        "MALLOC_ARENA_MAX",
        "PATH",
        "PWD",  # bubblewrap sets it
        "PYTHONHASHSEED",
        "TMPDIR",
        "TZ",
    }


def test_modules_beside_the_parent_are_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert told("import json\nraise ValueError(json.dumps(None))") == "null"


def test_the_folder_it_runs_in_is_empty_at_first_and_gone_afterwards() -> None:
    text = "import os\nbefore = os.listdir()\nopen('mine', 'w').write('x')\nraise ValueError(f'{os.getcwd()}|{before}')"
    folder, before = told(text).split("|")
    assert before == "[]"
    assert Path(folder) != Path.cwd() and not Path(folder).exists()


def test_a_file_larger_than_the_limit_cannot_be_written() -> None:
    trouble = seen("with open('big', 'wb') as file:\n    file.write(bytes(64 * 1024**2))").start
    assert trouble is not None and trouble.type == "OSError"


@pytest.fixture
def marker() -> Iterator[str]:
    """A word for the command line of a process, which is ended after the test if it still runs."""
    word = f"1000.{uuid4().int}"
    yield word
    for process in running(word):
        process.kill()


def running(marker: str) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if marker in (process.info["cmdline"] or []) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.mark.parametrize(
    ("options", "end"),
    [
        pytest.param("", "", id="plain"),
        pytest.param(", start_new_session=True", "", id="in a session of its own"),
        pytest.param("", "; os._exit(0)", id="by an answer that ended itself"),
    ],
)
def test_a_process_that_an_answer_starts_does_not_outlive_it(marker: str, options: str, end: str) -> None:
    text = f"import os, subprocess\np = subprocess.Popen(['sleep', '{marker}']{options}){end}"
    assert seen(text).stopped == ("exited" if end else None)
    deadline = time.monotonic() + 10
    while running(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(marker)


@pytest.mark.parametrize(
    "parts", [[b"ready\n{}\n"], [b"ready\n", b"{}\n"], [b"rea", b"dy\n{", b"}", b"\n"]], ids=str
)
def test_a_report_is_taken_as_whole_however_it_arrives_and_while_its_pipe_stays_open(
    parts: list[bytes],
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as pipe:
        reader = Reader(stream, 1000)
        for part in parts:
            pipe.write(part)
            time.sleep(0.01)
        assert reader.ended.wait(10)
    assert reader.data == b"ready\n{}\n"


def test_an_answer_does_not_outlive_the_process_that_judges_it(tmp_path: Path) -> None:
    code = """
from exercises.grader.apart import run_apart
from exercises.grader.observation import Job
run_apart(Job(text="import threading\\nthreading.Event().wait()", rounds=()))
"""
    # A judge that is killed cannot remove its scratch folder: let it lie where pytest cleans up.
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as judge:
        while not (children := psutil.Process(judge.pid).children()) and judge.poll() is None:
            time.sleep(0.01)
        time.sleep(
            1
        )  # so that the answer waits already; were it not there yet, the test would only be easier
        judge.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    for child in alive:
        child.kill()
    assert children and not alive


def test_a_child_that_does_not_start_is_not_checked_and_says_why(
    unstartable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(unstartable))
    with pytest.raises(NotChecked, match=r"^no such module$"):
        seen("")


def test_a_machine_that_cannot_start_a_process_at_all_is_not_checked_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(NotChecked):
        seen("")


def test_no_pipe_is_left_open() -> None:
    def descriptors() -> int:
        return psutil.Process().num_fds()

    seen("")
    before = descriptors()
    seen("")
    assert descriptors() == before


def test_what_is_put_into_a_message_comes_back_as_it_was() -> None:
    strange = "ü 東京 \x00 ` \" ' \\ {line} <b> \u2028"
    assert told(f"raise ValueError({strange!r})") == strange


@pytest.mark.parametrize("problem", ["ValueError('\\ud800')", "NameError('a', name='\\ud800')"])
def test_half_a_character_in_an_exception_does_not_break_the_report(problem: str) -> None:
    observation = seen(f"raise {problem}")
    assert observation.stopped is None
    assert observation.start is not None and observation.start.line == 1

"""Every attack on the judge is run for real: it is contained and named, and no other verdict changes.

What remains possible in the sandbox, and what it would take:

- A forged report. The answer and what notes what its clients see share one process, so an answer that finds our
  objects there (frames, the garbage collector, a patch of `clock` or `exchange`) can play a client's view of a right
  answer to us. The inputs are drawn at random and are in that process too. It takes a person who reads the grader's
  source and writes code against it; a second run over real bytes, with the client in the parent, would end it.
- Memory that is no process's own: files in the three scratch folders (32 MiB each), memfds and pipes (256 open
  files), System V shared memory, the kernel's own for a hundred thousand empty files. It takes a few lines, and slows
  a small machine down until the answer is stopped; a memory cgroup would end it.
- Both cores, for as long as the limit of CPU time allows: other verdicts come later, and are the same.
- Standing still just less than it takes to be called stuck: the backstop of two minutes ends it, twice, and what
  is said is could-not-check.
- could-not-check at will (SIGKILL to itself): it is no score, and the instructor is told.
- Tracing the first process of its own sandbox, where we are an ordinary user: it is bubblewrap's, holds nothing,
  and can do no more than the answer. The exit code that is reported can be chosen anyway.
- A fault in the kernel, or in bubblewrap: it takes one that nobody has mended yet.

Where there is no sandbox (the level "limits") an answer can read, write, signal and reach what its user can.
"""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from exercises.grader import apart, judge
from exercises.grader.catalogue import EXERCISES
from exercises.grader.gradebook import Entry, Gradebook
from exercises.grader.observation import Job, Observation
from exercises.grader.seal import Seal
from exercises.grader.verdict import Status, Verdict
from tests.exercises.attacks import ATTACKS, NOT_CHECKED, PASSED, Attack
from tests.exercises.samples import RIGHT, judged

ROOT = EXERCISES.parent
DEADLINE = 10.0  # seconds for the last of an attack's processes to be gone

pytestmark = pytest.mark.usefixtures("sandbox")


@dataclass
class Outside:
    """What the test planted around the sandbox, for attacks to reach."""

    folder: Path
    name: str = field(default_factory=lambda: f"planted-{uuid4().hex}")
    secret: str = field(default_factory=lambda: f"secret-{uuid4().hex}")
    listeners: list[socket.socket] = field(default_factory=list)

    def plant(self) -> None:
        self.file.write_text(self.secret)
        with Gradebook(self.folder / "gradebook.sqlite") as book:
            book.record(Entry(self.secret, "first_yield", "graded", 10, 10))
        self._listen(socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", 0))
        self._listen(socket.AF_INET, socket.SOCK_DGRAM, ("0.0.0.0", 0))
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "s"))
        self._listen(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.name}")

    def _listen(self, family: int, kind: int, address: object) -> None:
        listener = socket.socket(family, kind)
        listener.bind(address)  # type: ignore[arg-type]
        listener.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        self.listeners.append(listener)

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.txt"

    @property
    def secrets(self) -> list[Path]:
        return [
            self.file,
            self.folder / "gradebook.sqlite",
            ROOT / "solutions" / "01_first_yield.ipynb",
            ROOT / "tests" / "answers" / "first_yield" / "right",
            EXERCISES / "checks" / "first_yield.py",
            EXERCISES / "exercises.toml",
            EXERCISES / "01_first_yield.ipynb",
        ]

    def told(self, text: str) -> str:
        """The text of an attack, with the places of what was planted filled in."""
        tcp, udp, *_ = (listener.getsockname() for listener in self.listeners)
        places = [
            "/",
            "..",
            "/usr",
            "/etc",
            "/dev",
            "/kit",
            "/proc",
            self.folder,
            ROOT,
            EXERCISES,
            Path.home(),
        ]
        values = {
            "name": self.name,
            "tcp": tcp[1],
            "udp": udp[1],
            "unix": self.folder / "s",
            "abstract": self.name,
            "own_address": own_address(),
            "judge": os.getpid(),
            "secrets": [str(path) for path in self.secrets],
            "places": [str(place) for place in places],
        }
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def state(self) -> object:
        """All that an attack could have changed, and what it could have sent."""
        heard = []
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                heard.append(listener.recv(100) if listener.type == socket.SOCK_DGRAM else listener.accept())
        files = [
            (
                path,
                *(getattr(path.stat(), f"st_{part}") for part in ("mode", "uid", "gid", "mtime_ns", "size")),
            )
            for path in self.secrets
        ]
        folders = [Path("/"), Path("/dev/shm"), Path.home(), self.folder.parent, self.folder, EXERCISES, ROOT]
        ours = sorted(path for folder in folders for path in folder.iterdir() if self.name in path.name)
        return heard, files, ours


def own_address() -> str:
    """An address of this machine that is not its loopback, where it has one."""
    addresses = [
        a.address for own in psutil.net_if_addrs().values() for a in own if a.family == socket.AF_INET
    ]
    return next((address for address in addresses if not address.startswith("127.")), "127.0.0.1")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    planted = Outside(tmp_path)
    planted.plant()
    monkeypatch.setenv("COURSE_SECRET", planted.secret)
    environment = Seal.environment
    monkeypatch.setattr(Seal, "environment", lambda *of: {**environment(*of), "STARTED_BY": planted.name})
    yield planted
    for listener in planted.listeners:
        listener.close()


@pytest.fixture
def observed(monkeypatch: pytest.MonkeyPatch) -> list[Observation]:
    """What the judge was given to see, of every answer it ran."""
    seen: list[Observation] = []

    def run_apart(job: Job) -> Observation:
        seen.append(apart.run_apart(job))
        return seen[-1]

    monkeypatch.setattr(judge, "run_apart", run_apart)
    return seen


def left_running(name: str) -> list[psutil.Process]:
    """The processes that have the name among their variables, as all have that our answers start."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if name in process.environ().values() and process.pid != os.getpid():
                found.append(process)
    return found


def end_of(verdict: Verdict) -> str:
    """What was said of an answer, in one word."""
    match verdict.status:
        case Status.PASSED:
            return PASSED
        case Status.COULD_NOT_CHECK:
            assert verdict.why and "in the kit" not in verdict.why
            return NOT_CHECKED
    [finding] = verdict.findings
    assert finding.saw and finding.means and finding.try_
    return finding.mistake or "unnamed"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_an_attack_is_contained_and_named_and_no_other_verdict_changes(
    attack: Attack, outside: Outside, observed: list[Observation]
) -> None:
    before = outside.state()
    with ThreadPoolExecutor(2) as pool:
        attacking = pool.submit(judged, outside.told(attack.text))
        beside = pool.submit(judged, RIGHT)
        verdict = attacking.result()
        assert beside.result().status is Status.PASSED, "a right answer judged at the same time"
    assert judged(RIGHT).status is Status.PASSED, "a right answer judged afterwards"

    assert end_of(verdict) in attack.ends, verdict
    reports = [seen.start.message for seen in observed if seen.start and seen.start.type == "ValueError"]
    assert set(reports) <= {"nothing worked"}
    everything = " ".join(seen.model_dump_json() + seen.detail for seen in observed) + str(verdict)
    assert outside.secret not in everything and "nbformat" not in everything
    assert outside.state() == before
    deadline = time.monotonic() + DEADLINE
    while (running := left_running(outside.name)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running

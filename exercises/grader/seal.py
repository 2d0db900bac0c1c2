"""Seals an answer off: finds out, by trying, what isolation this machine allows, and says how to start a child in it."""

import compileall
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import lesson_server

EXERCISES = Path(__file__).parent.parent
ROOM = 32 * 1024**2  # bytes that each of the folders an answer can write to may hold
KIT, SCRATCH = "/kit", "/scratch"  # where a sealed answer finds our code, and where it may write
NOBODY = range(61184, 65520)  # users that nobody is: systemd keeps them for services that come and go
# What programs look up in /etc to run at all; nothing in it is about this machine's people or network.
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "mime.types")
PATIENCE = 30  # seconds for the trial, which takes some 0.05
GET_IT = "On Debian and Ubuntu: sudo apt install bubblewrap."
ALLOW_IT = (
    "The system or its container refuses what bubblewrap needs. On Ubuntu: sudo sysctl "
    "kernel.apparmor_restrict_unprivileged_userns=0; elsewhere grade as root, or on a virtual machine."
)


class Level(IntEnum):
    """How far an answer is kept apart; a higher level keeps more."""

    LIMITS = 1  # a process with the kernel's limits, which sees and may do what its user does
    SANDBOX = (
        2  # besides, no network, no other process, no file but what Python needs, a scratch folder in memory
    )

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Seal:
    """The isolation that was reached, and in `missing` what kept it from being a sandbox and the next step."""

    level: Level
    missing: str = ""

    @property
    def is_sandbox(self) -> bool:
        return self.level >= Level.SANDBOX

    def scratch(self) -> AbstractContextManager[str]:
        """The folder that a child works in, empty at first and gone afterwards."""
        if self.is_sandbox:
            return nullcontext(SCRATCH)
        return tempfile.TemporaryDirectory(prefix="answer-", ignore_cleanup_errors=True)

    def command(self, module: str, *arguments: str) -> list[str]:
        """The command line that runs one of our modules, sealed."""
        # -P and -s keep the current folder and the user's site folder out of what is imported.
        python = [sys.executable, "-P", "-s", "-m", module, *arguments]
        return [*_bubblewrap(), *python] if self.is_sandbox else python

    def environment(self, scratch: str) -> dict[str, str]:
        """All the variables that a child is given."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TZ") if name in os.environ}
        # A few arenas only: each one takes 64 MiB of the address space that the memory limit counts.
        own = {"HOME": scratch, "TMPDIR": scratch, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}
        own["PYTHONHASHSEED"] = "0"  # the same answer shows the same order of a set in every run
        if self.is_sandbox:
            own["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
            own["PYTHONPATH"] = KIT
        return kept | own


@cache
def reached() -> Seal:
    """The best isolation on this machine: tried once, in the first call, by looking around from inside."""
    if sys.platform != "linux":
        return Seal(Level.LIMITS, "The sandbox needs Linux. Use a container or, on Windows, WSL2.")
    for tool in ("bwrap", "setpriv") if os.geteuid() == 0 else ("bwrap",):
        if shutil.which(tool) is None:
            package = "bubblewrap" if tool == "bwrap" else "util-linux"
            return Seal(Level.LIMITS, f"The program {tool} of the package {package} is missing. {GET_IT}")
    # An answer cannot write our compiled modules, so that they have to be there before.
    compileall.compile_dir(Path(__file__).parent, quiet=2, maxlevels=0)
    sandbox = Seal(Level.SANDBOX)
    hidden = [
        EXERCISES / "checks",
        *(EXERCISES.parent / name for name in ("solutions", "tests/answers", ".git")),
    ]
    try:
        trial = subprocess.run(
            sandbox.command("exercises.grader.inside", *map(str, hidden)),
            env=sandbox.environment(SCRATCH),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            start_new_session=True,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Seal(Level.LIMITS, f"bubblewrap could not be tried: {problem}.")
    said = (trial.stdout + trial.stderr).strip().splitlines()
    if trial.returncode == 0 and said == ["sealed"]:
        return sandbox
    why = said[-1] if said else f"exit code {trial.returncode}"
    help = ALLOW_IT if why.startswith(("bwrap:", "setpriv:")) else ""
    return Seal(Level.LIMITS, f"bubblewrap is there, but the sandbox does not hold: {why}. {help}".strip())


def _bubblewrap() -> list[str]:
    """The command in front of a sealed one: namespaces of its own, and a file system with what Python needs."""
    namespaces = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")
    room = ("--perms", "1777", "--size", str(ROOM), "--tmpfs")
    return [
        *(shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session"),
        *(*namespaces, "--hostname", "answer"),
        *_another_user(),
        *_system(),
        *("--proc", "/proc", "--dev", "/dev", *room, "/dev/shm", "--remount-ro", "/dev"),
        *(*room, "/tmp"),
        *_python(),
        *_shown(EXERCISES / "__init__.py", f"{KIT}/exercises/__init__.py"),
        *_shown(EXERCISES / "grader", f"{KIT}/exercises/grader"),
        *_shown(Path(lesson_server.__file__).parent, f"{KIT}/lesson_server"),
        *(*room, SCRATCH, "--chdir", SCRATCH),
        *("--remount-ro", "/", "--"),
        *_become_another_user(),
    ]


# No limit on the number of processes binds root, nor a user that stands for root in a namespace. So where we are
# root we use its rights to make the sandbox, and then become, for each answer, somebody who has no other process.


def _another_user() -> tuple[str, ...]:
    if os.geteuid() == 0:
        return ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    return ("--unshare-user", "--uid", str(NOBODY[0]), "--gid", str(NOBODY[0]))


def _become_another_user() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    user = str(random.choice(NOBODY))
    return (
        "setpriv",
        "--reuid",
        user,
        "--regid",
        user,
        "--clear-groups",
        "--inh-caps=-all",
        "--no-new-privs",
    )


def _system() -> Iterator[str]:
    yield from ("--ro-bind", "/usr", "/usr")
    for path in map(Path, ("/bin", "/sbin", "/lib", "/lib32", "/lib64")):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.exists():
            yield from ("--ro-bind", str(path), str(path))
    for name in ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")


def _python() -> Iterator[str]:
    """The Python that runs us: its environment and what that was made from."""
    folders = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    for folder in sorted(folders):
        if not Path(folder).is_relative_to("/usr"):
            yield from _shown(Path(folder), folder)
    if any(EXERCISES.is_relative_to(folder) for folder in folders):
        yield from ("--tmpfs", str(EXERCISES))  # installed among the libraries, with the checks in it


def _shown(path: Path, at: str) -> Iterator[str]:
    """Show a path inside, to be read; bubblewrap alone would make the folders above it for root's eyes only."""
    for folder in list(Path(at).parents)[-2::-1]:
        yield from ("--perms", "0755", "--dir", str(folder))
    yield from ("--ro-bind", str(path), at)

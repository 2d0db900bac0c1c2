"""Answers that attack the judge, its machine or other answers: what each does, and what may become of it.

The text of an attack stands above a right answer to `first_yield`, or takes its place. So `passed` among the ends
means that the attack changed nothing, and that the answer is right all the same. `{name}` stands for what the test
planted: see `Outside` in test_attacks.py.
"""

from dataclasses import dataclass

from tests.exercises.samples import NO_PAUSE, RIGHT

PASSED = "passed"
NOT_CHECKED = "could-not-check"


@dataclass(frozen=True)
class Attack:
    """`ends` are the ids of mistakes that may be named, or what else may be said of the answer."""

    name: str
    text: str
    ends: tuple[str, ...]


# Tries each of a list of trespasses, and tells which of them worked, in an exception and to every client.
ATTEMPTS = """
import asyncio, os, socket, sys
from pathlib import Path

worked = []

def attempt(what, action, *values):
    try:
        worked.append(f"{what}: {action(*values)!r}")
    except BaseException:
        pass
"""
TELL = """
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse({"event": "tick", "data": line} for line in worked)

raise ValueError(f"these worked: {worked}" if worked else "nothing worked")
"""


def above(name: str, text: str, *ends: str) -> Attack:
    return Attack(name, f"{text}\n{RIGHT}", ends)


def alone(name: str, text: str, *ends: str) -> Attack:
    return Attack(name, text, ends)


def attempts(name: str, text: str) -> Attack:
    return Attack(name, ATTEMPTS + text + TELL, ("stops-at-the-start",))


def streaming(name: str, body: str, *ends: str) -> Attack:
    """An attack in the place of the countdown's pause."""
    return Attack(name, RIGHT.replace("await asyncio.sleep(1)", body), ends)


TIME = [
    alone("a loop without an end", "while True:\n    pass", "never-ends"),
    alone(
        "a loop that ignores every signal",
        """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
        "never-ends",
    ),
    Attack(
        "a generator without an end",
        RIGHT.replace("range(start, 0, -1)", "iter(int, 1)"),
        ("goes-on-for-ever",),
    ),
    Attack(
        "a generator without an end and without a pause",
        NO_PAUSE.replace("range(start, 0, -1)", "iter(int, 1)"),
        ("too-much-sent", "never-ends"),
    ),
    streaming("a loop inside the generator", "while True: pass", "never-ends"),
    streaming("a week of sleep in the generator", "await asyncio.sleep(7 * 86400)", "goes-on-for-ever"),
    above("a week of time.sleep", "import time\ntime.sleep(7 * 86400)", PASSED),
    above(
        "a week of sleep that no patch sees",
        "import select\nselect.select([], [], [], 7 * 86400)",
        "waits-for-ever",
    ),
    above(
        "a lock that nobody lets go",
        "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
        "waits-for-ever",
    ),
    above("a pipe that nobody writes to", "import os\nos.read(os.pipe()[0], 1)", "waits-for-ever"),
]

ENDS = [
    above("os._exit", "import os\nos._exit(0)", "process-ended"),
    above("sys.exit", "import sys\nsys.exit(0)", "process-ended"),
    streaming("os._exit in the generator", "__import__('os')._exit(0)", "process-ended"),
    streaming("sys.exit in the generator", "__import__('sys').exit()", "process-ended", "error-escapes"),
    above("SIGKILL to itself", "import os\nos.kill(os.getpid(), 9)", NOT_CHECKED),
    above("SIGSTOP to itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "waits-for-ever"),
    above("SIGKILL to its parent", "import os\nos.kill(os.getppid(), 9)", PASSED, "stops-at-the-start"),
    above(
        "SIGSTOP to its parent",
        "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)",
        *(PASSED, "stops-at-the-start"),
    ),
    above("SIGKILL to its group", "import os\nos.kill(0, 9)", NOT_CHECKED),
    above("SIGSTOP to its group", "import os, signal\nos.kill(0, signal.SIGSTOP)", "waits-for-ever"),
    above("SIGKILL to everybody", "import os\nos.kill(-1, 9)", PASSED, "stops-at-the-start", NOT_CHECKED),
    above(
        "SIGSTOP to everybody",
        "import os, signal\nos.kill(-1, signal.SIGSTOP)",
        *(PASSED, "stops-at-the-start", "waits-for-ever"),
    ),
    above(
        "SIGKILL to every number",
        "import os\nfor pid in [{judge}, *range(1, 5000)]:\n    try:\n        pid == os.getpid() or os.kill(pid, 9)\n"
        "    except OSError:\n        pass",
        NOT_CHECKED,  # the numbers of its own threads are among them
    ),
    above("a crash in C", "import ctypes\nctypes.string_at(0)", "process-ended"),
    above("an abort", "import os\nos.abort()", "process-ended"),
    above("a recursion without an end", "def f():\n    f()\nf()", "stops-at-the-start"),
    above(
        "a recursion without a limit",
        "import sys\nsys.setrecursionlimit(2**31 - 1)\ndef f():\n    return [f() for _ in '1']\nf()",
        *("process-ended", "too-much-memory", "stops-at-the-start", "never-ends"),
    ),
    above(
        "surprises for the end",
        "import atexit, os, sys, threading\natexit.register(os._exit, 0)\nclass Late:\n    def __del__(self):\n"
        "        os._exit(0)\nsys.late = Late()\nthreading.Thread(target=threading.Event().wait).start()",
        PASSED,
    ),
]

RESOURCES = [
    above(
        "a fork bomb",
        "import os, signal\nsignal.alarm(30)\nfor _ in range(100_000):\n    try:\n        os.fork()\n"
        "    except OSError:\n        pass",
        *("never-ends", "too-much-memory"),
    ),
    above(
        "a fork bomb of processes that end at once",
        "import os\nfor _ in range(1_000_000):\n    try:\n        os.fork() or os._exit(0)\n    except OSError:\n"
        "        pass",
        *("never-ends", "too-much-memory"),
    ),
    above(
        "a thousand threads",
        "import threading\nfor _ in range(1000):\n    threading.Thread(target=threading.Event().wait, daemon=True).start()",
        *("stops-at-the-start", "too-much-memory"),
    ),
    above(
        "a child that leaves with setsid",
        "import os, signal, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork():\n        os._exit(0)\n"
        "    for number in (1, 2, 15, 20, 21, 22):\n        signal.signal(number, signal.SIG_IGN)\n"
        "    signal.sigwait([signal.SIGUSR1])",
        PASSED,
    ),
    above(
        "a child that keeps what is reported through open",
        "import os, signal\nif os.fork() == 0:\n    signal.sigwait([signal.SIGUSR1])\nos._exit(0)",
        "process-ended",
    ),
    above("8 GB", "x = b'x' * 8 * 1024**3", "too-much-memory"),
    above(
        "8 GB in many processes",
        "import os, signal\nfor _ in range(16):\n    if os.fork() == 0:\n        x = b'x' * 512 * 1024**2\n"
        "        signal.sigwait([signal.SIGUSR1])\nos.wait()",
        "too-much-memory",
    ),
    above(
        "200 MB printed",
        "import os, sys\nfor _ in range(100):\n    print('x' * 1024**2)\n    os.write(2, b'x' * 1024**2)",
        PASSED,
    ),
    above("a file of 1 GB", "with open('big', 'wb') as f:\n    f.truncate(1024**3)", "stops-at-the-start"),
    above(
        "1 GB in many files",
        "import itertools\nfor n in itertools.count():\n    with open(f'{n}', 'wb') as f:\n        f.write(b'x' * 4 * 1024**2)",
        "stops-at-the-start",
    ),
    above(
        "a hundred thousand files",
        "for n in range(100_000):\n    open(f'{n}', 'wb').close()",
        *(PASSED, "never-ends", "stops-at-the-start"),
    ),
    above(
        "every descriptor there is",
        "import os\nwhile True:\n    os.pipe()",
        *("stops-at-the-start", "process-ended"),
    ),
]

STREAMS = [
    above("closing every descriptor", "import os\nos.closerange(0, 10_000)", "process-ended"),
    above(
        "writing to every descriptor",
        "import os\nfor n in range(256):\n    try:\n        os.write(n, b'boo\\n' * 10)\n    except OSError:\n        pass",
        "process-ended",
    ),
    above(
        "20 MB to every descriptor",
        "import os\nfor n in range(256):\n    try:\n        for _ in range(20):\n            os.write(n, b'x' * 1024**2)\n"
        "    except OSError:\n        pass",
        "process-ended",
    ),
    above("reading what is typed", "import sys\nassert sys.stdin.read() == open(0).read() == ''", PASSED),
    Attack(
        "an app that is wrong, and libraries patched to call it right",
        NO_PAUSE
        + """
import asyncio, builtins, json, pydantic
from exercises.grader import child, exchange, observation
json.dumps = json.loads = lambda *_, **__: "{}"
builtins.isinstance = lambda *_: True
builtins.len = builtins.abs = lambda *_: 0
asyncio.sleep = asyncio.wait = None
pydantic.BaseModel.__eq__ = observation.Response.__eq__ = lambda *_: True
""",
        ("no-pause", "unnamed", "never-ends", "process-ended", NOT_CHECKED),
    ),
    Attack(
        "an app that is wrong, and a report that calls it right",
        NO_PAUSE
        + """
from exercises.grader.observation import Observation
Observation.model_dump_json = lambda self: '{"status": "passed", "score": 10}'
""",
        ("process-ended",),
    ),
]

TRESPASSES = [
    attempts(
        "TCP, UDP, unix and abstract sockets, DNS",
        """
def talk(family, kind, address):
    with socket.socket(family, kind) as mine:
        mine.settimeout(2)
        mine.connect(address)
        mine.send(b"hello")
        return "sent"

for address in (("127.0.0.1", {tcp}), ("{own_address}", {tcp}), ("1.1.1.1", 53)):
    attempt(f"TCP {address}", talk, socket.AF_INET, socket.SOCK_STREAM, address)
for address in (("{own_address}", {udp}), ("1.1.1.1", 53)):
    attempt(f"UDP {address}", talk, socket.AF_INET, socket.SOCK_DGRAM, address)
attempt("unix", talk, socket.AF_UNIX, socket.SOCK_STREAM, "{unix}")
attempt("abstract", talk, socket.AF_UNIX, socket.SOCK_STREAM, "\\0{abstract}")
attempt("DNS", socket.getaddrinfo, "example.org", 80)
attempt("raw", socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
""",
    ),
    attempts(
        "reading what others own",
        """
for path in {secrets}:
    attempt(f"open {path}", lambda: Path(path).read_bytes()[:200])
    attempt(f"list {path}", lambda: os.listdir(path))
for process in Path("/proc").iterdir():
    if process.name.isdigit():
        for path in {secrets}:
            attempt(f"open {path} through {process}", lambda: Path(f"{process}/root{path}").read_bytes()[:200])
        if int(process.name) > 2:
            attempt(f"another process {process}", lambda: (process / "environ").read_bytes()[:200])
attempt("the judge", lambda: Path("/proc/{judge}/cmdline").read_bytes() if "pytest" in Path("/proc/{judge}/cmdline").read_text() else 1 / 0)
attempt("the first process's variables", lambda: Path("/proc/1/environ").read_text().index("COURSE_SECRET"))
attempt("variables", lambda: os.environ["COURSE_SECRET"])
attempt("shadow", lambda: Path("/etc/shadow").read_text()[:20])
attempt("passwd", lambda: Path("/etc/passwd").read_text()[:20])
own = [Path(sys.prefix), Path(sys.base_prefix), *Path(sys.prefix).parents, *Path(sys.base_prefix).parents]
for path in [*Path("/home").glob("*/*"), *Path("/root").glob("*")]:
    if path not in own:
        worked.append(f"in a home: {path}")
""",
    ),
    attempts(
        "looking for a name on the whole disk",
        """
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if f"{folder}/{name}" not in ("//proc", "//usr", "//dev")]
    for name in [*folders, *files]:
        if any(word in name for word in ("{name}", ".ipynb", "gradebook.sqlite", "mistakes.toml", "first_yield", "answer-")):
            if "site-packages" not in folder:
                worked.append(f"{folder}/{name}")
""",
    ),
    attempts(
        "writing beside, above and through a link",
        """
for place in {places}:
    attempt(f"write {place}", lambda: Path(place, "{name}.written").write_text("mine"))
    attempt(f"mkdir {place}", lambda: Path(place, "{name}.folder").mkdir())
for path in {secrets}:
    attempt(f"overwrite {path}", lambda: Path(path).write_text("mine"))
    attempt(f"remove {path}", os.remove, path)
    attempt(f"rename {path}", os.rename, path, "mine")
    attempt(f"hard link {path}", os.link, path, "hard")
    link = Path("link")
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    attempt(f"write through a link to {path}", lambda: link.write_text("mine"))
""",
    ),
    attempts(
        "chmod, chown and utime outside",
        """
for path in [*{secrets}, "/", "/usr", "/kit", "/kit/exercises/grader/judge.py", sys.prefix, sys.executable, os.__file__]:
    attempt(f"chmod {path}", os.chmod, path, 0o777)
    attempt(f"chown {path}", os.chown, path, os.getuid(), os.getgid())
    attempt(f"utime {path}", os.utime, path, (1, 1))
    attempt(f"xattr {path}", os.setxattr, path, "user.mine", b"mine")
    attempt(f"truncate {path}", os.truncate, path, 0)
""",
    ),
    attempts(
        "becoming somebody, mounting, looking into processes",
        """
import ctypes, resource
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *values):
    if getattr(libc, name)(*values) < 0:
        raise OSError(ctypes.get_errno())

attempt("setuid", os.setuid, 0)
attempt("setgroups", os.setgroups, [0])
attempt("chroot", os.chroot, "/tmp")
attempt("mount", call, "mount", b"tmpfs", b"/tmp", b"tmpfs", 0, None)
attempt("umount", call, "umount2", b"/kit/lesson_server", 2)
attempt("ptrace", call, "ptrace", 16, {judge}, 0, 0)
attempt("reboot", call, "reboot", 0)
attempt("sethostname", socket.sethostname, "mine")
attempt("nice", os.nice, -5)
for kind in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
    attempt(f"limit {kind}", resource.setrlimit, kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
""",
    ),
]

ATTACKS = [*TIME, *ENDS, *RESOURCES, *STREAMS, *TRESPASSES]

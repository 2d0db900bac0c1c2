"""A real kernel, driven as JupyterLab's Run All drives it: every cell is queued at once.

`with running_kernel(folder) as kernel:` gives a `Kernel`, whose `run_all` returns what came back for each cell,
and whose `belongings` names the tasks, threads, sockets and processes that the kernel holds at that moment.
"""

import ast
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, start_new_kernel

OUTPUTS = {"stream", "display_data", "execute_result", "error"}
INSIDE = {
    "task": "[task.get_coro().__qualname__ for task in __import__('asyncio').all_tasks()]",
    "thread": "[thread.name for thread in __import__('threading').enumerate()]",
}
# The event loop's own pool: asyncio starts its threads when they are first needed, and keeps them for the next call.
POOL = "thread asyncio_"


@dataclass
class Ran:
    """What came back for one cell. `status` is "ok", "error" or "aborted"; "lost" if the kernel never answered."""

    status: str = "lost"
    outputs: list[NotebookNode] = field(default_factory=list)


def start_kernel(
    startup_timeout: float = 60, kernel_name: str = CURRENT_ENV_KERNEL_NAME, **options: Any
) -> tuple[KernelManager, BlockingKernelClient]:
    """Start a kernel as nbval does, up to three times: a kernel dies at once if a port chosen for it was taken since."""
    for _ in range(2):
        try:
            return start_new_kernel(startup_timeout, kernel_name, **options)
        except RuntimeError:
            continue
    return start_new_kernel(startup_timeout, kernel_name, **options)


class Kernel:
    """A running kernel of this Python, and the client that talks to it."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self.manager = manager
        self.client = client
        self.process = psutil.Process(manager.provisioner.pid)
        self.own_ports = {
            port for name, port in client.get_connection_info().items() if name.endswith("_port")
        }

    def run_all(self, cells: list[NotebookNode], patience: float = 300) -> list[Ran]:
        """Queue every cell at once and return what came back for each, in the order of the cells.

        A kernel answers requests in order, so once it answers a question asked later, a cell without an answer
        was lost. Raises RuntimeError if the kernel dies, TimeoutError if it is silent for `patience` seconds.
        """
        ran = {}
        for cell in cells:
            go_on = "raises-exception" in cell.get("metadata", {}).get("tags", [])
            ran[self.client.execute(cell.source, allow_stdin=False, stop_on_error=not go_on)] = Ran()
        waiting, asked_later = set(ran), set()
        deadline = time.monotonic() + patience
        while waiting:
            message = self._next_message()
            if not message:
                if not self.manager.is_alive():
                    raise RuntimeError(
                        f"the kernel died, {len(waiting)} of {len(cells)} cells before the end"
                    )
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{len(waiting)} of {len(cells)} cells did not end")
                asked_later.add(self.client.kernel_info())
                continue
            deadline = time.monotonic() + patience
            msg_id = message["parent_header"].get("msg_id")
            if msg_id in ran and message["msg_type"] in OUTPUTS:
                ran[msg_id].outputs.append(output_from_msg(message))
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                waiting.discard(msg_id)
                if msg_id in asked_later:
                    break
        answered = [msg_id for msg_id in ran if msg_id not in waiting]
        replies = self._replies(answered)
        assert [msg_id for msg_id in replies if msg_id in ran] == answered, "cells were answered out of order"
        for msg_id in answered:
            ran[msg_id].status = replies[msg_id]["status"]
        return list(ran.values())

    def belongings(self) -> Counter[str]:
        """Name what the kernel holds: tasks of its event loop, threads, TCP sockets, child processes."""
        msg_id = self.client.execute("pass", silent=True, user_expressions=INSIDE)
        answers = self._replies([msg_id])[msg_id]["user_expressions"]
        inside = [
            f"{kind} {name}"
            for kind, answer in answers.items()
            for name in ast.literal_eval(answer["data"]["text/plain"])
        ]
        sockets = [
            f"socket {socket.status} {socket.laddr.port}"
            for socket in self.process.net_connections("tcp")
            if socket.laddr and socket.laddr.port not in self.own_ports
        ]
        children = [f"process {child.pid} {child.name()}" for child in self.process.children(recursive=True)]
        return Counter(name for name in inside + sockets + children if not name.startswith(POOL))

    def left_over(self, before: Counter[str], patience: float = 10) -> Counter[str]:
        """Return what is held now and was not held `before`, after up to `patience` seconds to let go of it."""
        deadline = time.monotonic() + patience
        while (left := self.belongings() - before) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def _next_message(self) -> dict[str, Any]:
        try:
            return self.client.get_iopub_msg(timeout=1)
        except Empty:
            return {}

    def _replies(self, msg_ids: list[str]) -> dict[str, dict[str, Any]]:
        """Collect replies from the shell channel, in the order they come, until those of `msg_ids` are there."""
        replies: dict[str, dict[str, Any]] = {}
        while not replies.keys() >= set(msg_ids):
            message = self.client.get_shell_msg(timeout=60)
            replies[message["parent_header"]["msg_id"]] = message["content"]
        return replies


@contextmanager
def running_kernel(folder: Path) -> Iterator[Kernel]:
    """Start a fresh kernel in `folder`, and stop it at the end, whatever happened."""
    manager, client = start_kernel(cwd=str(folder), stderr=subprocess.DEVNULL)
    try:
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

"""A real JupyterLab in a real Chromium, with nothing of the user's own settings.

`with jupyterlab(folder, home) as address, chromium() as browser, open_notebook(browser, address, path) as notebook:`
gives a `Notebook`, which runs all its cells as the menu does and has its picture taken. Leaving the block stops
the notebook's kernel, the browser and the server, whatever happened.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None
)
FLAGS = [
    "--no-sandbox",  # Chromium refuses to start as root with it
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # Every cell is in the page, also those out of sight, and the last cell is the end of the page.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none", "scrollPastEnd": False},
}
PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
WIDTH, HEIGHT, TALLEST = 1200, 900, 16_000  # pixels; beyond about 16384, Chromium cuts a picture off
START, RUN = 120, 180  # seconds until a fault is taken for granted; nothing waits this long otherwise


@dataclass(frozen=True)
class Cell:
    """A code cell as JupyterLab holds it: its text, its number in order of execution, the errors in its output."""

    source: str
    tags: list[str]
    count: int | None
    errors: list[str]


class Notebook:
    """A notebook that is open in JupyterLab, and nothing beside it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def run_all(self) -> list[Cell]:
        """Run All Cells, wait until the kernel is through, and return the code cells that hold any code."""
        self.page.evaluate(
            """() => {
                const { commands, shell } = jupyterapp;
                const kernel = shell.currentWidget.sessionContext.session.kernel;
                window.ended = false;
                // The command is over at the first cell that fails; the kernel answers a later question after all cells.
                commands.execute("notebook:run-all-cells").catch(() => {})
                    .then(() => kernel.requestKernelInfo())
                    .then(() => { window.ended = true; });
            }"""
        )
        self.page.wait_for_function("() => window.ended", timeout=RUN * 1000)
        cells: list[dict[str, Any]] = self.page.evaluate(
            """() => Array.from(jupyterapp.shell.currentWidget.content.model.cells)
                .filter(cell => cell.type === "code" && cell.sharedModel.getSource().trim())
                .map(cell => ({
                    source: cell.sharedModel.getSource(),
                    tags: cell.getMetadata("tags") ?? [],
                    count: cell.executionCount,
                    errors: cell.outputs.toJSON().filter(output => output.output_type === "error")
                        .map(output => `${output.ename}: ${output.evalue}`),
                }))"""
        )
        return [Cell(**cell) for cell in cells]

    def take_picture(self, path: Path, theme: str = "Light") -> None:
        """Save the whole notebook, from the first cell to the last, in the theme "Light" or "Dark", as a PNG."""
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.page.evaluate(
            """async theme => {
                await jupyterapp.commands.execute("apputils:change-theme", { theme: `JupyterLab ${theme}` });
                await document.fonts.ready;
            }""",
            theme,
        )
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light", arg=str(theme == "Light").lower()
        )
        hidden: int = self.page.evaluate(
            """async () => {
                for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
                const pane = document.querySelector(".jp-NotebookPanel-notebook .jp-WindowedPanel-outer");
                return pane.scrollHeight - pane.clientHeight;
            }"""
        )
        self.page.set_viewport_size({"width": WIDTH, "height": min(HEIGHT + hidden, TALLEST)})
        self.page.evaluate(
            """async () => {
                document.querySelector(".jp-NotebookPanel-notebook .jp-WindowedPanel-outer").scrollTop = 0;
                for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
            }"""
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, animations="disabled")


@contextmanager
def open_notebook(browser: Browser, address: str, path: str) -> Iterator[Notebook]:
    """Open the notebook at `path`, relative to the served folder, and wait until its kernel is ready."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    page.set_default_timeout(START * 1000)
    try:
        page.goto(f"{address}lab/tree/{path}?reset")
        page.wait_for_function(
            """path => {
                const notebook = window.jupyterapp?.shell.currentWidget;
                return notebook?.context?.path === path && notebook.context.isReady
                    && notebook.sessionContext.isReady
                    && notebook.sessionContext.session?.kernel?.status === "idle";
            }""",
            arg=path,
        )
        page.evaluate("() => { jupyterapp.shell.collapseLeft(); jupyterapp.shell.collapseRight(); }")
        yield Notebook(page)
        page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    finally:
        page.close()


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Start this machine's Chromium, headless and with an empty profile, with `flags` beside the usual ones."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, *flags], timeout=START * 1000
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def jupyterlab(folder: Path, home: Path, more: Mapping[str, object] | None = None) -> Iterator[str]:
    """Serve `folder` from a JupyterLab that keeps its own things in `home`, and yield its address.

    `more`: options of its command line, by their names there, beside the usual ones.
    """
    runtime = home / "runtime"
    for name, content in (("default_setting_overrides", SETTINGS), ("page_config", PAGE)):
        file = home / "config" / "labconfig" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    options = {
        "ServerApp.root_dir": folder,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": 0,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": "",
        "LabApp.expose_app_in_browser": True,
        "LabApp.extension_manager": "readonly",
        **(more or {}),
    }
    own = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": runtime,
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    environment = os.environ | {name: str(value) for name, value in own.items()}
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    with (home / "log").open("w+", encoding="utf-8") as log:
        server = psutil.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            yield _address(server, runtime, home / "log")
        finally:
            _stop(server)


def _address(server: psutil.Popen, runtime: Path, log: Path) -> str:
    """Wait until the server answers, and return the address that it wrote down."""
    deadline = time.monotonic() + START
    while server.poll() is None and time.monotonic() < deadline:
        for file in runtime.glob("jpserver-*.json"):
            try:
                address: str = json.loads(file.read_text(encoding="utf-8"))["url"]
                urllib.request.urlopen(f"{address}api", timeout=START).close()
            except (OSError, ValueError):
                break
            return address
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _stop(server: psutil.Popen) -> None:
    """Ask the server to end, then end whatever is left of it and of its kernels."""
    family = [server, *server.children(recursive=True)] if server.is_running() else []
    if family:
        server.terminate()
        psutil.wait_procs(family, timeout=10)
    for process in family:
        if process.is_running():
            process.kill()
    psutil.wait_procs(family, timeout=10)

"""The page of a server in a notebook cell: in a real JupyterLab, direct and through jupyter-server-proxy.

For the second way Chromium takes this machine for `lab.example`, a host that is not its own.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from playwright.sync_api import Browser, FrameLocator, Locator, expect

from lesson_server import Page, Server
from tests.jupyterlab import CHROMIUM, START, Notebook, chromium, jupyterlab, open_notebook

Opened = Callable[..., AbstractContextManager[Notebook]]

APP = '''
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

from lesson_server import Page, Server

app = FastAPI()
doors = {}


@app.api_route("/gated/{name}", methods=["GET", "POST"])
async def gated(name: str) -> EventSourceResponse:
    """The second event is sent when someone has asked for /open/{name}."""

    async def events():
        yield {"event": "token", "data": "first"}
        await doors.setdefault(name, asyncio.Event()).wait()
        yield {"event": "done", "data": "last"}

    return EventSourceResponse(events())


@app.get("/open/{name}")
async def open_door(name: str) -> str:
    doors.setdefault(name, asyncio.Event()).set()
    return "open"


server = Server(app).start()
'''
SHOW = 'Page(server, get="/gated/get", post="/gated/post", body={"text": "hello"})'
GONE = "This server is not running any more. Run the cells again from the one which starts it."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium on this machine")
    expect.set_options(timeout=START * 1000)
    with chromium("--host-resolver-rules=MAP lab.example 127.0.0.1") as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What JupyterLab serves: a notebook with a page, and one that comes from somebody else, with its outputs."""
    folder = tmp_path_factory.mktemp("kit")
    with Server() as server:
        page = Page(server)
        data = {"text/plain": repr(page), "text/html": page._repr_html_()}
    output = new_output("execute_result", data, execution_count=1)
    stored = new_code_cell("Page(server)", execution_count=1, outputs=[output])
    for name, cells in {"page": [new_code_cell(APP), new_code_cell(SHOW)], "stored": [stored]}.items():
        notebook = new_notebook(cells=cells)
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    options = {"ServerApp.allow_remote_access": True, "ServerApp.base_url": "/user/ada/"}
    with jupyterlab(folder, tmp_path_factory.mktemp("home"), options) as address:
        yield address


@pytest.fixture
def opened(browser: Browser, address: str) -> Opened:
    """Open a notebook in JupyterLab at a host name, and run all of it."""

    @contextmanager
    def open(host: str = "127.0.0.1", path: str = "page.ipynb", run: bool = True) -> Iterator[Notebook]:
        with open_notebook(browser, address.replace("127.0.0.1", host), path) as notebook:
            if run:
                assert [cell.errors for cell in notebook.run_all()] == [[], []]
            yield notebook

    return open


def output(notebook: Notebook) -> Locator:
    return notebook.page.locator("[data-port]")


def shown(notebook: Notebook) -> FrameLocator:
    return notebook.page.frame_locator("iframe[title='The page of this server']")


def server_of(notebook: Notebook) -> str:
    return f"http://127.0.0.1:{output(notebook).get_attribute('data-port')}"


def endings(server: str) -> list[str | None]:
    """How each stream ended, as the server itself tells."""
    return [stream["ended"] for stream in httpx.get(f"{server}/_page/account").json()["streams"]]


def connect(notebook: Notebook, name: str) -> Locator:
    panel = shown(notebook).get_by_role("region", name=name, exact=True)
    panel.get_by_role("button", name="Connect", exact=True).click()
    return panel


def events(panel: Locator) -> Locator:
    return panel.get_by_role("log", name="Events").get_by_role("listitem")


def streams_unbuffered(notebook: Notebook) -> None:
    """Both panels show the first event while the server cannot have sent the second one."""
    for name, door in (("EventSource", "get"), ("fetch", "post")):
        panel = connect(notebook, name)
        expect(events(panel)).to_contain_text(["token first"])
        httpx.get(f"{server_of(notebook)}/open/{door}")
        expect(events(panel)).to_contain_text(["token first", "done last"])


def test_on_ones_own_machine_the_page_reaches_the_kernels_server_directly(opened: Opened) -> None:
    for host in ("127.0.0.1", "localhost"):
        with opened(host) as notebook:
            link = output(notebook).get_by_role("link", name="Open in a tab of its own")
            asked = output(notebook).get_attribute("data-query")
            expect(link).to_have_attribute("href", f"{server_of(notebook)}/_page/?{asked}")
            streams_unbuffered(notebook)
            expect(shown(notebook).get_by_role("button", name="Open seven streams")).to_be_visible()
            expect(shown(notebook).get_by_text("through Jupyter’s proxy")).to_be_hidden()
            assert endings(server_of(notebook)) == ["finished", "finished"]


def test_the_page_follows_the_theme_and_is_as_high_as_its_content(opened: Opened, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("KIT_SCREENSHOTS") or tmp_path)
    with opened() as notebook:
        root = shown(notebook).locator(":root")
        expect(root).to_have_attribute("data-theme", "light")
        notebook.take_picture(pictures / "page-dark.png", theme="Dark")
        expect(root).to_have_attribute("data-theme", "dark")
        notebook.take_picture(pictures / "page-light.png")
        expect(root).to_have_attribute("data-theme", "light")
        assert root.evaluate("root => root.scrollHeight <= window.innerHeight + 1")


def test_clearing_the_output_closes_the_streams(opened: Opened) -> None:
    with opened() as notebook:
        for name in ("EventSource", "fetch"):
            expect(events(connect(notebook, name))).to_contain_text(["token first"])
        server = server_of(notebook)
        notebook.page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
        expect(output(notebook)).to_have_count(0)
        deadline = time.monotonic() + START
        while endings(server) != ["client left", "client left"]:
            assert time.monotonic() < deadline, "the streams are still open"
            time.sleep(0.02)


def test_several_pages_in_one_notebook_work_side_by_side(opened: Opened) -> None:
    with opened() as notebook:
        notebook.page.evaluate(
            """async () => {
                const { model } = jupyterapp.shell.currentWidget.content;
                model.sharedModel.addCell({ cell_type: "code", source: "display(Page(server), Page(server, get='/gated/x'))" });
            }"""
        )
        notebook.run_all()
        expect(notebook.page.locator("iframe")).to_have_count(3)
        last = notebook.page.frame_locator("iframe >> nth=2").get_by_role("region", name="EventSource")
        expect(last.get_by_label("Path")).to_have_value("/gated/x")
        # Six streams take all connections of this browser: a page that comes then does not get through.
        first = notebook.page.frame_locator("iframe >> nth=0").get_by_role(
            "region", name="The seventh connection"
        )
        first.get_by_label("Path of all seven").fill("/gated/y")
        first.get_by_role("button", name="Open seven streams").click()
        expect(first.get_by_role("status")).to_have_text("6 open, 1 connecting, 0 closed.")
        notebook.page.evaluate(
            """() => {
                jupyterapp.shell.currentWidget.content.activeCellIndex = 2;
                return jupyterapp.commands.execute("notebook:run-cell");
            }"""
        )
        late = output(notebook).last
        expect(late).to_contain_text("This browser may have six streams open to it: close some of them")
        expect(late.locator("iframe")).to_be_hidden()
        first.get_by_role("button", name="Close all").click()
        expect(late.locator("iframe")).to_be_visible()  # its request waited all the while
        expect(late).to_contain_text("Open in a tab of its own")


def test_a_restarted_kernel_leaves_no_page_that_asks_for_ever(opened: Opened) -> None:
    with opened() as notebook:
        source = connect(notebook, "EventSource")
        expect(events(source)).to_contain_text(["token first"])
        notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        alert = shown(notebook).get_by_role("alert")
        expect(alert).to_have_text("The server is gone. Run the cells again from the one which starts it.")
        expect(source).to_contain_text("closed (readyState 2)")
        # Opened anew, the notebook still is trusted: its script runs, and finds nobody.
        notebook.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")
        notebook.page.reload()
        expect(output(notebook)).to_have_text(GONE)
        expect(notebook.page.locator("iframe")).to_have_count(0)


def test_somebody_elses_notebook_shows_the_words_and_no_frame(opened: Opened) -> None:
    with opened(path="stored.ipynb", run=False) as notebook:
        text = "The page of this server: EventSource on GET /stream, fetch on GET /stream. "
        expect(notebook.page.locator(".jp-RenderedHTML")).to_have_text(
            text + "Run this cell to open it here."
        )
        expect(notebook.page.locator("iframe")).to_have_count(0)


def test_from_another_machine_the_page_streams_through_the_proxy_and_says_what_that_hides(
    opened: Opened,
) -> None:
    with opened("lab.example") as notebook:
        link = output(notebook).get_by_role("link", name="Open in a tab of its own")
        port = output(notebook).get_attribute("data-port")
        assert f"http://lab.example:{port}" not in str(link.get_attribute("href"))
        assert f"/user/ada/proxy/{port}/_page/?" in str(link.get_attribute("href"))
        streams_unbuffered(notebook)
        page = shown(notebook)
        expect(page.get_by_text("The proxy does not tell the server when a client leaves")).to_be_visible()
        expect(page.get_by_role("button", name="Open seven streams")).to_be_hidden()
        expect(page.get_by_text("the connections that JupyterLab itself needs")).to_be_visible()
        expect(page.locator("#account tbody tr")).to_have_count(2)
        # The server goes, the proxy stays.
        notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        expect(page.get_by_role("alert")).to_have_text(
            "The server is gone. Run the cells again from the one which starts it."
        )


def test_where_nothing_leads_to_the_server_the_page_says_so_and_what_still_works(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    options = {
        "ServerApp.allow_remote_access": True,
        "ServerApp.jpserver_extensions": {"jupyter_server_proxy": False},
    }
    with (
        jupyterlab(folder, tmp_path, options) as address,
        open_notebook(browser, address.replace("127.0.0.1", "lab.example"), "page.ipynb") as notebook,
    ):
        notebook.run_all()
        expect(output(notebook)).to_contain_text("This browser cannot reach the kernel's server")
        expect(output(notebook)).to_contain_text("The httpx cells of this notebook work without it.")
        expect(notebook.page.locator("iframe")).to_have_count(0)

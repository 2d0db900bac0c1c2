"""The page of a server: what it answers below /_page/, and every control of it in a real browser."""

import asyncio
import base64
import contextlib
import gc
import html
import http.client
import os
import random
import re
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, StreamingResponse
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab
from sse_starlette import EventSourceResponse

from lesson_server import Decoder, Page, Server, Stream
from tests.jupyterlab import CHROMIUM, chromium

Eventually = Callable[[Callable[[], bool]], None]
Open = Callable[..., Tab]

CFG = Path(__file__).parent.parent / "nbval.cfg"
SLOWEST = 60_000  # milliseconds until a fault is taken for granted
ENDLESS = "/count?to=10000&pace=0.02"


# ---- an app with a door: it goes on when the test opens it -----------------------------------------------------


class Door:
    """`app` serves streams that stop halfway until `open()`."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.released = threading.Event()
        self.app.get("/cut")(self.cut)
        self.app.get("/markup")(self.markup)
        self.app.get("/lingers")(self.lingers)
        self.app.get("/blocks")(self.blocks)

    def open(self) -> None:
        self.released.set()

    async def wait(self) -> None:
        await asyncio.to_thread(self.released.wait, 60)

    async def cut(self) -> StreamingResponse:
        """One event in two pieces, and the cut goes through a character."""

        async def pieces() -> AsyncIterator[bytes]:
            yield b"data: caf\xc3"
            await self.wait()
            yield b"\xa9\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")

    async def markup(self) -> EventSourceResponse:
        async def events() -> AsyncIterator[dict[str, str]]:
            yield {"event": "done", "data": "<img src=x onerror=alert(1)><b>bold</b>"}

        return EventSourceResponse(events())

    async def lingers(self) -> EventSourceResponse:
        """An app that does not let go when its client has left."""

        async def events() -> AsyncIterator[dict[str, str]]:
            try:
                yield {"data": "hello"}
                await asyncio.Event().wait()
            finally:
                cleanup = asyncio.create_task(self.wait())
                while not cleanup.done():
                    try:
                        await asyncio.shield(cleanup)
                    except asyncio.CancelledError:
                        continue

        return EventSourceResponse(events())

    async def blocks(self) -> EventSourceResponse:
        """The mistake of lesson 4: a call that blocks the event loop."""

        async def events() -> AsyncIterator[dict[str, str]]:
            yield {"data": "hello"}
            await asyncio.sleep(0.1)
            self.released.wait(60)
            yield {"event": "done", "data": ""}

        return EventSourceResponse(events())


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.open()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


# ---- what the server answers -------------------------------------------------------------------------------------


def test_a_server_answers_below_page_itself_and_leaves_everything_else_to_its_app(door: Door) -> None:
    with Server(door.app) as server:
        page = httpx.get(f"{server.url}/_page/")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert httpx.get(f"{server.url}/_page/page.js").headers["content-type"].startswith("text/javascript")
        assert httpx.get(f"{server.url}/_pages").json() == {"detail": "Not Found"}  # the app's own words
        assert server.streams == ()


def test_the_page_without_its_slash_is_sent_on_with_its_query(server: Server) -> None:
    answer = httpx.get(f"{server.url}/_page?get=/count", follow_redirects=True)
    assert (answer.status_code, answer.url) == (200, f"{server.url}/_page/?get=/count")


@pytest.mark.parametrize(
    "name", ["nothing", "../page.py", "%2e%2e/page.py", "cell.js/", "browser/page.js", "//"]
)
def test_nothing_but_the_parts_of_the_page_can_be_asked_for(server: Server, name: str) -> None:
    # As it stands: httpx would resolve the dots before it asks.
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with contextlib.closing(connection):
        connection.request("GET", f"/_page/{name}")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (404, b"The page has no such part. It begins at /_page/\n")


def test_the_page_answers_get_and_head_only(server: Server) -> None:
    assert httpx.post(f"{server.url}/_page/account").status_code == 405
    head = httpx.head(f"{server.url}/_page/")
    assert (head.status_code, head.content) == (200, b"")


def test_another_origin_may_ask_whether_the_page_is_here_and_nothing_more(server: Server) -> None:
    for name, allowed in (("here", "*"), ("account", None), ("", None)):
        headers = httpx.get(f"{server.url}/_page/{name}", headers={"origin": "http://localhost"}).headers
        assert headers.get("access-control-allow-origin") == allowed


def test_the_account_says_what_the_server_saw_newest_last_and_at_most_twelve(server: Server) -> None:
    for to in range(14):
        httpx.get(f"{server.url}/count?pace=0&to={to}")
    account = httpx.get(f"{server.url}/_page/account").json()
    streams = account.pop("streams")
    assert account == {"total": 14, "open": 0, "at_work": 0}
    assert [stream["number"] for stream in streams] == list(range(3, 15))
    assert streams[-1] == {
        "number": 14,
        "method": "GET",
        "path": "/count?pace=0&to=13",
        "status": 200,
        "size": server.streams[-1].size,
        "count": 14,
        "truncated": False,
        "ended": "finished",
        "error": None,
        "at_work": False,
    }


def test_the_account_of_a_long_record_blocks_no_other_request(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpx.get(f"{server.url}/count?pace=0&to=1")
    asked, decoded = threading.Event(), threading.Event()

    def count(stream: Stream) -> int:
        asked.set()
        decoded.wait(60)
        return 2

    monkeypatch.setattr(Stream, "count", property(count))
    with ThreadPoolExecutor() as pool:
        account = pool.submit(httpx.get, f"{server.url}/_page/account", timeout=60)
        try:
            assert asked.wait(60)
            assert httpx.get(f"{server.url}/health").status_code == 200
        finally:
            decoded.set()
        assert account.result().json()["streams"][0]["count"] == 2


def test_every_answer_forbids_what_the_page_does_not_need(server: Server) -> None:
    for name in ("", "page.js", "page.css", "account", "here", "nothing"):
        headers = httpx.get(f"{server.url}/_page/{name}").headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"].split("; ")
        assert policy[:-1] == ["default-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'"]
        framers = policy[-1].split()
        assert framers[:2] == ["frame-ancestors", "'self'"]
        own = r"https?://(localhost|\*\.localhost|127\.0\.0\.1):\*|vscode-(webview|file):"
        assert [framer for framer in framers[2:] if not re.fullmatch(own, framer)] == []


# ---- what a notebook shows ---------------------------------------------------------------------------------------


def test_a_page_says_in_words_what_it_shows_without_the_port(server: Server) -> None:
    page = Page(server, get="/stream", post="/ask", body={"text": "why?"})
    assert repr(page) == "The page of this server: EventSource on GET /stream, fetch on POST /ask"
    assert repr(Page(server, get="/count")).endswith("EventSource on GET /count, fetch on GET /count")
    assert str(server.port) not in repr(page)


def test_the_html_of_a_page_is_the_same_for_every_server_once_nbval_has_replaced_the_port() -> None:
    pattern = re.compile(re.findall(r"^regex: (data-port.*)$", CFG.read_text(encoding="utf-8"), re.M)[0])
    found = []
    for _ in range(2):
        with Server() as server:
            text = Page(server, post="/ask", body={"text": "<b>'\"&"})._repr_html_()
            assert text.count(str(server.port)) == 1
            found.append(pattern.sub("PORT", text))
    assert found[0] == found[1]
    assert "<b>" not in found[0]


def test_without_its_script_the_html_says_what_it_would_show(server: Server) -> None:
    text = re.sub(r"<script>.*</script>", "", Page(server, get="/a?b=1&c=2")._repr_html_(), flags=re.S)
    words = html.unescape(re.sub("<[^>]*>", "", text)).strip()
    assert words == (
        "The page of this server: EventSource on GET /a?b=1&c=2, fetch on GET /a?b=1&c=2. "
        "Run this cell to open it here."
    )


def test_a_page_of_a_server_that_does_not_run_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"not running.*server\.start\(\)"):
        Page(Server())


@pytest.mark.parametrize("field", ["get", "post"])
def test_a_path_without_its_slash_is_refused_with_what_it_should_look_like(
    server: Server, field: str
) -> None:
    with pytest.raises(ValueError, match=rf'{field} is a path .*"/stream": not .*http'):
        Page(server, **{field: f"{server.url}/stream"})  # type: ignore[arg-type]


def test_a_page_of_a_server_that_127_0_0_1_does_not_lead_to_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for host in ("127.0.0.1", "0.0.0.0", "localhost"):
        with Server(host=host) as server:
            Page(server)
    monkeypatch.setattr(Server, "url", "http://[::1]:8000")  # not every machine has IPv6
    with Server() as server, pytest.raises(ValueError, match=r"listens on ::1 alone.*Server\(app\)"):
        Page(server)


def test_a_page_without_a_body_leaves_it_out(server: Server) -> None:
    assert "body" not in Page(server, post="/ask")._repr_html_().partition("<script>")[0]
    assert "body=0" in Page(server, post="/ask", body=0)._repr_html_()


def test_a_page_in_an_old_output_keeps_no_server_alive() -> None:
    server = Server().start()
    page, gone = Page(server), weakref.ref(server)
    del server
    gc.collect()
    assert gone() is None
    assert "GET /stream" in repr(page)


# ---- in a browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium on this machine")
    expect.set_options(timeout=SLOWEST)
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open the page of a server, with a query; whatever it complains about fails the test."""
    tabs: list[Tab] = []
    complaints: list[str] = []

    def open(server: Server, query: str = "", **options: Any) -> Tab:
        tab = browser.new_page(**options)
        tabs.append(tab)
        tab.set_default_timeout(SLOWEST)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(f"{server.url}/_page/?{query}")
        expect(says(tab)).not_to_have_text("Asking the server.")
        return tab

    yield open
    for tab in tabs:
        tab.close()
    assert complaints == []


def panel(tab: Tab, name: str) -> Locator:
    return tab.get_by_role("region", name=name, exact=True)


def part(panel: Locator, name: str) -> Locator:
    return panel.locator(f'[data-part="{name}"]')


def says(tab: Tab) -> Locator:
    return part(tab.locator("#account"), "says")


def connect(panel: Locator, path: str | None = None) -> None:
    if path is not None:
        panel.get_by_label("Path").fill(path)
    panel.get_by_role("button", name="Connect", exact=True).click()


def close(panel: Locator) -> None:
    panel.get_by_role("button", name="Close", exact=True).click()


def turn(tab: Tab, *, hidden: bool) -> None:
    """Let the page be out of sight, or in sight again, as far as its `document` tells."""
    tab.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def hide(tab: Tab) -> None:
    """Let the page be out of sight, and wait until it has asked for the last time."""
    with tab.expect_event("requestfinished", lambda request: request.url.endswith("/account")):
        turn(tab, hidden=True)


def events(panel: Locator) -> Locator:
    return panel.get_by_role("log", name="Events").get_by_role("listitem")


def test_eventsource_shows_type_data_and_last_event_id_and_closes_on_done(
    server: Server, open_page: Open
) -> None:
    source = panel(open_page(server, "get=/count?to=3%26pace=0"), "EventSource")
    connect(source)
    expect(part(source, "words")).to_have_text("closed (readyState 2)")
    expect(events(source)).to_contain_text(["number 1 id 1", "number 2 id 2", "number 3 id 3", "done 3 id 3"])
    expect(source).to_contain_text("The event done came, and the page closed the stream.")
    expect(part(source, "opens")).to_have_text("Requests that were answered with a stream: 1")
    assert [stream.path for stream in server.streams] == ["/count?to=3&pace=0"]


def test_without_close_on_done_the_browser_asks_again_until_one_closes(
    server: Server, open_page: Open, eventually: Eventually
) -> None:
    source = panel(open_page(server, "get=/count?to=2%26pace=0"), "EventSource")
    source.get_by_label("Close on done").uncheck()
    connect(source)
    eventually(lambda: len(server.streams) >= 3)
    expect(source).to_contain_text("Connection error: an Event without data.")
    close(source)
    expect(part(source, "words")).to_have_text("closed (readyState 2)")
    expect(source).to_contain_text("You closed it. Nobody asks again.")


def test_connect_close_and_reconnect_are_what_the_server_sees(
    server: Server, open_page: Open, eventually: Eventually
) -> None:
    source = panel(open_page(server), "EventSource")
    expect(part(source, "words")).to_have_text("not connected yet")
    connect(source, ENDLESS)
    expect(part(source, "words")).to_have_text("open (readyState 1)")
    expect(events(source).nth(1)).to_contain_text("number 2")
    assert server.open_streams == 1
    close(source)
    eventually(lambda: server.streams[0].ended == "client left")
    source.get_by_role("button", name="Reconnect").click()
    expect(part(source, "opens")).to_have_text("Requests that were answered with a stream: 2")
    eventually(lambda: server.streams[1].count > 0)
    # A new EventSource sends no Last-Event-ID: the server begins anew.
    assert server.streams[1].events[0][1].data == "1"
    connect(source)  # begins anew too, and closes what was open
    expect(part(source, "opens")).to_have_text("Requests that were answered with a stream: 1")
    eventually(lambda: [s.ended for s in server.streams] == ["client left", "client left", None])


def test_types_that_are_not_listened_for_are_lost(server: Server, open_page: Open) -> None:
    source = panel(open_page(server, "get=/stream?pace=0"), "EventSource")
    source.get_by_label("Types it listens for").fill("done")
    connect(source)
    expect(events(source)).to_have_count(1)
    expect(events(source)).to_contain_text(['done {"words": 8}'])
    assert server.streams[0].count == 9


def test_an_error_that_the_server_sends_and_a_lost_connection_are_told_apart(
    server: Server, open_page: Open
) -> None:
    source = panel(open_page(server, "get=/stream?pace=0"), "EventSource")
    source.get_by_label("Fault").select_option("upstream")
    connect(source)
    said = source.get_by_role("log", name="Events")
    expect(said).to_contain_text('error {"message": "the model is overloaded"}')
    expect(said).to_contain_text("This error is an event that the server sent: it has data")
    source.get_by_label("Fault").select_option("torn")
    connect(source)
    expect(said).not_to_contain_text("This error is an event that the server sent")
    expect(said).to_contain_text("Connection error: an Event without data.")
    expect(part(source, "words")).to_have_text("connecting (readyState 0)")
    close(source)


def test_an_answer_that_is_no_event_stream_makes_eventsource_give_up(server: Server, open_page: Open) -> None:
    source = panel(open_page(server), "EventSource")
    connect(source, "/health")
    expect(part(source, "words")).to_have_text("closed (readyState 2)")
    expect(source).to_contain_text("The answer was no event stream")


def test_listening_for_open_takes_no_connection_for_lost(server: Server, open_page: Open) -> None:
    source = panel(open_page(server), "EventSource")
    source.get_by_label("Types it listens for").fill("open number")
    connect(source, "/count?to=100&pace=1")
    expect(events(source).first).to_contain_text("number 1")
    expect(part(source, "words")).to_have_text("open (readyState 1)")


def test_the_fault_goes_into_the_path_and_says_what_it_does(server: Server, open_page: Open) -> None:
    for name in ("EventSource", "fetch"):
        one = panel(open_page(server, "get=/stream?pace=0"), name)
        path, fault = one.get_by_label("Path"), one.get_by_label("Fault")
        fault.select_option("silence")
        expect(path).to_have_value("/stream?pace=0&fault=silence&after=3")
        expect(one).to_contain_text("Nothing more comes, and nothing ends. Only the client can leave.")
        one.get_by_label("after so many pieces").fill("1")
        expect(path).to_have_value("/stream?pace=0&fault=silence&after=1")
        path.fill("/stream?fault=torn&after=2")
        expect(fault).to_have_value("torn")
        fault.select_option("none")
        expect(path).to_have_value("/stream")


def test_the_fault_leaves_a_question_mark_in_the_query_alone(server: Server, open_page: Open) -> None:
    source = panel(open_page(server), "EventSource")
    path, fault = source.get_by_label("Path"), source.get_by_label("Fault")
    path.fill("/ask?text=why?&pace=0")
    fault.select_option("silence")
    expect(path).to_have_value("/ask?text=why%3F&pace=0&fault=silence&after=3")
    path.fill("/ask?text=why?&fault=torn")
    expect(fault).to_have_value("torn")


def test_a_path_of_another_server_is_not_asked_for(server: Server, open_page: Open) -> None:
    tab = open_page(server)
    for name in ("EventSource", "fetch"):
        connect(panel(tab, name), "https://example.com/stream")
        expect(panel(tab, name)).to_contain_text("is not on this server. Give a path such as /stream.")


def test_fetch_shows_each_read_before_it_is_an_event_and_what_a_cut_leaves(
    door: Door, open_page: Open
) -> None:
    with Server(door.app) as server:
        fetch = panel(open_page(server, "get=/cut"), "fetch")
        connect(fetch)
        reads = fetch.get_by_role("log", name="The wire, read by read").get_by_role("listitem")
        expect(reads).to_have_count(1)
        expect(reads).to_contain_text([r"data: caf\xc3"])
        expect(events(fetch)).to_have_count(0)
        expect(part(fetch, "words")).to_have_text("open: 200 text/event-stream; charset=utf-8")
        door.open()
        expect(reads).to_have_count(2)
        expect(reads.nth(1)).to_contain_text(r"\xa9\n\n")
        expect(events(fetch)).to_contain_text(["message café"])
        expect(fetch).to_contain_text("this may be half an answer.")
        expect(part(fetch, "caption")).to_contain_text("2 reads,")
        expect(part(fetch, "caption")).to_contain_text("; 1 event, at")


def test_fetch_posts_the_body_as_json(server: Server, open_page: Open) -> None:
    fetch = panel(open_page(server, 'post=/ask?pace=0&body={"text": "who?"}'), "fetch")
    expect(fetch.get_by_label("Method")).to_have_value("POST")
    connect(fetch)
    expect(events(fetch)).to_contain_text(['token "You"', 'token "asked:"', 'token "who?"', "done"])
    expect(fetch).to_contain_text("done was the last event: the answer is whole.")
    assert [(stream.method, stream.path) for stream in server.streams] == [("POST", "/ask?pace=0")]
    fetch.get_by_label("Body, as JSON").fill("{")
    connect(fetch)
    expect(part(fetch, "words")).to_have_text("ended: 422 application/json")
    expect(fetch).to_contain_text("This was no event stream.")
    expect(fetch.get_by_role("log", name="The wire, read by read")).to_contain_text("JSON decode error")
    fetch.get_by_label("Method").select_option("GET")
    expect(fetch.get_by_label("Body, as JSON")).to_be_hidden()


def test_fetch_says_how_each_fault_looks_to_it(
    server: Server, open_page: Open, eventually: Eventually
) -> None:
    fetch = panel(open_page(server, "get=/stream?pace=0"), "fetch")
    fetch.get_by_label("Fault").select_option("torn")
    connect(fetch)
    expect(part(fetch, "words")).to_have_text("broken: network error")
    expect(fetch).to_contain_text("The connection broke after status 200 had come")
    fetch.get_by_label("Fault").select_option("upstream")
    connect(fetch)
    expect(fetch).to_contain_text("The last event was error: the server says what went wrong.")
    fetch.get_by_label("Fault").select_option("silence")
    connect(fetch)
    expect(events(fetch)).to_have_count(3)
    expect(part(fetch, "caption")).to_contain_text("Nothing for 2 s.")
    expect(part(fetch, "words")).to_contain_text("open: 200")
    close(fetch)
    expect(part(fetch, "words")).to_have_text("closed")
    eventually(lambda: server.streams[-1].ended == "client left")


def test_a_slow_reader_holds_the_server_back(server: Server, open_page: Open, eventually: Eventually) -> None:
    fetch = panel(open_page(server, "get=/flood?events=200%26size=100000"), "fetch")
    slow = fetch.get_by_label("Seconds before each read")
    slow.fill("60")
    connect(fetch)
    expect(part(fetch, "words")).to_contain_text("open: 200")
    eventually(lambda: server.streams[0].size > 0)
    expect(part(fetch, "caption")).to_contain_text("no reads; no events")
    assert server.streams[0].ended is None
    assert server.streams[0].size < 200 * 100_000
    slow.fill("0")  # ends the wait
    expect(part(fetch, "words")).to_contain_text("ended: 200")
    assert server.streams[0].size > 200 * 100_000
    expect(fetch.get_by_role("log", name="Events")).to_contain_text("(100002 characters in all)")


def test_a_slow_reader_leaves_no_listener_behind(server: Server, open_page: Open) -> None:
    tab = open_page(server, "get=/count?to=5%26pace=0.01")
    fetch = panel(tab, "fetch")
    session = tab.context.new_cdp_session(tab)

    def listeners() -> int:
        expression = "document.querySelector('#fetch [data-part=slow]')"
        slow = session.send("Runtime.evaluate", {"expression": expression})["result"]
        return len(session.send("DOMDebugger.getEventListeners", {"objectId": slow["objectId"]})["listeners"])

    assert listeners() == 0
    fetch.get_by_label("Seconds before each read").fill("0.01")
    connect(fetch)
    expect(part(fetch, "words")).to_contain_text("ended: 200")
    assert listeners() == 0


def test_a_browser_opens_six_streams_and_the_seventh_waits_for_one_to_close(
    server: Server, open_page: Open, eventually: Eventually
) -> None:
    tab = open_page(server)
    seven = panel(tab, "The seventh connection")
    seven.get_by_role("button", name="Open seven streams").click()
    summary = seven.get_by_role("status")
    expect(summary).to_have_text("6 open, 1 connecting, 0 closed.")
    assert server.open_streams == 6
    expect(says(tab)).to_contain_text("The account has to wait: this page asked for 7 streams")
    seven.get_by_role("button", name="Close stream 1", exact=True).click()
    expect(summary).to_have_text("6 open, 0 connecting, 1 closed.")
    seven.get_by_role("button", name="Close all").click()
    expect(summary).to_have_text("0 open, 0 connecting, 7 closed.")
    eventually(lambda: server.open_streams == 0)
    expect(says(tab)).to_have_text("Open: 0. The app is at work with: 0. In all: 7.")


def test_seven_streams_of_a_path_that_is_none_say_so(server: Server, open_page: Open) -> None:
    seven = panel(open_page(server, "seven=/health"), "The seventh connection")
    seven.get_by_role("button", name="Open seven streams").click()
    expect(seven.get_by_role("listitem")).to_contain_text(["closed: no event stream came"] * 7)


def test_the_account_follows_a_stream_from_open_to_client_left(server: Server, open_page: Open) -> None:
    tab = open_page(server)
    expect(says(tab)).to_have_text("No stream so far.")
    connect(panel(tab, "fetch"), ENDLESS)
    first = tab.locator("#account tbody tr").first
    expect(says(tab)).to_have_text("Open: 1. The app is at work with: 1. In all: 1.")
    expect(first).to_contain_text(f"1GET {ENDLESS}200")
    expect(first).to_contain_text("still open")
    close(panel(tab, "fetch"))
    expect(says(tab)).to_have_text("Open: 0. The app is at work with: 0. In all: 1.")
    expect(first).to_contain_text("client left")


def test_the_account_shows_an_app_that_works_on_for_nobody(door: Door, open_page: Open) -> None:
    with Server(door.app) as server:
        tab = open_page(server, "get=/lingers")
        connect(panel(tab, "fetch"))
        expect(events(panel(tab, "fetch"))).to_have_count(1)
        close(panel(tab, "fetch"))
        first = tab.locator("#account tbody tr").first
        expect(first).to_contain_text("client left; the app is still at work")
        door.open()
        expect(first).not_to_contain_text("the app is still at work")


def test_the_page_says_that_a_blocked_server_does_not_answer_and_takes_that_back(
    door: Door, open_page: Open
) -> None:
    with Server(door.app) as server:
        tab = open_page(server, "get=/blocks")
        connect(panel(tab, "EventSource"))
        expect(says(tab)).to_contain_text("Its event loop may be blocked")
        expect(tab.get_by_role("alert")).to_be_hidden()
        door.open()
        expect(says(tab)).to_contain_text("In all: 1.")


def test_the_account_is_asked_for_at_each_submit(server: Server, open_page: Open) -> None:
    tab = open_page(server)
    hide(tab)
    for name, button in (
        ("EventSource", "Connect"),
        ("fetch", "Connect"),
        ("The seventh connection", "Open seven streams"),
    ):
        with tab.expect_request("**/_page/account"):
            panel(tab, name).get_by_role("button", name=button, exact=True).click()


def test_a_page_out_of_sight_does_not_ask_and_one_that_is_back_asks_at_once(
    server: Server, open_page: Open
) -> None:
    tab = open_page(server)
    tab.clock.install(time=0)
    tab.clock.pause_at(1000)
    tab.goto(tab.url)
    expect(says(tab)).to_have_text("No stream so far.")
    httpx.get(f"{server.url}/count?pace=0&to=1")
    turn(tab, hidden=True)
    expect(says(tab)).to_contain_text("In all: 1.")  # the last time
    tab.evaluate(
        "() => { window.asked = 0; const own = fetch; window.fetch = (...all) => { asked += 1; return own(...all); }; }"
    )
    tab.clock.fast_forward(60_000)
    assert tab.evaluate("() => asked") == 0
    httpx.get(f"{server.url}/count?pace=0&to=1")
    turn(tab, hidden=False)
    assert tab.evaluate("() => asked") == 1
    expect(says(tab)).to_contain_text("In all: 2.")


@pytest.mark.parametrize("name", ["EventSource", "fetch", "The seventh connection"])
def test_out_of_sight_a_lost_stream_tells_the_page_that_the_server_is_gone(
    server: Server, open_page: Open, name: str
) -> None:
    tab = open_page(server)
    one = panel(tab, name)
    if name == "The seventh connection":
        one.get_by_role("button", name="Open seven streams").click()
        for number in (1, 2):  # room for the account, which otherwise waits, and fails with the streams
            one.get_by_role("button", name=f"Close stream {number}", exact=True).click()
        expect(one.get_by_role("status")).to_have_text("5 open, 0 connecting, 2 closed.")
        expect(says(tab)).to_contain_text("Open: 5.")
    else:
        connect(one, ENDLESS)
        expect(events(one).first).to_be_visible()
    hide(tab)
    server.stop()
    expect(says(tab)).to_have_text("No account: the server is gone.")
    if name == "The seventh connection":
        expect(one.get_by_role("status")).to_have_text("0 open, 0 connecting, 7 closed.")
    else:
        expect(part(one, "words")).to_contain_text("broken" if name == "fetch" else "closed")


def test_the_page_recovers_by_itself_when_a_server_answers_on_the_port_again(
    server: Server, open_page: Open
) -> None:
    tab = open_page(server)
    tab.clock.install()
    tab.goto(tab.url)
    expect(says(tab)).to_have_text("No stream so far.")
    port = server.port
    server.stop()
    alert = tab.get_by_role("alert")
    expect(alert).to_be_visible()
    connect(panel(tab, "EventSource"), ENDLESS)  # closed again: it would ask for ever
    expect(part(panel(tab, "EventSource"), "meaning")).to_have_text("The server is gone.")
    with Server(port=port):
        tab.clock.fast_forward(5000)
        expect(alert).to_be_hidden()
        expect(says(tab)).to_have_text("No stream so far.")
        connect(panel(tab, "EventSource"))
        expect(says(tab)).to_contain_text("Open: 1.")


def test_when_the_server_is_gone_everything_is_closed(server: Server, open_page: Open) -> None:
    tab = open_page(server)
    source, fetch = panel(tab, "EventSource"), panel(tab, "fetch")
    for one in (source, fetch):
        connect(one, ENDLESS)
        expect(events(one).first).to_be_visible()
    server.stop()
    expect(tab.get_by_role("alert")).to_have_text(
        "The server is gone. Run the cells again from the one which starts it."
    )
    expect(part(source, "words")).to_have_text("closed (readyState 2)")
    expect(part(source, "meaning")).to_have_text("The server is gone.")
    expect(part(fetch, "words")).to_contain_text("broken: network error")
    expect(says(tab)).to_have_text("No account: the server is gone.")


def test_leaving_the_page_closes_its_streams(server: Server, open_page: Open, eventually: Eventually) -> None:
    tab = open_page(server)
    for name in ("EventSource", "fetch"):
        connect(panel(tab, name), ENDLESS)
        expect(events(panel(tab, name)).first).to_be_visible()
    assert server.open_streams == 2
    tab.goto("about:blank")
    eventually(lambda: [stream.ended for stream in server.streams] == ["client left"] * 2)


def test_data_never_becomes_markup(door: Door, open_page: Open) -> None:
    with Server(door.app) as server:
        tab = open_page(server, "get=/markup")
        for name in ("EventSource", "fetch"):
            connect(panel(tab, name))
            expect(events(panel(tab, name))).to_contain_text(["<img src=x onerror=alert(1)><b>bold</b>"])
        assert tab.locator("img").count() == 0


def test_each_panel_shows_the_code_that_it_runs(server: Server, open_page: Open) -> None:
    tab = open_page(server)
    for name, call in (("EventSource", "new EventSource(url)"), ("fetch", "response.body.getReader()")):
        one = panel(tab, name)
        expect(part(one, "code")).to_be_hidden()
        one.get_by_text("The code this panel runs").click()
        expect(part(one, "code")).to_contain_text(call)


# ---- in a cell, without JupyterLab ------------------------------------------------------------------------------


class Cell:
    """`app` serves the output of a cell: the page of the server that serves it."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.app.get("/cell")(self.cell)
        self.server = Server(self.app)

    def cell(self) -> HTMLResponse:
        return HTMLResponse(f"<main>{Page(self.server)._repr_html_()}</main>")


@pytest.fixture
def cell() -> Iterator[Cell]:
    cell = Cell()
    with cell.server:
        yield cell


def test_a_cell_that_left_the_document_and_came_back_shows_a_page_in_the_theme_of_the_day(
    cell: Cell, browser: Browser
) -> None:
    with contextlib.closing(browser.new_page()) as tab:
        tab.goto(f"http://localhost:{cell.server.port}/cell")
        root = tab.frame_locator("iframe").locator(":root")
        dress = "light => { document.body.dataset.jpThemeLight = light; }"
        tab.evaluate(dress, "true")
        expect(root).to_have_attribute("data-theme", "light")
        tab.evaluate(
            """async () => {
                const box = document.querySelector("[data-port]");
                box.remove();
                document.body.dataset.jpThemeLight = "false";
                const heard = new Promise(resolve => addEventListener("message", resolve, { once: true }));
                postMessage("something else", "*");
                await heard;
                document.querySelector("main").append(box);
            }"""
        )
        expect(root).to_have_attribute("data-theme", "dark")
        tab.evaluate(dress, "true")
        expect(root).to_have_attribute("data-theme", "light")
        tab.frame_locator("iframe").get_by_text("The code this panel runs").first.click()
        tab.wait_for_function("() => document.querySelector('iframe').offsetHeight !== 900")


def test_a_page_of_another_origin_cannot_frame_the_servers(cell: Cell, browser: Browser) -> None:
    with contextlib.closing(browser.new_page()) as tab:  # on about:blank, which has no origin
        with tab.expect_console_message(lambda message: "frame-ancestors" in message.text):
            tab.set_content(f"<iframe src='{cell.server.url}/_page/'></iframe>")
        expect(tab.frame_locator("iframe").get_by_role("main")).to_have_count(0)


# ---- for every reader --------------------------------------------------------------------------------------------

WORST_CONTRAST = """() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const light = color => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = Array.from(canvas.getImageData(0, 0, 1, 1).data, value => value / 255)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = element => {
        while (getComputedStyle(element).backgroundColor === "rgba(0, 0, 0, 0)") element = element.parentElement;
        return getComputedStyle(element).backgroundColor;
    };
    let worst = [21, ""];
    const fields = [...document.querySelectorAll("input, select, textarea")];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const holders = [];
    while (texts.nextNode()) if (texts.currentNode.data.trim()) holders.push(texts.currentNode.parentElement);
    for (const element of [...fields, ...holders]) {
        if (!element.checkVisibility()) continue;
        const pair = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
        if (ratio < worst[0]) worst = [ratio, element.outerHTML.slice(0, 200)];
    }
    return worst;
}"""


def fill(tab: Tab) -> None:
    """Let both panels, the account and the seven show all they can."""
    connect(panel(tab, "EventSource"), "/count?pace=0&to=5&fault=torn&after=2&a-long-word=" + "x" * 100)
    expect(part(panel(tab, "EventSource"), "meaning")).to_contain_text("The connection is gone.")
    close(panel(tab, "EventSource"))
    connect(panel(tab, "fetch"), "/stream?pace=0&fault=upstream&after=2")
    expect(panel(tab, "fetch")).to_contain_text("The last event was error")
    for summary in tab.get_by_text("The code this panel runs").all():
        summary.click()
    panel(tab, "The seventh connection").get_by_role("button", name="Open seven streams").click()
    expect(panel(tab, "The seventh connection").get_by_role("status")).to_contain_text("6 open")


@pytest.mark.parametrize(("theme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(17, 17, 17)")])
def test_every_text_stands_out_from_its_background_in_both_themes(
    server: Server, open_page: Open, theme: str, paper: str
) -> None:
    other: dict[str, Any] = {"color_scheme": "dark" if theme == "light" else "light"}
    tab = open_page(server, f"theme={theme}", **other)  # asked for by name, against the system's
    tab.evaluate(
        "() => { for (const hidden of document.querySelectorAll('[hidden]')) hidden.hidden = false; }"
    )
    fill(tab)
    assert tab.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == paper
    ratio, where = tab.evaluate(WORST_CONTRAST)
    assert ratio >= 4.5, where


def test_without_a_theme_the_page_wears_the_systems(server: Server, open_page: Open) -> None:
    tab = open_page(server, color_scheme="dark")
    assert (
        tab.evaluate("() => getComputedStyle(document.body.parentElement).backgroundColor")
        == "rgb(17, 17, 17)"
    )


def test_a_narrow_screen_needs_no_sideways_scrolling(server: Server, open_page: Open) -> None:
    tab = open_page(server, viewport={"width": 320, "height": 640})
    fill(tab)
    tab.evaluate(
        "() => { for (const hidden of document.querySelectorAll('[hidden]')) hidden.hidden = false; }"
    )
    assert tab.evaluate("() => document.documentElement.scrollWidth") == 320
    assert tab.locator(".scroll").evaluate("table => table.scrollWidth <= table.clientWidth")


def test_everything_can_be_reached_and_used_by_keyboard_alone_in_the_order_of_the_page(
    server: Server, open_page: Open
) -> None:
    tab = open_page(server, "get=/stream?pace=0&post=/ask?pace=0")
    names = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        found = tab.evaluate(
            """() => {
                const at = document.activeElement;
                if (at === document.body) return null; // through, and back at the browser's own controls
                const label = at.labels?.[0]?.textContent.trim().split("\\n")[0];
                const title = document.getElementById(at.getAttribute("aria-labelledby"))?.textContent;
                const { outlineStyle, outlineWidth } = getComputedStyle(at);
                return [label || title || at.ariaLabel || at.textContent, outlineStyle + outlineWidth];
            }"""
        )
        if found is None:
            break
        assert found[1] == "solid2px", found
        names.append(found[0])
    assert names == [
        *("Path", "Connect", "Close", "Reconnect", "Close on done", "Types it listens for"),
        *("Fault", "after so many pieces", "Events", "The code this panel runs"),
        *("Method", "Path", "Body, as JSON", "Connect", "Close", "Fault", "after so many pieces"),
        *("Seconds before each read", "The wire, read by read", "Events", "The code this panel runs"),
        *("Table of streams", "Path of all seven", "Open seven streams", "Close all"),
    ]
    source = panel(tab, "EventSource")
    source.get_by_label("Path").focus()
    tab.keyboard.press("Enter")
    expect(part(source, "meaning")).to_have_text("The event done came, and the page closed the stream.")


def test_a_screen_reader_finds_landmarks_headings_and_a_name_for_every_control(
    server: Server, open_page: Open
) -> None:
    tab = open_page(server, "post=/ask")
    titles = ["EventSource", "fetch", "The server’s account", "The seventh connection"]
    assert tab.get_by_role("main").count() == 1
    assert tab.get_by_role("heading", level=2).all_inner_texts() == titles
    for title in titles:
        assert panel(tab, title).count() == 1
    snapshot = tab.locator("body").aria_snapshot()
    controls = re.findall(r"- (button|textbox|combobox|checkbox|spinbutton|log|table)\b(.*)", snapshot)
    assert len(controls) > 20
    assert [kind for kind, rest in controls if kind != "table" and '"' not in rest] == []


def test_a_screen_reader_is_told_the_latest_and_not_every_event(server: Server, open_page: Open) -> None:
    tab = open_page(server, "get=/count?to=400%26pace=0")
    tab.evaluate(
        """() => {
            window.said = [];
            for (const region of document.querySelectorAll("[data-part=announce]")) {
                new MutationObserver(() => said.push(region.textContent)).observe(region, { childList: true });
            }
        }"""
    )
    source = panel(tab, "EventSource")
    connect(source)
    expect(part(source, "announce")).to_have_text(
        "EventSource: closed (readyState 2). The event done came, and the page closed the stream. 401 events."
    )
    assert len(tab.evaluate("() => said")) < 40
    assert source.get_by_role("log").get_attribute("aria-live") == "off"
    expect(events(source).first).to_have_text("201 older ones are not shown any more.")


# ---- its decoder -------------------------------------------------------------------------------------------------

DECODE = """async streams => {
    const { Decoder } = await import("./events.js");
    return streams.map(pieces => {
        const decoder = new Decoder();
        const events = pieces.map(piece =>
            decoder.feed(Uint8Array.from(atob(piece), letter => letter.charCodeAt(0)))
                .map(event => [event.type, event.data, event.lastEventId]));
        return [events, decoder.retry, decoder.lastEventId];
    });
}"""
LINES = [
    *(
        "data: a",
        "data",
        "data:",
        "data:  two",
        "data:é€😀\u2028",
        "event: token",
        "event",
        "id: 1",
        "id",
        "id: \0",
    ),
    *(
        "retry: 5",
        "retry: 5.1",
        "retry: ٣",
        "retry",
        ": c",
        "",
        "",
        "",
        "x: y",
        "Data: b",
        " data: c",
        "\ufeff",
        "a:b:c",
    ),
]


def streams(count: int, seed: int) -> Iterator[list[bytes]]:
    """Event streams, right and broken, each cut anywhere."""
    chance = random.Random(seed)
    for _ in range(count):
        lines = [(chance.choice(LINES) + chance.choice(["\n", "\r", "\r\n"])).encode() for _ in range(20)]
        whole = chance.choice([b"", b"\xef\xbb\xbf"]) + b"".join(lines)
        if chance.random() < 0.3:  # some bytes that are no UTF-8
            place = chance.randrange(len(whole))
            whole = whole[:place] + chance.randbytes(3) + whole[place:]
        cuts = sorted(chance.choices(range(len(whole) + 1), k=chance.randrange(12)))
        yield [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]


def test_the_pages_decoder_agrees_with_the_lessons_own_piece_by_piece(
    server: Server, open_page: Open
) -> None:
    cut = list(streams(400, seed=6))
    found = open_page(server).evaluate(
        DECODE, [[base64.b64encode(piece).decode() for piece in pieces] for pieces in cut]
    )
    for pieces, (events, retry, last_event_id) in zip(cut, found, strict=True):
        decoder = Decoder()
        expected = [
            [[event.type, event.data, event.last_event_id] for event in decoder.feed(piece)]
            for piece in pieces
        ]
        assert (events, retry, last_event_id) == (expected, decoder.retry, decoder.last_event_id), pieces

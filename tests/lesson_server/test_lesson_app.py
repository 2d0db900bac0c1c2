"""The lesson's own app, and what importing the package costs."""

import json
import subprocess
import sys

import httpx
import pytest

import lesson_server
from lesson_server import Server, decode
from lesson_server.app import ANSWER


def test_both_ways_give_the_same_answer() -> None:
    with Server() as server:
        whole = httpx.get(f"{server.url}/whole?pace=0").json()
        events = decode(httpx.get(f"{server.url}/stream?pace=0").content)
    assert whole == {"answer": ANSWER}
    tokens = [json.loads(event.data) for event in events if event.type == "token"]
    assert " ".join(tokens) == ANSWER
    assert (events[-1].type, json.loads(events[-1].data)) == ("done", {"words": 8})


@pytest.mark.parametrize("pace", ["-1", "5.1", "soon"])
@pytest.mark.parametrize("path", ["/whole", "/stream"])
def test_a_pace_out_of_range_is_refused_before_anything_streams(path: str, pace: str) -> None:
    with Server() as server:
        assert httpx.get(f"{server.url}{path}?pace={pace}").status_code == 422
        assert server.streams == ()


def test_reading_events_or_drawing_them_imports_no_web_framework() -> None:
    code = "import sys, lesson_server.events, lesson_server.timeline; from lesson_server import Event, Timeline; "
    code += "print([name for name in ('fastapi', 'starlette', 'uvicorn', 'httpx') if name in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_everything_promised_can_be_imported() -> None:
    assert {getattr(lesson_server, name).__name__ for name in lesson_server.__all__} == set(
        lesson_server.__all__
    )
    with pytest.raises(AttributeError, match="nothing"):
        _ = lesson_server.nothing


@pytest.mark.parametrize("seen", ["-1", "soon", "9" * 5000])
def test_an_id_that_was_never_sent_is_refused_before_anything_streams(seen: str) -> None:
    with Server() as server:
        response = httpx.get(f"{server.url}/count?pace=0", headers={"Last-Event-ID": seen})
        assert (response.status_code, server.streams) == (422, ())


def test_counting_goes_on_behind_the_last_number_seen() -> None:
    with Server() as server:
        response = httpx.get(f"{server.url}/count?pace=0&to=5", headers={"Last-Event-ID": "3"})
    assert [(event.type, event.data) for event in decode(response.content)] == [
        ("number", "4"),
        ("number", "5"),
        ("done", "5"),
    ]


def test_each_fault_happens_after_as_many_pieces_as_were_asked_for() -> None:
    with Server(log_level="critical") as server:
        failed = httpx.get(f"{server.url}/stream?pace=0&fault=upstream&after=2")
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{server.url}/stream?pace=0&fault=torn&after=1")
        torn = server.streams[-1]
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(
                f"{server.url}/stream?pace=0&fault=silence&after=1", timeout=httpx.Timeout(60, read=0.5)
            )
        silent = server.streams[-1]
    assert [event.type for event in decode(failed.content)] == ["token", "token", "error"]
    assert (torn.count, torn.ended, torn.error) == (1, "torn", "RuntimeError: the power went out")
    assert silent.count <= 1 and silent.ended in ("client left", "torn")


def test_primes_are_counted_while_others_are_served() -> None:
    with (
        Server() as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
        client.stream("GET", "/primes?to=200000") as response,
    ):
        assert client.get("/health").json() == {"status": "ok"}
        assert server.open_streams == 1
        events = decode(response.read())
    assert sum(int(event.data) for event in events if event.type == "primes") == 17_984

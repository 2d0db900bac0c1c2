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

"""The lesson's decoder against the standard's grammar and against a browser, on streams full of what goes wrong."""

import asyncio
import itertools
import os
from collections.abc import MutableMapping
from pathlib import PurePosixPath
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson_server import Decoder, Event, Server, decode
from lesson_server.observer import App, Receive, Send
from tests.jupyterlab import CHROMIUM, chromium
from tests.lesson_server.reference import (
    BOM,
    COLONS,
    ENDS,
    NAMES,
    STREAMS,
    VALUES,
    Meaning,
    in_pieces,
    interpret,
    patient,
    random_stream,
)


def meaning(pieces: list[bytes]) -> Meaning:
    """What the lesson's decoder finds in a stream that arrives in these pieces."""
    decoder = Decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return Meaning(events, decoder.last_event_id, decoder.retry)


@patient
@given(stream=STREAMS, data=st.data())
def test_however_a_stream_is_cut_it_means_what_the_standard_says(stream: bytes, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(stream))))
    assert meaning([stream]) == meaning(in_pieces(stream, cuts)) == interpret(stream)


@patient
@given(stream=STREAMS)
def test_cut_in_two_at_any_place_a_stream_means_the_same(stream: bytes) -> None:
    for cut in range(len(stream) + 1):
        assert meaning(in_pieces(stream, [cut])) == interpret(stream)


@patient
@given(stream=STREAMS)
def test_after_every_byte_the_decoder_has_said_all_that_the_standard_finds_so_far(stream: bytes) -> None:
    decoder = Decoder()
    events: list[Event] = []
    for end in range(1, len(stream) + 1):
        events += decoder.feed(stream[end - 1 : end])
        assert Meaning(events, decoder.last_event_id, decoder.retry) == interpret(stream[:end])


@pytest.mark.parametrize("start", [b"", BOM, BOM + BOM], ids=["no mark", "one mark", "two marks"])
def test_every_line_does_what_the_standard_says(start: bytes) -> None:
    for line in itertools.product(NAMES, COLONS, VALUES, ENDS):
        stream = start + b"".join(line) + b"data\n\n"
        assert meaning([stream]) == interpret(stream)


@pytest.mark.parametrize(
    ("pieces", "longest"),
    [
        ([b"\r", b"\n", b"data", b":", b" "], 5),
        ([b"\r", b"\n", b"data:a", b"event:b", b"id:c", b"id:\0", b"retry:7", b":d"], 4),
        ([b"\n", b"data:a", b"\xef", b"\xbb", b"\xbf"], 5),
    ],
    ids=["bytes of a line", "fields", "the bytes of a mark"],
)
def test_every_short_stream_means_what_the_standard_says_wherever_it_is_cut(
    pieces: list[bytes], longest: int
) -> None:
    for length in range(longest + 1):
        for parts in itertools.product(pieces, repeat=length):
            # What comes behind tells what the stream has left open.
            stream = b"".join(parts) + b"\ndata\n\n"
            expected = interpret(stream)
            assert meaning([stream]) == meaning(in_pieces(stream, [*range(len(stream))])) == expected
            for cut in range(1, len(stream)):
                assert meaning([stream[:cut], stream[cut:]]) == expected


def serving(streams: list[list[bytes]]) -> App:
    """An app with an empty page at / and each stream at its number, sent piece by piece."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        number = PurePosixPath(scope["path"]).name
        pieces, kind = (
            (streams[int(number)], b"text/event-stream") if number.isdigit() else ([], b"text/html")
        )
        headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0.001)  # so that most pieces travel alone
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return app


# Five at a time: a browser holds no more than six connections to one server.
READ_ALL = """async ([count, types]) => {
    const read = number => new Promise(resolve => {
        const source = new EventSource(`/${number}`);
        const events = [];
        const take = event => {
            if (event instanceof MessageEvent) {
                events.push([event.type, event.data, event.lastEventId]);
            } else if (event.type === "error") {  // the browser's own: the stream has ended
                source.close();
                resolve(events);
            }
        };
        types.forEach(type => source.addEventListener(type, take));
    });
    const all = [];
    let next = 0;
    const work = async () => {
        while (next < count) {
            const number = next++;
            all[number] = await read(number);
        }
    };
    await Promise.all([work(), work(), work(), work(), work()]);
    return all;
}"""


def test_chromiums_event_source_hands_over_the_same_events() -> None:
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium on this machine")
    random = Random(6)
    streams = [
        stream
        for _ in range(280)
        # Chromium takes a line end right behind a byte order mark for part of the first line.
        if not (stream := random_stream(random)).startswith((BOM + b"\r", BOM + b"\n"))
    ]
    pieces = [
        in_pieces(stream, [random.randint(0, len(stream)) for _ in range(random.choice([0, 1, 3, 9]))])
        for stream in streams
    ]
    named = [b"event" + colon + value + b"\ndata\n\n" for colon, value in itertools.product(COLONS, VALUES)]
    types = sorted({event.type for stream in named for event in interpret(stream).events} | {"error"})
    with Server(serving(pieces)) as server, chromium() as browser:
        page = browser.new_page()
        page.goto(server.url)
        found = page.evaluate(READ_ALL, [len(streams), types])
    heard = [[Event(*event) for event in events] for events in found]
    differing = {
        stream: events for stream, events in zip(streams, heard, strict=True) if events != decode(stream)
    }
    assert differing == {}
    assert sum(map(len, heard)) > len(streams)  # the streams do say something

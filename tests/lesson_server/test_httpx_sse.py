"""Where httpx-sse reads an event stream otherwise than the standard, and that it agrees everywhere else.

A notebook tells students of these differences. If a test here fails after an upgrade of httpx-sse, the notebook's text
must change with it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent, SSEError
from hypothesis import given
from hypothesis import strategies as st

from lesson_server import Decoder, Event, decode
from tests.lesson_server.reference import BOM, ENDS, in_pieces, patient

CHANGED = "httpx-sse reads this otherwise than it did: change what the notebook says about it, then this test"
PLAIN = "text/event-stream"


def source(
    body: Iterator[bytes] | AsyncIterator[bytes], media_type: str = PLAIN, status: int = 200
) -> EventSource:
    return EventSource(httpx.Response(status, headers={"content-type": media_type}, content=body))


def events_of(received: list[ServerSentEvent]) -> list[Event]:
    return [Event(event.event, event.data, event.id) for event in received]


def read(*pieces: bytes, media_type: str = PLAIN, status: int = 200) -> list[Event]:
    return events_of(list(source(iter(pieces), media_type, status).iter_sse()))


async def read_async(*pieces: bytes) -> list[Event]:
    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return events_of([event async for event in source(body()).aiter_sse()])


def test_a_leading_byte_order_mark_loses_the_first_line() -> None:
    stream = BOM + b"event: token\ndata: a\n\n" + b"data: b\n\n"
    assert decode(stream) == [Event("token", "a"), Event(data="b")]
    assert read(stream) == [Event("message", "a"), Event(data="b")], CHANGED
    stream = BOM + b"data: a\n\n" + b"data: b\n\n"
    assert decode(stream) == [Event(data="a"), Event(data="b")]
    assert read(stream) == [Event(data="b")], CHANGED


@pytest.mark.parametrize(
    ("block", "phantom"),
    [
        (b"event: token\n\n", Event("token")),
        (b"id: 1\n\n", Event(last_event_id="1")),
        (b"retry: 5\n\n", Event()),
    ],
)
def test_a_block_without_data_is_an_event(block: bytes, phantom: Event) -> None:
    assert decode(block) == []
    assert read(block) == [phantom], CHANGED


@pytest.mark.parametrize("nothing", [b": ping\n\n", b"x: y\n\n", b"\n"])
def test_after_an_id_each_ping_and_each_blank_line_is_an_event_with_that_id(nothing: bytes) -> None:
    stream = b"id: 1\ndata: a\n\n" + nothing * 2
    assert decode(nothing + stream) == [Event(data="a", last_event_id="1")]
    phantom = Event(last_event_id="1")
    assert read(nothing + stream) == [Event(data="a", last_event_id="1"), phantom, phantom], CHANGED


@pytest.mark.parametrize(
    ("value", "number"), [("-1", -1), ("+5", 5), ("1_000", 1000), (" 5", 5), ("5 ", 5), ("٣", 3)]
)
def test_whatever_python_takes_for_an_integer_is_a_retry(value: str, number: int) -> None:
    stream = f"retry: {value}\ndata: a\n\n".encode()
    decoder = Decoder()
    decoder.feed(stream)
    assert decoder.retry is None
    assert [event.retry for event in source(iter([stream])).iter_sse()] == [number], CHANGED


def test_an_event_whose_blank_line_ends_in_cr_waits_for_the_next_byte() -> None:
    first, second = b"data: a\r\r", b"data: b\r\r"
    assert Decoder().feed(first) == [Event(data="a")]
    sent = []

    def body() -> Iterator[bytes]:
        for piece in (first, second):
            sent.append(piece)
            yield piece

    assert next(source(body()).iter_sse()).data == "a"
    assert sent == [first, second], CHANGED


def test_a_charset_in_the_content_type_is_obeyed_where_the_standard_always_reads_utf8() -> None:
    stream = "data: é\n\n".encode()
    assert decode(stream) == [Event(data="é")]
    assert read(stream, media_type="text/event-stream; charset=latin-1") == [Event(data="Ã©")], CHANGED


def test_the_status_is_not_looked_at() -> None:
    assert read(b"data: a\n\n", status=500) == [Event(data="a")], CHANGED


def test_a_media_type_in_capitals_is_refused() -> None:
    with pytest.raises(SSEError):
        read(b"data: a\n\n", media_type="Text/Event-Stream")
        pytest.fail(CHANGED)


WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=5)
FIELDS = st.one_of(
    st.builds("{}: {}".format, st.sampled_from(["data", "event", "id", "x", "", " data", "Data"]), WORDS),
    st.sampled_from(["data", "event", "id", "x", "id: \0", "retry: 5", "retry:0030", "retry: soon"]),
).map(str.encode)
BROKEN = st.sampled_from([b"data: \xff", b"data:caf\xc3", b": \xed\xa0\x80"])
LINES = st.tuples(st.one_of(FIELDS, BROKEN), st.sampled_from(ENDS)).map(b"".join)
WITH_DATA = st.tuples(st.lists(LINES).map(b"".join), st.just(b"data: last\n"), st.sampled_from(ENDS)).map(
    b"".join
)


@patient
@given(
    blocks=st.lists(WITH_DATA), rest=st.sampled_from([b"", b"data: lost", b"data: lost\n"]), cuts=st.data()
)
def test_where_each_block_has_data_it_finds_what_the_standard_finds(
    blocks: list[bytes], rest: bytes, cuts: st.DataObject
) -> None:
    stream = b"".join(blocks) + rest
    pieces = in_pieces(stream, cuts.draw(st.lists(st.integers(0, len(stream)))))
    assert read(*pieces) == decode(stream)
    assert asyncio.run(read_async(*pieces)) == decode(stream)
    retries = [event.retry for event in source(iter(pieces)).iter_sse() if event.retry is not None]
    decoder = Decoder()
    decoder.feed(stream)
    assert decoder.retry == (retries[-1] if retries else None)

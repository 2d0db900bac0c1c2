"""Each rule of the WHATWG HTML Standard, "Server-sent events", that an event stream can touch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson_server.events import Decoder, Event, decode
from tests.lesson_server.reference import patient


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_line_end_of_the_standard_ends_a_line(end: str) -> None:
    assert decode(f"data: a{end}data: b{end}{end}".encode()) == [Event(data="a\nb")]


def test_an_event_carries_its_type_data_and_id() -> None:
    assert decode(b"event: token\nid: 7\ndata: hi\n\n") == [Event("token", "hi", "7")]


def test_the_standards_own_examples() -> None:
    stocks = b"data: YHOO\ndata: +2\ndata: 10\n\n"
    assert decode(stocks) == [Event(data="YHOO\n+2\n10")]
    ids = b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
    assert decode(ids) == [
        Event(data="first event", last_event_id="1"),
        Event(data="second event"),
        Event(data=" third event"),
    ]
    assert decode(b"data\n\ndata\ndata\n\ndata:") == [Event(data=""), Event(data="\n")]
    assert decode(b"data:test\n\ndata: test\n\n") == [Event(data="test")] * 2


def test_a_line_end_cut_between_cr_and_lf_is_one_line_end() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: a\r") == []
    assert decoder.feed(b"\ndata: b\r") == []
    assert decoder.feed(b"\n\r") == [Event(data="a\nb")]
    assert decoder.feed(b"\ndata: c\r\n\r\n") == [Event(data="c")]


def test_a_cr_at_the_end_of_a_chunk_dispatches_without_waiting_for_the_next() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: a\r\r") == [Event(data="a")]
    assert decoder.feed(b"\ndata: b\r\r") == [Event(data="b")]


def test_one_leading_byte_order_mark_is_dropped_and_only_one() -> None:
    bom = b"\xef\xbb\xbf"
    assert decode(bom + b"data: a\n\n") == [Event(data="a")]
    assert decode(bom + bom + b"data: a\n\n") == []
    assert decode(b"data: a\n\n" + bom + b"data: b\n\n") == [Event(data="a")]


def test_a_character_cut_across_chunks_is_one_character() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: caf\xc3") == []
    assert decoder.feed(b"\xa9\n\n") == [Event(data="café")]


def test_broken_utf8_becomes_replacement_characters() -> None:
    assert decode(b"data: \xff!\n\n") == [Event(data="\ufffd!")]


def test_one_space_after_the_colon_is_dropped_and_no_more() -> None:
    assert decode(b"data:  two\ndata:\ttab\n\n") == [Event(data=" two\n\ttab")]


def test_field_names_are_case_sensitive_and_not_trimmed() -> None:
    assert decode(b"Data: a\nDATA: b\n data: c\ndata : d\n\n") == []


def test_data_alone_dispatches_an_event_with_empty_data() -> None:
    assert decode(b"data\n\n") == decode(b"data:\n\n") == [Event(data="")]


def test_a_block_without_data_dispatches_nothing_and_forgets_its_type() -> None:
    assert decode(b"event: token\n\ndata: a\n\n") == [Event("message", "a")]


def test_an_empty_type_means_message() -> None:
    assert decode(b"event: token\nevent:\ndata: a\n\n") == [Event("message", "a")]


def test_an_unfinished_event_at_the_end_is_discarded() -> None:
    assert decode(b"data: a\n\ndata: b\n") == [Event(data="a")]


def test_an_id_persists_until_another_or_an_empty_one() -> None:
    stream = b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\nid\ndata: d\n\n"
    assert [event.last_event_id for event in decode(stream)] == ["1", "1", "2", ""]


def test_an_id_with_nul_is_ignored() -> None:
    assert decode(b"id: 1\nid: 2\x00\ndata: a\n\n") == [Event(data="a", last_event_id="1")]


def test_an_id_without_data_counts_for_the_next_connection() -> None:
    decoder = Decoder()
    decoder.feed(b"id: 9\n")
    assert decoder.last_event_id == ""
    assert decoder.feed(b"\n") == []
    assert decoder.last_event_id == "9"


@pytest.mark.parametrize("value", ["soon", "1.5", "-1", "+1", "1e3", "٣", "²", "", " 5", "9" * 5000])
def test_a_retry_that_is_no_number_in_ascii_digits_is_ignored(value: str) -> None:
    decoder = Decoder()
    decoder.feed(f"retry: 300\nretry: {value}\n".encode())
    assert decoder.retry == 300


def test_comments_and_unknown_fields_are_ignored() -> None:
    assert decode(b": ping\n\n:\nfoo: bar\nfoo\ndata: a\n:x\n\n") == [Event(data="a")]


@patient
@given(
    lines=st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), min_size=1)
)
def test_text_framed_line_by_line_comes_back_as_it_was(lines: list[str]) -> None:
    framed = "".join(f"data: {line}\n" for line in lines) + "\n"
    assert decode(framed.encode()) == [Event(data="\n".join(lines))]

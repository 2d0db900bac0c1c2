"""The event stream format a second time, as the grammar it is in the WHATWG HTML Standard, and streams to try it on.

`interpret` reads a whole stream at once with regular expressions and shares nothing with `lesson_server.events`
but the `Event`. Slow and plain: it says what is right.
"""

import re
from itertools import pairwise
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lesson_server.events import Event

BOM = b"\xef\xbb\xbf"

# A machine under load is no failure.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_END = r"(?>\r\n|\r|\n)"  # atomic: a CRLF is never taken for two line ends
_LINE = re.compile(rf"([^:\r\n]*)(?::\x20?([^\r\n]*))?{_END}")  # name and value; a comment has no name
_BLOCK = re.compile(rf"(?:[^\r\n]+{_END})*{_END}")


class Meaning(NamedTuple):
    """What a stream has said by its last byte."""

    events: list[Event]
    last_event_id: str
    retry: int | None


def interpret(stream: bytes) -> Meaning:
    """What the standard finds in `stream`."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    events = []
    last_event_id = ""
    for block in _BLOCK.findall(text):
        lines = _LINE.findall(block)
        data = [value for name, value in lines if name == "data"]
        kinds = ["", *(value for name, value in lines if name == "event")]
        ids = [last_event_id, *(value for name, value in lines if name == "id" and "\0" not in value)]
        last_event_id = ids[-1]
        if data:
            events.append(Event(kinds[-1] or "message", "\n".join(data), last_event_id))
    retries = [None, *(int(value) for value in re.findall(rf"(?<![^\r\n])retry:\x20?([0-9]+){_END}", text))]
    return Meaning(events, last_event_id, retries[-1])


# What the lines of the streams are made of: what the rules speak of, and what lies close beside it.
NAMES = [b"data", b"event", b"id", b"retry", b"", b"x", b"Data", b" data", b"data ", BOM + b"data"]
COLONS = [b": ", b":", b"", b":  ", b":\t"]
VALUES = [
    *(b"", b"a", b"b: c", b" ", b":", b"\0", b"1\x002"),
    *(b"token", b"message", b"error", b"open"),
    *(b"7", b"0030", b"-1", b"1_0", b"1.5", "٣".encode(), b" 5"),
    *("é€😀".encode(), BOM, "\u2028\x85\x0b".encode()),  # Python's splitlines ends lines at these
    *(b"\xff", b"caf\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\xaf"),  # no UTF-8
]
ENDS = [b"\n", b"\r", b"\r\n"]


def random_stream(random: Random) -> bytes:
    """A stream of up to 24 lines, mostly of known fields and often with a byte order mark."""
    stream = random.choice([b"", b"", BOM, BOM + BOM])
    ends = random.choice([[end] for end in ENDS] + [ENDS])
    for _ in range(random.randrange(25)):
        if random.random() < 0.7:
            name = random.choice([b"data", *NAMES[:4]] if random.random() < 0.8 else NAMES)
            stream += name + random.choice(COLONS) + random.choice(VALUES)
        stream += random.choice(ends)
    return stream


_WORDS = st.one_of(st.sampled_from(VALUES), st.binary(max_size=5))
_LINES = st.builds(b"".join, st.tuples(st.sampled_from(NAMES), st.sampled_from(COLONS), _WORDS))
_ENDED = st.tuples(st.one_of(st.just(b""), _LINES), st.sampled_from(ENDS)).map(b"".join)
STREAMS = st.one_of(
    st.builds(bytes.__add__, st.sampled_from([b"", BOM, BOM[:2]]), st.lists(_ENDED).map(b"".join)),
    st.lists(st.sampled_from([*NAMES, *COLONS, *VALUES, *ENDS])).map(b"".join),
    st.binary(),
)


def in_pieces(stream: bytes, cuts: list[int]) -> list[bytes]:
    """`stream` cut at each of these places, in whatever order they are given."""
    places = [0, *sorted(cuts), len(stream)]
    return [stream[start:end] for start, end in pairwise(places)]

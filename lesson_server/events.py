"""What an event stream means: bytes in, events out.

The rules are those of the WHATWG HTML Standard, "Server-sent events", section
"Interpreting an event stream". Nothing here opens a socket or looks at a clock.
"""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass

_LINE_END = re.compile("\r\n|\r|\n")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a browser's `EventSource` would hand it over, with the standard's own names."""

    type: str = "message"
    data: str = ""
    last_event_id: str = ""


class Decoder:
    """Turns the bytes of one stream into events, however the network cut them.

    Attributes:
        retry: the reconnection time the stream asked for, in milliseconds; None if it asked for none.
        last_event_id: what a client would send as `Last-Event-ID` if the stream ended now.
    """

    def __init__(self) -> None:
        self.retry: int | None = None
        self.last_event_id = ""
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._at_start = True
        self._after_cr = False
        self._line: list[str] = []  # the pieces of a line that has not ended yet
        self._type = ""
        self._data: list[str] = []
        self._id = ""

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes and return the events they complete, in order.

        An event is returned as soon as its blank line ends. What no blank line has ended is kept for
        the next call; at the end of the stream it is discarded, as the standard asks, by never asking again.
        """
        text = self._utf8.decode(chunk)
        if not text:
            return []
        if self._at_start:
            self._at_start = False
            text = text.removeprefix(_BOM)
        elif self._after_cr:
            # The CR ended its line when it came; an LF right behind it belongs to the same line end.
            text = text.removeprefix("\n")
            self._after_cr = False
        if text:
            self._after_cr = text.endswith("\r")
        return [event for line in self._lines(text) if (event := self._take(line)) is not None]

    def _lines(self, text: str) -> list[str]:
        """The lines that `text` ends; the rest waits for its line end."""
        head, *tail = _LINE_END.split(text)
        self._line.append(head)
        if not tail:
            return []
        ended = ["".join(self._line), *tail[:-1]]
        self._line = [tail[-1]]
        return ended

    def _take(self, line: str) -> Event | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(":")  # a comment has an empty name, which is no field
        value = value.removeprefix(" ")
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._type = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                with suppress(ValueError):  # more digits than Python reads as a number
                    self.retry = int(value)
        return None

    def _dispatch(self) -> Event | None:
        kind, self._type = self._type, ""
        lines, self._data = self._data, []
        self.last_event_id = self._id
        return Event(kind or "message", "\n".join(lines), self._id) if lines else None


def decode(stream: bytes) -> list[Event]:
    """The events of a whole stream, in order; an unfinished last event is discarded."""
    return Decoder().feed(stream)

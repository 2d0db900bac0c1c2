"""What was seen of an answer while it ran: facts, no opinion.

The child process fills these models and sends them as JSON; the parent reads them back. Reading is strict:
a report that is not of this shape is no report. Seconds are virtual throughout.
"""

from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from lesson_server.events import Decoder, Event

READY = b"ready\n"  # what a child writes before it runs its answer; the report follows


Ended = Literal["finished", "torn", "unfinished", "too-long"]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Request(Model):
    """One HTTP request that the parent asks the child to make."""

    method: str
    path: str
    query: str = ""
    body: JsonValue = None


class Job(Model):
    """What a child is given: the answer's text, and rounds of requests; those of one round go out together."""

    text: str
    rounds: tuple[tuple[Request, ...], ...]


class Trouble(Model):
    """An exception: its type's name, its message, the line of the answer it came from, the name it missed."""

    type: str
    message: str
    line: int | None = None
    name: str | None = None


class Content(Model):
    """What was handed to EventSourceResponse: the kind of object, and where the answer defines it."""

    kind: str
    name: str | None = None
    line: int | None = None


class Yielded(Model):
    """One event as it was yielded: the fields it was given and the Python type of each."""

    fields: dict[str, str]


class Chunk(Model):
    """Bytes that left for the client, and when (virtual seconds since its request)."""

    at: float
    body: bytes


class Response(Model):
    """What one client saw of one request, and what the child can add to explain it.

    `ended` is "finished", "torn" (the connection broke without the last byte), "unfinished" (still open when
    the run was given up) or "too-long" (more was sent than is read).
    """

    status: int
    headers: dict[str, str]
    chunks: tuple[Chunk, ...]
    ended: Ended
    seconds: float
    trouble: Trouble | None = None
    content: Content | None = None
    yielded: tuple[Yielded, ...] = ()

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def opens_a_stream(self) -> bool:
        """Whether a client takes this for a stream of events: status 200, `text/event-stream`."""
        return self.status == 200 and self.media_type == "text/event-stream"

    @property
    def body(self) -> bytes:
        return b"".join(chunk.body for chunk in self.chunks)

    @property
    def text(self) -> str:
        """The body as a client decodes it: UTF-8, with a replacement for what is not."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def events(self) -> tuple[tuple[float, Event], ...]:
        """The events that a client of this stream reads, each with the virtual second it arrived in.

        An event arrives with the chunk that completes it (WHATWG HTML, "Server-sent events").
        """
        decoder = Decoder()
        return tuple((chunk.at, event) for chunk in self.chunks for event in decoder.feed(chunk.body))


class Blocked(Model):
    """A call that stopped the event loop: what it was, on which line, for how many virtual seconds."""

    call: str
    line: int | None
    seconds: float


class Warned(Model):
    """A warning that Python gave while the answer ran."""

    category: str
    message: str
    line: int | None


class Observation(Model):
    """Everything seen of one answer in one run.

    `start` is the exception that kept the answer from being run to its end once, before any request.
    `app` tells whether the answer has an app to send requests to.
    """

    start: Trouble | None = None
    app: bool = False
    rounds: tuple[tuple[Response, ...], ...] = ()
    blocked: tuple[Blocked, ...] = ()
    warnings: tuple[Warned, ...] = ()
    stopped: Literal["cpu", "memory", "still", "exited"] | None = None
    stopped_line: int | None = None
    detail: str = ""

    @property
    def responses(self) -> tuple[Response, ...]:
        return tuple(response for together in self.rounds for response in together)

"""The lesson's own app, route by route. The notebooks from 3 on show it piece by piece.

`/whole` and `/stream` give one answer in two ways; `/ask` streams by POST; `/count` can be resumed; `/primes`
computes; `/flood` sends more than a slow client can take; `/health` is what a second client asks for.
Most take `?pace=` (seconds for each piece) and `?fault=` (torn, silence, upstream) with `?after=` (pieces).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from lesson_server.agent import event
from lesson_server.agent import router as agent_router
from lesson_server.work import AskedWork, UpstreamFailed, Work

ANSWER = "Streaming shortens the wait, not the work itself."

app = FastAPI(title="The lesson's own app")
app.include_router(agent_router)


# ---- one answer, in two ways ------------------------------------------------------------------------------


async def words(text: str, work: Work) -> AsyncIterator[str]:
    """The words of `text`, one after the other, each after its share of the work."""
    for number, word in enumerate(text.split()):
        await work.on(number)
        yield word


@app.get("/whole")
async def whole(work: AskedWork) -> dict[str, str]:
    """Make every word, then answer once."""
    return {"answer": " ".join([word async for word in words(ANSWER, work)])}


@app.get("/stream")
async def stream(work: AskedWork) -> EventSourceResponse:
    """Send every word as soon as it is made, then say that this was all."""
    return EventSourceResponse(tell(ANSWER, work))


async def tell(text: str, work: Work) -> AsyncIterator[dict[str, Any]]:
    """A token event for each word, then done. If the work behind it fails, error comes last instead."""
    count = 0
    try:
        async for word in words(text, work):
            yield event("token", word)
            count += 1
    except UpstreamFailed as failure:
        yield event("error", {"message": str(failure)})
        return
    yield event("done", {"words": count})


# ---- by POST ----------------------------------------------------------------------------------------------


class Question(BaseModel):
    """What a client sends in the body of a POST, as JSON."""

    text: str = Field(min_length=1, max_length=2000)


@app.post("/ask")
async def ask(question: Question, work: AskedWork) -> EventSourceResponse:
    """Stream an answer to a question that is too long, or too private, for an address."""
    return EventSourceResponse(tell(f"You asked: {question.text}", work))


# ---- a stream that can be resumed -------------------------------------------------------------------------


@app.get("/count")
async def count(
    work: AskedWork,
    to: Annotated[int, Query(ge=0, le=10_000)] = 10,
    last_event_id: Annotated[int, Header(ge=0)] = 0,
) -> EventSourceResponse:
    """Count up to `to`, and go on behind the last number that this client has seen."""
    return EventSourceResponse(numbers(last_event_id + 1, to, work))


async def numbers(first: int, last: int, work: Work) -> AsyncIterator[dict[str, Any]]:
    """Each number with itself as the id; a client that loses the connection asks again after 100 ms."""
    for number in range(first, last + 1):
        await work.on(number - first)
        yield {**event("number", number), "id": str(number), "retry": 100}
    yield event("done", last)


# ---- work that would block the loop -----------------------------------------------------------------------


@app.get("/primes")
async def primes(to: Annotated[int, Query(ge=10, le=200_000)] = 50_000) -> EventSourceResponse:
    """Count the primes below `to`, a tenth at a time. In a thread, so that the loop stays free for others."""

    async def events() -> AsyncIterator[dict[str, Any]]:
        for part in range(10):
            found = await asyncio.to_thread(count_primes, to * part // 10, to * (part + 1) // 10)
            yield event("primes", found)
        yield event("done", to)

    return EventSourceResponse(events())


def count_primes(first: int, end: int) -> int:
    """How many primes there are from `first` to `end`, without `end`. Slow, as a long computation is."""
    return sum(
        all(number % divisor for divisor in range(2, int(number**0.5) + 1))
        for number in range(max(2, first), end)
    )


@app.get("/health")
async def health() -> dict[str, str]:
    """What a monitor asks all day, to see that the server answers."""
    return {"status": "ok"}


# ---- more than a slow client can take ---------------------------------------------------------------------


@app.get("/flood")
async def flood(
    events: Annotated[int, Query(ge=0, le=2000)] = 500,
    size: Annotated[int, Query(ge=1, le=1_000_000)] = 100_000,
) -> EventSourceResponse:
    """Send `events` events of `size` characters each, as fast as the client takes them."""

    async def pieces() -> AsyncIterator[dict[str, Any]]:
        for _ in range(events):
            await asyncio.sleep(0)
            yield event("piece", "x" * size)
        yield event("done", events)

    return EventSourceResponse(pieces())

"""The lesson's own app: one answer, sent whole or word by word."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import FastAPI, Query
from sse_starlette import EventSourceResponse

ANSWER = "Streaming shortens the wait, not the work itself."

Pace = Annotated[float, Query(ge=0, le=5, description="seconds of work before each word")]

app = FastAPI(title="The lesson's own app")


async def words(pace: float) -> AsyncIterator[str]:
    """The words of the answer, one after each `pace` seconds of work."""
    for word in ANSWER.split():
        await asyncio.sleep(pace)  # stands for the work of making a word
        yield word


@app.get("/whole")
async def whole(pace: Pace = 0.1) -> dict[str, str]:
    """Make every word, then answer once."""
    return {"answer": " ".join([word async for word in words(pace)])}


@app.get("/stream")
async def stream(pace: Pace = 0.1) -> EventSourceResponse:
    """Send every word as soon as it is made, then say that this was all."""

    async def events() -> AsyncIterator[dict[str, str]]:
        count = 0
        async for word in words(pace):
            count += 1
            yield {"event": "token", "data": json.dumps(word)}
        yield {"event": "done", "data": json.dumps({"words": count})}

    return EventSourceResponse(events())

# FastAPI's own EventSourceResponse, as its documentation has it
import asyncio
from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

app = FastAPI()


@app.get("/countdown", response_class=EventSourceResponse)
async def countdown(start: int) -> AsyncIterable[ServerSentEvent]:
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield ServerSentEvent(data=number, event="tick")

# FastAPI's own EventSourceResponse, as its documentation has it
import asyncio
from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

app = FastAPI()


@app.post("/report", response_class=EventSourceResponse)
async def stream_report(steps: list[dict]) -> AsyncIterable[ServerSentEvent]:
    for step in steps:
        await asyncio.sleep(0.1)
        yield ServerSentEvent(data=step, event="step")

# json.dumps handed to FastAPI's own ServerSentEvent
import asyncio
import json
from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

app = FastAPI()


@app.post("/report", response_class=EventSourceResponse)
async def stream_report(steps: list[dict]) -> AsyncIterable[ServerSentEvent]:
    for step in steps:
        await asyncio.sleep(0.1)
        yield ServerSentEvent(data=json.dumps(step), event="step")

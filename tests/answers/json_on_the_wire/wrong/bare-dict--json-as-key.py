# a key named json beside the event
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield ServerSentEvent(event="step", json=json.dumps(step))


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

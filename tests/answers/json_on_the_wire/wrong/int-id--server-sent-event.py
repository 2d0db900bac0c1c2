# a ServerSentEvent whose id is a counter
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()


async def report(steps):
    n = 0
    for step in steps:
        await asyncio.sleep(0.1)
        n += 1
        event = ServerSentEvent(json.dumps(step), event="step", id=n)
        yield event


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

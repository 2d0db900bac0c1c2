# the events are collected and returned
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    events = []
    for step in steps:
        await asyncio.sleep(0.1)
        events.append({"event": "step", "data": json.dumps(step)})
    return events


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

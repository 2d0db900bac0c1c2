# ServerSentEvent with the dict as data
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()


async def report(steps: list[dict]):
    for step in steps:
        await asyncio.sleep(0.1)
        yield ServerSentEvent(data=step, event="step")


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

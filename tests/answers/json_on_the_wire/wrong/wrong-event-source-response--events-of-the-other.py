# ServerSentEvent of FastAPI, EventSourceResponse of sse_starlette
import asyncio
import json

from fastapi import FastAPI
from fastapi.sse import ServerSentEvent
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield ServerSentEvent(data=step, event="step")


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

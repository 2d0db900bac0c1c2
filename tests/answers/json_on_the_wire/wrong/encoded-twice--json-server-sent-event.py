# json.dumps handed to JSONServerSentEvent
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, JSONServerSentEvent

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield JSONServerSentEvent(data=json.dumps(step), event="step")


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

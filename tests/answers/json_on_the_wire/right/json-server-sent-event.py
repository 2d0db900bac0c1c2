# JSONServerSentEvent is handed the dict
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, JSONServerSentEvent

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield JSONServerSentEvent(data=step, event="step")


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

# JSON of the text that str() makes
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        # data must be a string, and then JSON
        yield {"event": "step", "data": json.dumps(str(step))}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

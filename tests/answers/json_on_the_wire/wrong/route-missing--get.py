# the endpoint takes GET, since EventSource uses it
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(step)}


@app.get("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

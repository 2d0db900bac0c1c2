# json.dump into a StringIO
import asyncio
import io
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        buffer = io.StringIO()
        json.dump(step, buffer)
        yield {"event": "step", "data": buffer.getvalue()}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

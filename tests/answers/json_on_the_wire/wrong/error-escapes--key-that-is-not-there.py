# expects a key args in every step
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        data = {"tool": step["tool"], "args": step["args"]}
        yield {"event": "step", "data": json.dumps(data)}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

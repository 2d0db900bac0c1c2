# an argument that json.dumps no longer has
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(step, encoding="utf-8")}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

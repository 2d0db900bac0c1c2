# a note in front of the JSON
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for number, step in enumerate(steps, 1):
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": f"step {number}: {json.dumps(step)}"}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

# dumps and loads: text and back, so it is a dict again
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        # make it json
        data = json.loads(json.dumps(step))
        yield {"event": "step", "data": data}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

# every value of a step has to be text here
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(step)}


@app.post("/report")
async def stream_report(steps: list[dict[str, str]]):
    return EventSourceResponse(report(steps))

# the steps read from the request itself
import asyncio
import json as js

from fastapi import FastAPI, Request
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        if not isinstance(step, str):
            step = js.dumps(step)
        yield {"event": "step", "data": step}


@app.post("/report")
async def stream_report(request: Request):
    steps = await request.json()
    return EventSourceResponse(report(steps))

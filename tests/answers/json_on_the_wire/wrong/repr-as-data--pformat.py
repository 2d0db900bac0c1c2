# pprint.pformat
import asyncio
from pprint import pformat
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": pformat(step, width=40)}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

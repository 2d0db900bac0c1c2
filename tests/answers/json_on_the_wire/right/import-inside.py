# json is imported inside the function
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    from json import dumps as to_json

    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": to_json(step)}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

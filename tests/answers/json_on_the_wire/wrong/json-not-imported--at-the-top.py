# json is missing, and it is used as soon as the cell runs
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

to_json = json.dumps


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": to_json(step)}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

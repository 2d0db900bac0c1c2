# every event has an id, as text
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for n, step in enumerate(steps, start=1):
        await asyncio.sleep(0.1)
        yield {"id": str(n), "event": "step", "data": json.dumps(step), "retry": 3000}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

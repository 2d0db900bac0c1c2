# the id is a number
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def report(steps):
    for i, step in enumerate(steps):
        await asyncio.sleep(0.1)
        yield {"event": "step", "id": i, "data": json.dumps(step)}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

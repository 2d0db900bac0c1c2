# "data: " in front of the JSON, inside the field data
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        data = "data: " + json.dumps(step) + "\n\n"
        yield {"event": "step", "data": data}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

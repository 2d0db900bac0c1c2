# the endpoint encodes, and the generator does it again
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
async def stream_report(steps: list[dict]):
    texts = [json.dumps(step) for step in steps]
    return EventSourceResponse(report(texts))

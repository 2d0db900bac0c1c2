# from json import dumps, and then json.dumps
import asyncio
from json import dumps
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def encode(step):
    return json.dumps(step)

async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": encode(step)}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

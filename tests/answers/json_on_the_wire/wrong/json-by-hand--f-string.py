# an f-string for every pair, joined with commas
import asyncio
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        pairs = [f'"{key}": "{value}"' for key, value in step.items()]
        yield {"event": "step", "data": "{" + ", ".join(pairs) + "}"}

@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

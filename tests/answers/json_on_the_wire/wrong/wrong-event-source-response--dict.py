# FastAPI's own SSE, given a dict of fields as sse_starlette takes it
import asyncio
import json

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse

app = FastAPI()


@app.post("/report", response_class=EventSourceResponse)
async def stream_report(steps: list[dict]):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(step)}

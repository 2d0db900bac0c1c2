# StreamingResponse with no media type
import asyncio
import json

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield f"event: step\ndata: {json.dumps(step)}\n\n"


@app.post("/report")
async def stream_report(steps: list[dict]):
    return StreamingResponse(report(steps))

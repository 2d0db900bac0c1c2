# one line of JSON for each step, which is another format
import asyncio
import json

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield json.dumps(step) + "\n"


@app.post("/report")
async def stream_report(steps: list[dict]):
    return StreamingResponse(report(steps), media_type="application/x-ndjson")

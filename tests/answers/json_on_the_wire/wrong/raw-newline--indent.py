# JSON over several lines, framed by hand
import asyncio
import json

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        data = json.dumps(step, indent=4)
        yield f"event: step\ndata: {data}\n\n"


@app.post("/report")
async def stream_report(steps: list[dict]):
    return StreamingResponse(report(steps), media_type="text/event-stream")

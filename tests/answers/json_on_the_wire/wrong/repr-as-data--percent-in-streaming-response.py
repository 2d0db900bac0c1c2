# StreamingResponse, framed well, with %s for the step
import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield "event: step\ndata: %s\n\n" % step


@app.post("/report")
async def stream_report(steps: list[dict]):
    return StreamingResponse(report(steps), media_type="text/event-stream")

# json.dumps, and then the line breaks are put back
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        # \n looked ugly on the page
        yield {"event": "step", "data": json.dumps(step).replace("\\n", "\n")}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

# the generator function is not called
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


@app.post("/report")
async def stream_report(steps: list[dict]):
    async def report():
        for step in steps:
            await asyncio.sleep(0.1)
            yield {"event": "step", "data": json.dumps(step)}

    return EventSourceResponse(report)

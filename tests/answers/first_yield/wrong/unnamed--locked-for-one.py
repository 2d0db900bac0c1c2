# a lock around the countdown: the second client waits for the first
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()
lock = asyncio.Lock()


async def countdown(start):
    async with lock:
        for number in range(start, 0, -1):
            await asyncio.sleep(1)
            yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

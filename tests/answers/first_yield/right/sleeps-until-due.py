# sleeps until the next number is due, by the clock, so that nothing adds up
import asyncio
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    began = time.monotonic()
    for turn, number in enumerate(range(start, 0, -1), 1):
        due = began + turn
        await asyncio.sleep(due - time.monotonic())
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

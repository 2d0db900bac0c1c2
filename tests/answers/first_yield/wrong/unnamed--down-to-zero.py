# goes down to 0
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    while start >= 0:
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(start)}
        start = start - 1


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

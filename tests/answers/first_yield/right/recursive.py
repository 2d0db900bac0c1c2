# a generator that calls itself for the rest
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    if start <= 0:
        return
    await asyncio.sleep(1)
    yield {"event": "tick", "data": json.dumps(start)}
    async for tick in countdown(start - 1):
        yield tick


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

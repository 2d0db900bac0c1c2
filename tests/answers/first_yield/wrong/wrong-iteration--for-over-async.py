# a plain for over an async generator
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def numbers(start):
    for n in range(start, 0, -1):
        await asyncio.sleep(1)
        yield n


async def countdown(start):
    for n in numbers(start):
        yield {"event": "tick", "data": json.dumps(n)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

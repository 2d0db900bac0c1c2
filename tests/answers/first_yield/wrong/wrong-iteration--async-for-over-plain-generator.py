# async for over a generator that is not async
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def numbers(start):
    while start > 0:
        yield start
        start -= 1


async def countdown(start):
    async for number in numbers(start):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# the helper that should return the numbers returns nothing
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def numbers(start):
    list(range(start, 0, -1))


async def countdown(start):
    for number in numbers(start):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

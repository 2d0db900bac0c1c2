# a helper generator for the numbers, stepped through with async for
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def numbers(start):
    for n in range(start, 0, -1):
        await asyncio.sleep(1)
        yield n


async def as_events(source):
    async for n in source:
        yield dict(event="tick", data=json.dumps(n))


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(as_events(numbers(start)))

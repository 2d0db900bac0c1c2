# one turn too many through a list of the numbers
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    numbers = list(range(start, 0, -1))
    i = 0
    while i <= start:
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(numbers[i])}
        i += 1


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

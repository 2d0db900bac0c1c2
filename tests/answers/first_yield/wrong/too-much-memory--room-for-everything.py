# makes room for everything that may ever come
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    history = [None] * 10**10
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        history[number] = number
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

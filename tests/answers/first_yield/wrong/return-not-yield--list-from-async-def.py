# the starter as it was: the list is returned from an async def
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    ticks = []
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        ticks.append({"event": "tick", "data": json.dumps(number)})
    return ticks


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

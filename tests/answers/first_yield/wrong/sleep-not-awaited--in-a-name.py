# the sleep is kept in a name and never awaited
from asyncio import sleep
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    for number in range(start, 0, -1):
        yield {"event": "tick", "data": json.dumps(number)}
        pause = sleep(1)


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

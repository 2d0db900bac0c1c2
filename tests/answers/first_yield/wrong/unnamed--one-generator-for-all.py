# one counter for all clients, as a global name
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()
number = 0


async def countdown():
    global number
    while number > 0:
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}
        number -= 1


@app.get("/countdown")
async def launch(start: int):
    global number
    number = start
    return EventSourceResponse(countdown())

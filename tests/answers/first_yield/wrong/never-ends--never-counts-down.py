# the line that counts down is missing, and the sleep stands after the loop
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    number = start
    while number > 0:
        yield {"event": "tick", "data": json.dumps(number)}
    await asyncio.sleep(1)


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# raises StopAsyncIteration to end the stream
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    number = start
    while True:
        if number < 1:
            raise StopAsyncIteration
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}
        number -= 1


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

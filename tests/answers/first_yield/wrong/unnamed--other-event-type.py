# the event type is Tick, with a capital letter
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()


async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield ServerSentEvent(json.dumps(number), event="Tick")


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

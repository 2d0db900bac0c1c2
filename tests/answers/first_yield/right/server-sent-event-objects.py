# ServerSentEvent objects in place of dicts
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()


async def countdown(start: int):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        event = ServerSentEvent(data=json.dumps(number), event="tick", id=str(number))
        yield event


@app.get("/countdown")
async def launch(start: int) -> EventSourceResponse:
    return EventSourceResponse(countdown(start))

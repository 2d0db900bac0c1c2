# a comment first, and id and retry with the ticks
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    yield {"comment": "here we go"}
    for i, number in enumerate(range(start, 0, -1)):
        await asyncio.sleep(1)
        yield {"event": "tick", "id": str(i), "retry": 5000, "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start), ping=2)

# keeps everything that was sent, twice, in every turn
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    history = ["tick"]
    for number in range(start, 0, -1):
        while len(history) < 10**10:
            history = history + history
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

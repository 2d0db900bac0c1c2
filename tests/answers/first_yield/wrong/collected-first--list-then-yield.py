# fills the list as before, then yields what is in it
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
    for tick in ticks:
        yield tick


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# an async generator expression over a helper
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def after_a_second(number):
    await asyncio.sleep(1)
    return {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    events = (await after_a_second(n) for n in range(start, 0, -1))
    return EventSourceResponse(events)

# the endpoint makes a tuple itself
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


@app.get("/countdown")
async def launch(start: int):
    ticks = ()
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        ticks += ({"event": "tick", "data": json.dumps(number)},)
    return EventSourceResponse(ticks)

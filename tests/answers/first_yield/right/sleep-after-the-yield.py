# a while loop that yields first and sleeps afterwards
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    n = start
    while n >= 1:
        yield {"event": "tick", "data": json.dumps(n)}
        n -= 1
        if n:
            await asyncio.sleep(1)


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

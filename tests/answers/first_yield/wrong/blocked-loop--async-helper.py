# an async helper that is awaited, with time.sleep in it
import asyncio
import json
import time
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def work(number):
    # pretend to compute something
    time.sleep(1)
    return json.dumps(number)

async def countdown(start):
    for number in range(start, 0, -1):
        data = await work(number)
        yield {"event": "tick", "data": data}
        await asyncio.sleep(0)

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

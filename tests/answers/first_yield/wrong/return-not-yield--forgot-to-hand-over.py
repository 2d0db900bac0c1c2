# makes every event and hands over none: neither yield nor return
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        tick = {"event": "tick", "data": json.dumps(number)}
        print(tick)

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# async for over an async function that returns a list
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def numbers(start):
    return [n for n in range(start, 0, -1)]

async def countdown(start):
    async for number in numbers(start):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# asyncio.gather waits for all the numbers at once, then they are yielded
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def tick(number):
    await asyncio.sleep(1)
    return {"event": "tick", "data": json.dumps(number)}

async def countdown(start):
    jobs = [tick(number) for number in range(start, 0, -1)]
    for event in await asyncio.gather(*jobs):
        yield event

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

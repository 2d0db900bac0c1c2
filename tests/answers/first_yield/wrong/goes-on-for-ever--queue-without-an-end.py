# the consumer of a queue never learns that the producer is done
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def produce(queue, start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        await queue.put(number)

async def countdown(start):
    queue = asyncio.Queue()
    task = asyncio.create_task(produce(queue, start))
    while True:
        number = await queue.get()
        yield {"event": "tick", "data": json.dumps(number)}

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

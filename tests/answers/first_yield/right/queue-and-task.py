# a producer task that feeds an asyncio.Queue
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()
END = object()


async def produce(queue, start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        await queue.put(number)
    await queue.put(END)


async def countdown(start):
    queue = asyncio.Queue()
    task = asyncio.create_task(produce(queue, start))
    try:
        while True:
            item = await queue.get()
            if item is END:
                break
            yield {"event": "tick", "data": json.dumps(item)}
    finally:
        task.cancel()


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

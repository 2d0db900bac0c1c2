# only the text, and one number too many
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def tick(start):
    while start >= 0:
        await asyncio.sleep(1)
        yield json.dumps(start)
        start -= 1


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(tick(start))

# itertools.count counts on past 1
import asyncio
import itertools
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    for number in itertools.count(start, -1):
        yield {"event": "tick", "data": json.dumps(number)}
        await asyncio.sleep(1)


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

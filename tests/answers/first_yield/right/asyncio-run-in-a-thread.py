# a plain generator that runs asyncio.sleep to its end in its own thread
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def countdown(start):
    for number in range(start, 0, -1):
        # await is not allowed in a plain def
        asyncio.run(asyncio.sleep(1))
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

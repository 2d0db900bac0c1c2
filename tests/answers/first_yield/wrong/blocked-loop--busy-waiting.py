# waits by looking at the clock again and again
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def wait(seconds):
    end = time.time() + seconds
    while time.time() < end:
        time.sleep(0.1)


async def countdown(start):
    for number in range(start, 0, -1):
        wait(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# a helper that looks harmless does the sleeping
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def wait_a_second():
    """Pause between two numbers."""
    time.sleep(1)


async def countdown(start):
    for number in range(start, 0, -1):
        wait_a_second()
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

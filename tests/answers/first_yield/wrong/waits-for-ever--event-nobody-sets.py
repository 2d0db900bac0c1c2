# waits for an event that nobody sets
import json
import threading

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    due = threading.Event()
    for number in range(start, 0, -1):
        due.wait()
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# a plain def generator with time.sleep: it runs in a thread
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


# no async here on purpose, sse-starlette puts a normal generator into a thread
def countdown(start):
    for number in range(start, 0, -1):
        time.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

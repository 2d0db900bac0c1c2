# a plain def that sleeps, and returns the list at the end
import time
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def countdown(start):
    ticks = []
    for number in range(start, 0, -1):
        time.sleep(1)
        ticks.append({"event": "tick", "data": json.dumps(number)})
    return ticks


@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

# a plain generator with return in its loop
import json
import time
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def countdown(start):
    ticks = []
    for number in range(start, 0, -1):
        time.sleep(1)
        tick = {"event": "tick", "data": json.dumps(number)}
        ticks.append(tick)
        yield tick
        return ticks

@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

# a plain def that fills a list, and hands nothing back
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()
ticks = []


def countdown(start):
    for number in range(start, 0, -1):
        time.sleep(1)
        ticks.append({"event": "tick", "data": json.dumps(number)})


@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

# a plain generator with time.sleep, but list() around the call
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def countdown(start):
    for number in range(start, 0, -1):
        time.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(list(countdown(start)))

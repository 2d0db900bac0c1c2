# a plain def that returns the first dict
import json
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def countdown(start):
    for number in range(start, 0, -1):
        time.sleep(1)
        return {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

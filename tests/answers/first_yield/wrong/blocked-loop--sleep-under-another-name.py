# from time import sleep, under another name
import json
from time import sleep as nap
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def countdown(start):
    while start:
        nap(1)
        yield {"event": "tick", "data": json.dumps(start)}
        start -= 1

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

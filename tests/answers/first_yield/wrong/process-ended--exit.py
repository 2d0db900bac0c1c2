# exit() to end the countdown
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    number = start
    while True:
        if number == 0:
            exit()
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}
        number -= 1


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

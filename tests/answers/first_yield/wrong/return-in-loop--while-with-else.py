# a while loop whose else branch returns too early
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    number = start
    while True:
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}
        number -= 1
        if number == 0:
            break
        else:
            return  # done


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

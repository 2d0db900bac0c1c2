# a class with __aiter__ and __anext__
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


class Countdown:
    """Counts down, one number a second."""

    def __init__(self, start: int) -> None:
        self.current = start

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.current < 1:
            raise StopAsyncIteration
        await asyncio.sleep(1)
        number = self.current
        self.current -= 1
        return {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(Countdown(start))

# a bound method, not called
import asyncio
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

class Countdown:
    def __init__(self, start):
        self.start = start

    async def run(self):
        for number in range(self.start, 0, -1):
            await asyncio.sleep(1)
            yield {"event": "tick", "data": json.dumps(number)}

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(Countdown(start).run)

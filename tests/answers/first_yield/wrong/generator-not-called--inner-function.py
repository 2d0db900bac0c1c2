# an inner generator function, not called
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


@app.get("/countdown")
async def launch(start: int):
    async def event_generator():
        for number in range(start, 0, -1):
            await asyncio.sleep(1)
            yield {"event": "tick", "data": json.dumps(number)}

    response = EventSourceResponse(event_generator)
    return response

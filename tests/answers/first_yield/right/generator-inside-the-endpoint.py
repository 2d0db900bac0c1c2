# the generator stands inside the endpoint and sees start from there
import asyncio, json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

@app.get("/countdown")
async def launch(start: int):
    async def ticks():
        for number in range(start, 0, -1):
            await asyncio.sleep(1)
            yield {"event": "tick", "data": json.dumps(number)}
    return EventSourceResponse(ticks())

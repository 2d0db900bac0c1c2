# anyio.sleep in place of asyncio.sleep, number as int data
import anyio
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    for number in range(start, 0, -1):
        await anyio.sleep(1)
        # an int is the same text in JSON
        yield {"event": "tick", "data": number}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

# one line end after the data
import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()


async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield f"event: tick\ndata: {number}\n"


@app.get("/countdown")
async def launch(start: int):
    return StreamingResponse(countdown(start), media_type="text/event-stream")

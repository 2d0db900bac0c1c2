# builds one text of all the events, and returns it
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start: int) -> str:
    out = ""
    while start > 0:
        await asyncio.sleep(1)
        out += f"event: tick\ndata: {start}\n\n"
        start -= 1
    return out


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

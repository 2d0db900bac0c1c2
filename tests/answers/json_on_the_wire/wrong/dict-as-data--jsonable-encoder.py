# jsonable_encoder, which gives a dict and not text
import asyncio

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": jsonable_encoder(step)}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

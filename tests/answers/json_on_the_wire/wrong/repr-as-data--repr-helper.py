# a helper called to_json that uses repr()
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def to_json(value) -> str:
    return repr(value)


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        event = {"event": "step", "data": to_json(step)}
        yield event


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

# str() with quotes, None, True and False replaced
import asyncio

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def to_json(step):
    text = str(step)
    for old, new in [("'", '"'), ("None", "null"), ("True", "true"), ("False", "false")]:
        text = text.replace(old, new)
    return text


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": to_json(step)}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

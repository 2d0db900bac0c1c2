# changes the values before they are encoded
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def clean(step):
    """A data line must not have a line break in it, and None is not JSON."""
    result = {}
    for key, value in step.items():
        if value is None:
            value = "null"
        if isinstance(value, str):
            value = value.replace("\r", "").replace("\n", " ")
        result[key] = value
    return result


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(clean(step))}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

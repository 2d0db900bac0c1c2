# a TypeAdapter writes the JSON as bytes
import asyncio

from fastapi import FastAPI
from pydantic import TypeAdapter
from sse_starlette import EventSourceResponse

app = FastAPI()
step_adapter = TypeAdapter(dict)


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        data = step_adapter.dump_json(step)
        yield {"event": "step", "data": data.decode("utf-8")}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

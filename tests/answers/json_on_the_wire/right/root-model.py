# a Pydantic RootModel writes the JSON
import asyncio
from typing import Any

from fastapi import FastAPI
from pydantic import RootModel
from sse_starlette import EventSourceResponse

app = FastAPI()


class Step(RootModel[dict[str, Any]]):
    pass


async def report(steps: list[Step]):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": step.model_dump_json()}


@app.post("/report")
async def stream_report(steps: list[Step]):
    return EventSourceResponse(report(steps))

# a model that expects {"steps": [...]}
import asyncio
import json
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from sse_starlette import EventSourceResponse

app = FastAPI()


class Report(BaseModel):
    steps: list[dict[str, Any]]


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(step)}


@app.post("/report")
async def stream_report(body: Report):
    return EventSourceResponse(report(body.steps))

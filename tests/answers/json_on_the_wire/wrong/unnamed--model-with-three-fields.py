# a model that knows three fields only
import asyncio
from typing import Optional

from fastapi import FastAPI
from pydantic import BaseModel
from sse_starlette import EventSourceResponse

app = FastAPI()


class Step(BaseModel):
    tool: str
    text: Optional[str] = None
    found: Optional[str] = None


async def report(steps: list[Step]):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": step.model_dump_json()}


@app.post("/report")
async def stream_report(steps: list[Step]):
    return EventSourceResponse(report(steps))

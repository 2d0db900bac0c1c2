# a Pydantic model is handed over as it is
import asyncio

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sse_starlette import EventSourceResponse

app = FastAPI()


class Step(BaseModel):
    model_config = ConfigDict(extra="allow")

    tool: str


async def report(steps: list[Step]):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": step}


@app.post("/report")
async def stream_report(steps: list[Step]):
    return EventSourceResponse(report(steps))

# a model that knows tool and keeps the rest
import asyncio
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sse_starlette import EventSourceResponse

app = FastAPI()

class Step(BaseModel):
    model_config = ConfigDict(extra="allow")
    tool: str

async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": step.model_dump_json()}

@app.post("/report")
async def stream_report(steps: list[Step]):
    return EventSourceResponse(report(steps))

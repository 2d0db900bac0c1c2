# the steps by Annotated and Body
import asyncio
import json
from typing import Annotated, Any

from fastapi import Body, FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        yield {"event": "step", "data": json.dumps(step)}


@app.post("/report")
async def stream_report(steps: Annotated[list[dict[str, Any]], Body()]):
    return EventSourceResponse(report(steps))

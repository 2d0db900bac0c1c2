# indented JSON over several data lines, keys sorted
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        pretty = json.dumps(step, indent=2, sort_keys=True)
        print(pretty)
        yield {"event": "step", "data": pretty}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

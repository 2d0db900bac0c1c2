# bytes that are framed already: sse_starlette sends them as they are
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        text = json.dumps(step, ensure_ascii=False, indent=4)
        lines = ["event: step", *(f"data: {line}" for line in text.split("\n")), "", ""]
        yield "\r\n".join(lines).encode()


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

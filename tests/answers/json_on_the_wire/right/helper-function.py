# a helper that makes the event, typed
import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

Step = dict[str, Any]


def as_event(kind: str, value: Any) -> dict[str, str]:
    """One event whose data is the value as JSON."""
    return {"event": kind, "data": json.dumps(value)}


async def report(steps: list[Step]) -> AsyncIterator[dict[str, str]]:
    for step in steps:
        await asyncio.sleep(0.1)
        yield as_event("step", step)


@app.post("/report")
async def stream_report(steps: list[Step]) -> EventSourceResponse:
    return EventSourceResponse(report(steps))

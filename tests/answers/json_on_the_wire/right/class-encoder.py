# a JSONEncoder class of its own
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


class StepEncoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, set):
            return sorted(value)
        return super().default(value)


encoder = StepEncoder()


class Reporter:
    def __init__(self, steps):
        self.steps = iter(steps)

    def __aiter__(self):
        return self

    async def __anext__(self):
        await asyncio.sleep(0.1)
        for step in self.steps:
            return {"event": "step", "data": encoder.encode(step)}
        raise StopAsyncIteration


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(Reporter(steps))

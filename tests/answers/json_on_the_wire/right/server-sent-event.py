# ServerSentEvent with text that is JSON
from json import dumps

from fastapi import FastAPI
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse

app = FastAPI()


async def report(steps):
    for step in steps:
        yield ServerSentEvent(dumps(step), event="step")


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

# a finished list of events: nobody asked for pauses here
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


@app.post("/report")
async def stream_report(steps: list[dict]):
    events = [{"event": "step", "data": json.dumps(step)} for step in steps]
    return EventSourceResponse(events)

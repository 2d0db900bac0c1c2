# a plain def generator, no pauses
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def report(steps):
    for step in steps:
        data = json.dumps(step)
        yield {"event": "step", "data": data}

@app.post("/report")
def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))

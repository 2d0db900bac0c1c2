# FastAPI's ServerSentEvent with raw_data, in a plain def
import json
import time
from collections.abc import Iterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

app = FastAPI()


@app.post("/report", response_class=EventSourceResponse)
def stream_report(steps: list[dict]) -> Iterable[ServerSentEvent]:
    for step in steps:
        time.sleep(0.1)
        yield ServerSentEvent(raw_data=json.dumps(step), event="step")

# json.dumps of the whole list, as the content
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(json.dumps(steps))

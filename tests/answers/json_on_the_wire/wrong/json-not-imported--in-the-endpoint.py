# json is missing, and it is used in the endpoint, before the stream
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def report(texts):
    for text in texts:
        yield {"event": "step", "data": text}


@app.post("/report")
async def stream_report(steps: list[dict]):
    texts = [json.dumps(step) for step in steps]
    return EventSourceResponse(report(texts))

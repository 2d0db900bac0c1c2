# reads its own JSON back before it is sent, and logs
import asyncio
import json
import logging

from fastapi import FastAPI
from fastapi.encoders import jsonable_encoder
from sse_starlette import EventSourceResponse

logger = logging.getLogger(__name__)
app = FastAPI()


async def report(steps):
    for step in steps:
        await asyncio.sleep(0.1)
        text = json.dumps(jsonable_encoder(step))
        assert json.loads(text) == step, "lost something"
        logger.info("sending %s", text)
        yield {"event": "step", "data": text}


@app.post("/report")
async def stream_report(steps: list[dict]):
    return EventSourceResponse(report(steps))


# a small test of my own
async def main():
    async for event in report([{"a": None}, {"b": 'it\'s "tea"'}]):
        print(event)


asyncio.run(main())

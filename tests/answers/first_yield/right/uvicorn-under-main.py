# a script's ending: uvicorn.run under __main__
import asyncio
import json

import uvicorn
from fastapi import FastAPI
from sse_starlette.sse import EventSourceResponse

app = FastAPI()


async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8000)

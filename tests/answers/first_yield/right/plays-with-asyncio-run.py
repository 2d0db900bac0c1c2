# ends with asyncio.run(main()) that plays with the generator
import asyncio
import json

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))


async def main():
    async for event in countdown(3):
        print(event)


asyncio.run(main())

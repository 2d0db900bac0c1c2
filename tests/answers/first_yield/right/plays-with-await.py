# ends with await at the top level, as a cell may
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


# try it out
got = [event async for event in countdown(2)]
print(got)
gen = countdown(3)
print(await anext(gen))
await asyncio.sleep(0.5)
print(await gen.__anext__())

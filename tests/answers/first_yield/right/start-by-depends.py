# start reaches the endpoint by a dependency
import asyncio
import json
from typing import Annotated

from fastapi import Depends, FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def starting_number(start: int) -> int:
    return max(start, 0)


Start = Annotated[int, Depends(starting_number)]


async def countdown(start: int):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: Start):
    return EventSourceResponse(countdown(start))

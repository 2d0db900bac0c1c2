# much printing and logging, comments and type hints
import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Query
from sse_starlette import EventSourceResponse

logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger("countdown")

app: FastAPI = FastAPI(title="Countdown")


async def countdown(start: int) -> AsyncIterator[dict[str, Any]]:
    """Yield one `tick` per number, from start down to 1."""
    print("starting at", start)
    for number in range(start, 0, -1):
        log.debug("waiting before %d", number)
        await asyncio.sleep(1)  # gives the loop to the others
        print(f"-> {number}")
        yield {"event": "tick", "data": json.dumps(number)}
        # return ticks     <- this was the old version
    log.info("lift off!")


@app.get("/countdown")
async def launch(start: int = Query(..., ge=0)) -> EventSourceResponse:
    return EventSourceResponse(countdown(start))

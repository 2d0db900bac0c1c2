# the number in a dict, and an event too many
import asyncio
import json
from typing import AsyncGenerator

from fastapi import FastAPI, Request
from sse_starlette.sse import EventSourceResponse

app = FastAPI()


async def countdown(request: Request, start: int) -> AsyncGenerator[dict, None]:
    """Stream a countdown to the client as Server-Sent Events."""
    try:
        for number in range(start, 0, -1):
            # Stop early if the client has gone away
            if await request.is_disconnected():
                break
            await asyncio.sleep(1)
            yield {"event": "tick", "data": json.dumps({"number": number})}
        # Tell the client that we are done
        yield {"event": "done", "data": "[DONE]"}
    except asyncio.CancelledError:
        raise


@app.get("/countdown")
async def launch(request: Request, start: int):
    return EventSourceResponse(countdown(request, start))

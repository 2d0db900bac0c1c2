# run_in_executor for the sleep, and try/finally with a message
import asyncio
import json
import time
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def countdown(start):
    loop = asyncio.get_running_loop()
    try:
        for i in range(start):
            await loop.run_in_executor(None, time.sleep, 1)
            yield {"event": "tick", "data": json.dumps(start - i)}
    finally:
        print("done with", start)

@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

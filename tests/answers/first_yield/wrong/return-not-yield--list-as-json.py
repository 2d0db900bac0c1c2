# the endpoint returns the list, without EventSourceResponse
import asyncio
import json

from fastapi import FastAPI

app = FastAPI()


@app.get("/countdown")
async def launch(start: int):
    ticks = []
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        ticks.append({"event": "tick", "data": json.dumps(number)})
    return ticks

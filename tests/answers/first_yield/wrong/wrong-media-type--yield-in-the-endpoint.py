# the endpoint itself yields, and no response class is named
import asyncio
import json

from fastapi import FastAPI

app = FastAPI()


@app.get("/countdown")
async def launch(start: int):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}

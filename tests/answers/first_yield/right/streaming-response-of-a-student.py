# hand-made framing in a StreamingResponse
import asyncio
import json
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

app = FastAPI()

async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        # event line, data line, empty line
        yield f"event: tick\ndata: {json.dumps(number)}\n\n"

@app.get("/countdown")
async def launch(start: int):
    return StreamingResponse(countdown(start), media_type="text/event-stream")

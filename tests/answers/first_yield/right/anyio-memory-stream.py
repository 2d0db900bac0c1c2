# an anyio memory stream, filled through data_sender_callable
from functools import partial
import json

import anyio
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


async def send_numbers(send_stream, start):
    async with send_stream:
        for number in range(start, 0, -1):
            await anyio.sleep(1)
            await send_stream.send({"event": "tick", "data": json.dumps(number)})


@app.get("/countdown")
async def launch(start: int):
    send_stream, receive_stream = anyio.create_memory_object_stream(10)
    return EventSourceResponse(receive_stream, data_sender_callable=partial(send_numbers, send_stream, start))

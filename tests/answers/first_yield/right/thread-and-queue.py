# a thread that fills a queue, emptied by a plain generator
import json
import queue
import threading
import time

from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()


def work(start, q):
    for number in range(start, 0, -1):
        time.sleep(1)
        q.put(number)
    q.put(None)


def countdown(start):
    q = queue.Queue()
    threading.Thread(target=work, args=(start, q), daemon=True).start()
    while (number := q.get()) is not None:
        yield {"event": "tick", "data": json.dumps(number)}


@app.get("/countdown")
async def launch(start: int):
    return EventSourceResponse(countdown(start))

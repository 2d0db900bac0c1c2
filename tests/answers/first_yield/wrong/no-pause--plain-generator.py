# a plain generator, and the comment where the sleep was
import json
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

def countdown(start):
    for number in range(start, 0, -1):
        # await asyncio.sleep(1)   SyntaxError: 'await' outside async function
        yield {"event": "tick", "data": json.dumps(number)}

@app.get("/countdown")
def launch(start: int):
    return EventSourceResponse(countdown(start))

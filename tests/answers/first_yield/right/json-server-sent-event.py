# JSONServerSentEvent does the JSON
import asyncio
from fastapi import FastAPI
from sse_starlette import EventSourceResponse, JSONServerSentEvent

app = FastAPI()

async def countdown(start):
    for number in reversed(range(1, start + 1)):
        await asyncio.sleep(1)
        yield JSONServerSentEvent(number, event='tick')

@app.get('/countdown')
async def launch(start: int):
    return EventSourceResponse(countdown(start), sep='\n')

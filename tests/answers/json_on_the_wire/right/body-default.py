# the steps by the older Body(...) form, typed as list only
import asyncio, json
from typing import List
from fastapi import Body, FastAPI
from sse_starlette import EventSourceResponse

app = FastAPI()

async def report(s):
    for x in s:
        await asyncio.sleep(.1)
        yield {'event': 'step', 'data': json.dumps(x)}

@app.post('/report')
async def stream_report(items: List = Body(...)):
    return EventSourceResponse(report(items))

# an APIRouter, and other names for everything that is private
import asyncio as aio
from json import dumps

from fastapi import APIRouter, FastAPI
from sse_starlette import EventSourceResponse as SSE

router = APIRouter()


async def _gen(n):
    while n > 0:
        await aio.sleep(1)
        yield {"data": dumps(n), "event": "tick"}
        n = n - 1


@router.get("/countdown")
async def get_countdown(start: int):
    return SSE(_gen(start))


api = FastAPI()
api.include_router(router)
app = api

# only the generator, tried out by hand
import asyncio
import json


async def countdown(start):
    for number in range(start, 0, -1):
        await asyncio.sleep(1)
        yield {"event": "tick", "data": json.dumps(number)}


async for tick in countdown(3):
    print(tick)

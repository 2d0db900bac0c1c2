# a class whose method collects, and a comprehension
import asyncio
import json
from dataclasses import dataclass

from fastapi import FastAPI
from sse_starlette import EventSourceResponse, ServerSentEvent

app = FastAPI()


@dataclass
class Rocket:
    start: int

    async def tick(self, number: int) -> ServerSentEvent:
        await asyncio.sleep(1)
        return ServerSentEvent(json.dumps(number), event="tick")

    async def countdown(self) -> list[ServerSentEvent]:
        return [await self.tick(n) for n in range(self.start, 0, -1)]


@app.get("/countdown")
async def launch(start: int):
    rocket = Rocket(start)
    return EventSourceResponse(rocket.countdown())

"""`/agent` streams what the scripted agent does: what it says, which tool it calls, what the tool answered.

It runs its tool itself. The model alone, as the official clients of two providers expect it, is in `providers`.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from lesson_server import providers
from lesson_server.script import Step, Token, ToolCall, ToolResult, paced, script
from lesson_server.work import AskedWork, UpstreamFailed

TYPES = {Token: "token", ToolCall: "tool_call", ToolResult: "tool_result"}

router = APIRouter()
router.include_router(providers.router)


class Question(BaseModel):
    """What a client sends in the body of a POST, as JSON."""

    question: str = Field(min_length=1, max_length=2000)


@router.post("/agent")
async def agent(asked: Question, work: AskedWork) -> EventSourceResponse:
    """Answer a question, with a tool where that helps. Takes `pace`, `fault` and `after` (steps)."""
    return EventSourceResponse(tell(paced(script(asked.question), work)))


async def tell(steps: AsyncIterator[Step]) -> AsyncIterator[dict[str, str]]:
    """An event for each step, then done with the number of tokens. If the model fails, error comes last instead."""
    said = 0
    try:
        async for step in steps:
            yield event(TYPES[type(step)], asdict(step))
            said += isinstance(step, Token)
    except UpstreamFailed as failure:
        yield event("error", {"type": "overloaded", "message": str(failure)})
        return
    yield event("done", {"tokens": said})


def event(type: str, value: object) -> dict[str, Any]:
    """One event as `EventSourceResponse` takes it, with `value` as JSON in its data."""
    return {"event": type, "data": json.dumps(value)}

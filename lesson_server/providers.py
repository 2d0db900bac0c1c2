"""The scripted model in the wire formats of two providers, so that their official clients can talk to it.

`/v1/chat/completions` has the shape of OpenAI's Chat Completions, `/v1/messages` that of Anthropic's Messages.
Both take `?pace=`, `?fault=` and `?after=` (steps: a tool call is one, in however many events it travels).
Numbers and ids that come from the clock or from chance in a real service are fixed here.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse

from lesson_server.script import TOOL, Step, Token, ToolCall, paced, turn
from lesson_server.work import AskedWork, UpstreamFailed, Work

MODEL = "scripted-1"
NO_SUCH_MODEL = f"The only model here is {MODEL}."

router = APIRouter()

Json = dict[str, Any]
Content = str | list[Json] | None  # a text, or parts of which some hold text


class Message(BaseModel):
    """One message of a conversation, in either shape."""

    role: str
    content: Content = None


class Conversation(BaseModel):
    """What the script looks at in a request; everything else is ignored."""

    model: str
    messages: list[Message] = Field(min_length=1)
    tools: list[Json] | None = None
    stream: bool | None = None
    stream_options: Json | None = None

    def reply(self, work: Work) -> AsyncIterator[Step]:
        """The model's next turn; raises what `Work.on` says."""
        names = [tool.get("function", tool).get("name") for tool in self.tools or []]
        return paced(turn(self.question, self.result, tool=TOOL in names), work)

    @property
    def question(self) -> str:
        """What the user said last. A user's message can also hold nothing but a tool's result."""
        said = [text_of(message.content) for message in self.messages if message.role == "user"]
        return next(filter(None, reversed(said)), "")

    @property
    def result(self) -> str | None:
        """What the tool answered, if that comes last: with OpenAI a message, with Anthropic a part of one."""
        last = self.messages[-1]
        if last.role == "tool":
            return text_of(last.content)
        for part in last.content if isinstance(last.content, list) else []:
            if part.get("type") == "tool_result":
                return text_of(part.get("content"))
        return None


def text_of(content: Content) -> str:
    """The text of a message, or of a tool's result."""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content or [])


def said(steps: list[Step]) -> str:
    """The text that the tokens among `steps` make together."""
    return "".join(step.text for step in steps if isinstance(step, Token))


def in_pieces(arguments: dict[str, str]) -> list[str]:
    """The arguments of a call as a model writes them: JSON, a few characters at a time."""
    return re.findall(".{1,8}", json.dumps(arguments))


# ---- OpenAI: https://platform.openai.com/docs/api-reference/chat-streaming --------------------------------

CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": MODEL}


@router.post("/v1/chat/completions")
async def chat_completions(asked: Conversation, work: AskedWork) -> Response:
    """One turn of the model, streamed or whole."""
    if asked.model != MODEL:
        return JSONResponse(openai_error("invalid_request_error", NO_SUCH_MODEL), 404)
    if asked.stream:
        return EventSourceResponse(openai_events(asked, work), sep="\n")
    try:
        return JSONResponse(openai_completion(asked, [step async for step in asked.reply(work)]))
    except UpstreamFailed as failure:
        return JSONResponse(openai_error("server_error", str(failure)), 503)


async def openai_events(asked: Conversation, work: Work) -> AsyncIterator[Json]:
    """Chunks in events without a type, `[DONE]` last. A failure is such an event too, and nothing follows it."""
    steps: list[Step] = []
    yield openai_chunk({"role": "assistant", "content": ""})
    try:
        async for step in asked.reply(work):
            steps.append(step)
            for delta in openai_deltas(step):
                yield openai_chunk(delta)
    except UpstreamFailed as failure:
        yield {"data": json.dumps(openai_error("server_error", str(failure)))}
        return
    yield openai_chunk({}, openai_finish(steps))
    if asked.stream_options and asked.stream_options.get("include_usage"):
        yield {"data": json.dumps({**CHUNK, "choices": [], "usage": openai_usage(asked, steps)})}
    yield {"data": "[DONE]"}


def openai_chunk(delta: Json, finish: str | None = None) -> Json:
    """An event with what is new in the answer; only the last one says why the model finished."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {"data": json.dumps({**CHUNK, "choices": [choice]})}


def openai_deltas(step: Step) -> Iterator[Json]:
    """What is new with `step`: a token, or a call, then its arguments piece by piece."""
    match step:
        case Token(text):
            yield {"content": text}
        case ToolCall(id, name, arguments):
            function = {"name": name, "arguments": ""}
            yield {"tool_calls": [{"index": 0, "id": id, "type": "function", "function": function}]}
            for piece in in_pieces(arguments):
                yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def openai_completion(asked: Conversation, steps: list[Step]) -> Json:
    """The whole answer."""
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
        }
        for call in steps
        if isinstance(call, ToolCall)
    ]
    message: Json = {"role": "assistant", "content": said(steps), "refusal": None}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": openai_finish(steps)}
    usage = openai_usage(asked, steps)
    return {**CHUNK, "object": "chat.completion", "choices": [choice], "usage": usage}


def openai_finish(steps: list[Step]) -> str:
    """Why the model finished: it wants a tool, or has said all."""
    return "tool_calls" if isinstance(steps[-1], ToolCall) else "stop"


def openai_usage(asked: Conversation, steps: list[Step]) -> Json:
    """What the turn would cost, in tokens: the words of the question, and the steps."""
    read, wrote = len(asked.question.split()), len(steps)
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def openai_error(type: str, message: str) -> Json:
    """What went wrong, in the body of a refusal or in the middle of a stream."""
    return {"error": {"message": message, "type": type, "param": None, "code": None}}


# ---- Anthropic: https://docs.anthropic.com/en/api/messages-streaming --------------------------------------


@router.post("/v1/messages")
async def messages(asked: Conversation, work: AskedWork) -> Response:
    """One turn of the model, streamed or whole."""
    if asked.model != MODEL:
        return JSONResponse(anthropic_error("not_found_error", NO_SUCH_MODEL), 404)
    if asked.stream:
        return EventSourceResponse(anthropic_events(asked, work), sep="\n")
    try:
        return JSONResponse(anthropic_message(asked, [step async for step in asked.reply(work)]))
    except UpstreamFailed:
        return JSONResponse(anthropic_error("overloaded_error", "Overloaded"), 529)


async def anthropic_events(asked: Conversation, work: Work) -> AsyncIterator[Json]:
    """Typed events. A message is made of blocks: one of text, and one for a call. A failure is an error event."""
    steps: list[Step] = []
    index = 0
    yield anthropic_event("message_start", message=anthropic_message(asked, []))
    yield anthropic_event("content_block_start", index=index, content_block={"type": "text", "text": ""})
    yield anthropic_event("ping")
    try:
        async for step in asked.reply(work):
            steps.append(step)
            if isinstance(step, ToolCall):
                yield anthropic_event("content_block_stop", index=index)
                index += 1
                block = {"type": "tool_use", "id": step.id, "name": step.name, "input": {}}
                yield anthropic_event("content_block_start", index=index, content_block=block)
            for delta in anthropic_deltas(step):
                yield anthropic_event("content_block_delta", index=index, delta=delta)
    except UpstreamFailed:
        yield {"event": "error", "data": json.dumps(anthropic_error("overloaded_error", "Overloaded"))}
        return
    yield anthropic_event("content_block_stop", index=index)
    stop = {"stop_reason": anthropic_stop(steps), "stop_sequence": None}
    yield anthropic_event("message_delta", delta=stop, usage={"output_tokens": len(steps)})
    yield anthropic_event("message_stop")


def anthropic_event(type: str, **fields: object) -> Json:
    """An event that says its type twice: for the stream, and in its data."""
    return {"event": type, "data": json.dumps({"type": type, **fields})}


def anthropic_deltas(step: Step) -> Iterator[Json]:
    """What is new in the open block with `step`: a token, or the arguments of a call piece by piece."""
    match step:
        case Token(text):
            yield {"type": "text_delta", "text": text}
        case ToolCall(arguments=arguments):
            for piece in in_pieces(arguments):
                yield {"type": "input_json_delta", "partial_json": piece}


def anthropic_message(asked: Conversation, steps: list[Step]) -> Json:
    """The whole answer; without steps, the message as it starts."""
    text = [{"type": "text", "text": said(steps)}] if steps else []
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
        for call in steps
        if isinstance(call, ToolCall)
    ]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [*text, *calls],
        "stop_reason": anthropic_stop(steps) if steps else None,
        "stop_sequence": None,
        "usage": {"input_tokens": len(asked.question.split()), "output_tokens": len(steps)},
    }


def anthropic_stop(steps: list[Step]) -> str:
    """Why the model finished: it wants a tool, or has said all."""
    return "tool_use" if isinstance(steps[-1], ToolCall) else "end_turn"


def anthropic_error(type: str, message: str) -> Json:
    """What went wrong, in the body of a refusal or in the middle of a stream."""
    return {"type": "error", "error": {"type": type, "message": message}}

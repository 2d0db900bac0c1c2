"""The scripted agent: the script, its own events, and what the official clients of two providers make of it.

What a client sees when a stream goes wrong is a fact about that client: these tests hold it for the versions
that requirements.txt pins.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pytest
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

from lesson_server import Server, decode
from lesson_server.providers import MODEL, Conversation, anthropic_events, openai_events
from lesson_server.script import NO_PLACE, NO_TOOL, WEATHER, ToolCall, ToolResult, script, tokens, turn
from lesson_server.work import Work

Eventually = Callable[[Callable[[], bool]], None]

QUESTION = "What is the weather in Paris?"
ANSWER = "In Paris it is 18 degrees and raining."
CALL = ToolCall("call_1", "get_weather", {"city": "Paris"})

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
OPENAI_TOOL: Any = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": PARAMETERS, "strict": True},
}
ANTHROPIC_TOOL: Any = {"name": "get_weather", "input_schema": PARAMETERS}

OVERLOAD: dict[str, Any] = {"fault": "upstream", "after": 2}
TORN: dict[str, Any] = {"fault": "torn", "after": 2}
SILENCE: dict[str, Any] = {"fault": "silence", "after": 2}
TORN_IN_WORDS = "peer closed connection without sending complete message body"


def patience(query: dict[str, Any]) -> httpx2.Timeout:
    """Two seconds for what will be silent; else so much that no machine is taken for a silent stream."""
    return httpx2.Timeout(60, read=2 if query.get("fault") == "silence" else 60)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(log_level="critical") as running:
        yield running


def gpt(server: Server, **options: Any) -> openai.OpenAI:
    """OpenAI's client, strict: it checks each chunk against the shape that OpenAI publishes."""
    return openai.OpenAI(
        base_url=f"{server.url}/v1",
        api_key="none",
        max_retries=0,
        default_query={"pace": 0},
        _strict_response_validation=True,
        **options,
    )


def claude(server: Server, **options: Any) -> anthropic.Anthropic:
    """Anthropic's client, likewise."""
    return anthropic.Anthropic(
        base_url=server.url,
        api_key="none",
        max_retries=0,
        default_query={"pace": 0},
        _strict_response_validation=True,
        **options,
    )


def asked(question: str = QUESTION, **more: Any) -> Any:
    return {"model": MODEL, "messages": [{"role": "user", "content": question}], **more}


# ---- the script -------------------------------------------------------------------------------------------


def test_the_agent_calls_its_tool_and_answers_with_what_it_got() -> None:
    assert list(script(QUESTION)) == [
        *tokens("Let me look. "),
        CALL,
        ToolResult("call_1", "18 degrees and raining"),
        *tokens(ANSWER),
    ]


@pytest.mark.parametrize("question", ["Hello", "And in Rome?", "A comparison, please", ""])
def test_a_question_without_a_known_place_is_answered_without_the_tool(question: str) -> None:
    assert list(script(question)) == list(tokens(NO_PLACE))


@pytest.mark.parametrize("place", WEATHER)
def test_every_place_is_found_however_it_is_written_and_named_to_who_asks_for_another(place: str) -> None:
    assert ToolCall("call_1", "get_weather", {"city": place}) in script(f"{place.upper()}?")
    assert place in NO_PLACE


def test_a_model_without_a_tool_calls_none() -> None:
    assert list(turn(QUESTION, tool=False)) == list(tokens(NO_TOOL))


def test_tokens_joined_are_the_text_again() -> None:
    assert [token.text for token in tokens("one  two\nthree ")] == ["one  ", "two\n", "three "]


# ---- its own events ---------------------------------------------------------------------------------------


def own(server: Server, question: str = QUESTION, **query: Any) -> list[tuple[str, Any]]:
    response = httpx.post(f"{server.url}/agent", params={"pace": 0, **query}, json={"question": question})
    return [(event.type, json.loads(event.data)) for event in decode(response.content)]


def test_the_agents_events_come_in_the_order_of_its_work(server: Server) -> None:
    assert own(server) == [
        *[("token", {"text": token.text}) for token in tokens("Let me look. ")],
        ("tool_call", {"id": "call_1", "name": "get_weather", "arguments": {"city": "Paris"}}),
        ("tool_result", {"id": "call_1", "result": "18 degrees and raining"}),
        *[("token", {"text": token.text}) for token in tokens(ANSWER)],
        ("done", {"tokens": 11}),
    ]


def test_a_plain_answer_is_tokens_and_done(server: Server) -> None:
    events = own(server, "Hello")
    assert "".join(data["text"] for type, data in events if type == "token") == NO_PLACE
    assert [type for type, _ in events] == ["token"] * 10 + ["done"]


@pytest.mark.parametrize("after", [0, 3, 4, 5])
def test_an_overload_comes_as_the_last_event_after_the_steps_that_were_made(
    server: Server, after: int
) -> None:
    events = own(server, fault="upstream", after=after)
    assert events[:-1] == own(server)[:after]
    assert events[-1] == ("error", {"type": "overloaded", "message": "the model is overloaded"})


def test_a_torn_agent_says_neither_error_nor_done(server: Server) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        own(server, **TORN)
    (stream,) = server.streams
    assert [event.type for _, event in stream.events] == ["token", "token"]
    assert (stream.ended, stream.error) == ("torn", "RuntimeError: the power went out")


def test_a_silent_agent_goes_no_further_and_is_let_go_when_its_client_leaves(
    server: Server, eventually: Eventually
) -> None:
    query = {"pace": 0, **SILENCE}
    body = {"question": QUESTION}
    with httpx.stream("POST", f"{server.url}/agent", params=query, json=body):
        eventually(lambda: len(server.streams[0].events) == 2)
        assert server.open_streams == 1
    assert asyncio.run(server.quiet(30))
    assert repr(server.streams[0]).endswith("2 events, client left")


@pytest.mark.parametrize("body", [{}, {"question": ""}, {"question": "x" * 2001}, {"text": QUESTION}])
def test_what_is_no_question_is_refused_before_anything_streams(server: Server, body: Any) -> None:
    assert httpx.post(f"{server.url}/agent", json=body).status_code == 422
    assert httpx.post(f"{server.url}/agent?pace=9", json={"question": QUESTION}).status_code == 422
    assert server.streams == ()


@pytest.mark.parametrize("path", ["/agent", "/v1/chat/completions", "/v1/messages"])
def test_asking_by_get_is_refused(server: Server, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 405


# ---- OpenAI: the wire -------------------------------------------------------------------------------------


def wire(server: Server, path: str, **body: Any) -> bytes:
    return httpx.post(server.url + path, params={"pace": 0}, json=asked(stream=True, **body)).content


def test_openai_events_have_no_type_and_end_with_done(server: Server) -> None:
    stream = wire(server, "/v1/chat/completions")
    assert stream.startswith(
        b'data: {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, '
        b'"model": "scripted-1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, '
        b'"logprobs": null, "finish_reason": null}]}\n\ndata: '
    )
    assert stream.endswith(b"\n\ndata: [DONE]\n\n")
    assert b"event:" not in stream


def test_openai_sends_the_arguments_of_a_call_in_pieces_of_json_behind_its_name(server: Server) -> None:
    stream = wire(server, "/v1/chat/completions", tools=[OPENAI_TOOL])
    choices = [json.loads(event.data)["choices"][0] for event in decode(stream)[:-1]]
    calls = [choice["delta"]["tool_calls"] for choice in choices if "tool_calls" in choice["delta"]]
    assert calls == [
        [
            {
                "index": 0,
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": ""},
            }
        ],
        [{"index": 0, "function": {"arguments": '{"city":'}}],
        [{"index": 0, "function": {"arguments": ' "Paris"'}}],
        [{"index": 0, "function": {"arguments": "}"}}],
    ]
    assert [choice["finish_reason"] for choice in choices] == [None] * (len(choices) - 1) + ["tool_calls"]
    assert choices[-1]["delta"] == {}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("tool", [{"name": "search"}, {"type": "function", "function": {"name": "search"}}])
def test_a_tool_of_another_name_is_not_called(server: Server, path: str, tool: Any) -> None:
    assert wire(server, path, tools=[tool]) == wire(server, path)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
def test_the_same_request_gives_the_same_bytes(server: Server, path: str) -> None:
    assert wire(server, path) == wire(server, path)


# ---- OpenAI: its client -----------------------------------------------------------------------------------


def openai_text(client: openai.OpenAI, **query: Any) -> Iterator[str]:
    stream = client.chat.completions.create(**asked(stream=True), extra_query=query, timeout=patience(query))
    for chunk in stream:
        yield chunk.choices[0].delta.content or ""


def read(pieces: Iterator[str], failure: type[Exception]) -> tuple[str, Any]:
    """The text that came before `failure`, and that failure."""
    text = ""
    with pytest.raises(failure) as caught:
        for piece in pieces:
            text += piece
    assert type(caught.value) is failure
    return text, caught.value


def test_openai_reads_text_a_reason_and_the_usage_it_asked_for(server: Server) -> None:
    with gpt(server) as client:
        chunks = list(
            client.chat.completions.create(**asked(stream=True), stream_options={"include_usage": True})
        )
    *rest, last, usage = chunks
    assert "".join(chunk.choices[0].delta.content or "" for chunk in rest) == NO_TOOL
    assert {chunk.choices[0].finish_reason for chunk in rest} == {None}
    assert last.choices[0].finish_reason == "stop"
    assert usage.choices == []
    assert usage.usage is not None
    assert usage.usage.to_dict() == {"prompt_tokens": 6, "completion_tokens": 8, "total_tokens": 14}


def test_openai_gets_no_usage_unasked(server: Server) -> None:
    with gpt(server) as client:
        chunks = list(client.chat.completions.create(**asked(stream=True)))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_openai_assembles_the_call_and_gets_the_answer_for_its_result(server: Server) -> None:
    conversation = asked(tools=[OPENAI_TOOL])
    with gpt(server) as client:
        with client.chat.completions.stream(**conversation) as stream:
            (choice,) = stream.get_final_completion().choices
        assert (choice.message.content, choice.finish_reason) == ("Let me look. ", "tool_calls")
        (call,) = choice.message.tool_calls or []
        assert (call.id, call.function.name) == ("call_1", "get_weather")
        assert json.loads(call.function.arguments) == {"city": "Paris"}

        answer = {"role": "tool", "tool_call_id": call.id, "content": "as hot as ever"}
        conversation["messages"] += [choice.message.model_dump(exclude_none=True), answer]
        with client.chat.completions.stream(**conversation) as stream:
            (choice,) = stream.get_final_completion().choices
    assert (choice.message.content, choice.finish_reason) == ("In Paris it is as hot as ever.", "stop")


def test_openai_gets_the_same_whole_as_streamed(server: Server) -> None:
    conversation = asked(tools=[OPENAI_TOOL])
    with gpt(server) as client:
        whole = client.chat.completions.create(**conversation)
        with client.chat.completions.stream(**conversation, stream_options={"include_usage": True}) as stream:
            streamed = stream.get_final_completion()
    assert whole.object == streamed.object == "chat.completion"
    assert whole.usage == streamed.usage
    (one,), (other,) = whole.choices, streamed.choices
    assert one.finish_reason == other.finish_reason
    assert one.message.content == other.message.content
    (call,), (same,) = one.message.tool_calls or [], other.message.tool_calls or []
    assert call.type == "function"
    assert call.function.arguments == same.function.arguments


def test_openai_raises_its_base_error_without_a_status_for_an_overload_in_the_middle(server: Server) -> None:
    with gpt(server) as client:
        text, error = read(openai_text(client, **OVERLOAD), openai.APIError)
    assert text == "Without a "
    assert (error.message, error.type, error.code) == ("the model is overloaded", "server_error", None)
    assert not hasattr(error, "status_code")
    stream = httpx.post(f"{server.url}/v1/chat/completions", params=OVERLOAD, json=asked(stream=True)).content
    assert b"[DONE]" not in stream


def test_openai_raises_a_connection_error_for_a_torn_stream(server: Server) -> None:
    with gpt(server) as client:
        text, error = read(openai_text(client, **TORN), openai.APIConnectionError)
    assert (text, error.message) == ("Without a ", "Connection error.")
    assert isinstance(error.__cause__, httpx2.RemoteProtocolError)


def test_openai_raises_a_timeout_for_silence(server: Server) -> None:
    with gpt(server) as client:
        text, error = read(openai_text(client, **SILENCE), openai.APITimeoutError)
    assert (text, error.message) == ("Without a ", "Request timed out.")
    assert isinstance(error, openai.APIConnectionError)


def test_openai_is_refused_with_a_status_before_the_stream(server: Server) -> None:
    with gpt(server) as client:
        with pytest.raises(openai.NotFoundError, match="The only model here is scripted-1"):
            client.chat.completions.create(**{**asked(stream=True), "model": "another"})
        with pytest.raises(openai.UnprocessableEntityError):
            client.chat.completions.create(model=MODEL, messages=[], stream=True)
        with pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(**asked(), extra_query=OVERLOAD)
    assert (caught.value.status_code, caught.value.type) == (503, "server_error")
    assert server.streams == ()


# ---- Anthropic: the wire ----------------------------------------------------------------------------------


def test_anthropic_events_say_their_type_twice_and_come_in_the_documented_order(server: Server) -> None:
    events = decode(wire(server, "/v1/messages", tools=[ANTHROPIC_TOOL]))
    assert [event.type for event in events] == [
        "message_start",
        "content_block_start",
        "ping",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "content_block_start",
        *["content_block_delta"] * 3,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    values = [json.loads(event.data) for event in events]
    assert [value["type"] for value in values] == [event.type for event in events]
    assert [value["index"] for value in values if "index" in value] == [0] * 5 + [1] * 5
    assert values[0]["message"] == {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "scripted-1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 6, "output_tokens": 0},
    }
    assert values[1]["content_block"] == {"type": "text", "text": ""}
    assert values[3]["delta"] == {"type": "text_delta", "text": "Let "}
    assert values[7]["content_block"] == {
        "type": "tool_use",
        "id": "call_1",
        "name": "get_weather",
        "input": {},
    }
    assert [value["delta"] for value in values[8:11]] == [
        {"type": "input_json_delta", "partial_json": piece} for piece in ('{"city":', ' "Paris"', "}")
    ]
    assert values[-2]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert values[-2]["usage"] == {"output_tokens": 4}
    assert values[-1] == {"type": "message_stop"}


# ---- Anthropic: its client --------------------------------------------------------------------------------


def anthropic_text(client: anthropic.Anthropic, **query: Any) -> Iterator[str]:
    conversation = asked(stream=True, max_tokens=100)
    for event in client.messages.create(**conversation, extra_query=query, timeout=patience(query)):
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            yield event.delta.text


def test_anthropic_reads_text_a_reason_and_the_usage(server: Server) -> None:
    with claude(server) as client, client.messages.stream(**asked(max_tokens=100)) as stream:
        assert "".join(stream.text_stream) == NO_TOOL
        message = stream.get_final_message()
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    assert message.usage.to_dict() == {"input_tokens": 6, "output_tokens": 8}


def test_anthropic_passes_on_every_event_except_ping(server: Server) -> None:
    with claude(server) as client:
        types = [event.type for event in client.messages.create(**asked(stream=True, max_tokens=100))]
    assert types == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * 8,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


@pytest.mark.parametrize("result", ["as hot as ever", [{"type": "text", "text": "as hot as ever"}]])
def test_anthropic_assembles_the_call_and_gets_the_answer_for_its_result(server: Server, result: Any) -> None:
    conversation = asked(tools=[ANTHROPIC_TOOL], max_tokens=100)
    with claude(server) as client:
        with client.messages.stream(**conversation) as stream:
            message = stream.get_final_message()
        assert message.stop_reason == "tool_use"
        said, call = message.content
        assert said.to_dict() == {"type": "text", "text": "Let me look. "}
        assert call.type == "tool_use"
        assert (call.name, call.input) == ("get_weather", {"city": "Paris"})

        answer = {"type": "tool_result", "tool_use_id": call.id, "content": result}
        conversation["messages"] += [
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": [answer]},
        ]
        with client.messages.stream(**conversation) as stream:
            assert stream.get_final_text() == "In Paris it is as hot as ever."
            assert stream.get_final_message().stop_reason == "end_turn"


def test_anthropic_gets_the_same_whole_as_streamed(server: Server) -> None:
    conversation = asked(tools=[ANTHROPIC_TOOL], max_tokens=100)
    with claude(server) as client, client.messages.stream(**conversation) as stream:
        whole, streamed = client.messages.create(**conversation), stream.get_final_message()
    assert whole.to_dict() | {"stop_details": None} == streamed.to_dict()  # the client adds that one itself


def test_anthropic_raises_a_status_error_with_status_200_for_an_overload_in_the_middle(
    server: Server,
) -> None:
    with claude(server) as client:
        text, error = read(anthropic_text(client, **OVERLOAD), anthropic.APIStatusError)
    assert text == "Without a "
    assert (error.status_code, error.type, error.api_message) == (200, "overloaded_error", "Overloaded")
    assert str(error) == "{'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}"


def test_anthropic_lets_the_error_of_its_http_library_through_for_a_torn_stream(server: Server) -> None:
    with claude(server) as client:
        text, error = read(anthropic_text(client, **TORN), httpx2.RemoteProtocolError)
    assert text == "Without a "
    assert str(error).startswith(TORN_IN_WORDS)
    assert not isinstance(error, (anthropic.AnthropicError, httpx.HTTPError))


def test_anthropic_lets_the_error_of_its_http_library_through_for_silence(server: Server) -> None:
    with claude(server) as client:
        text, error = read(anthropic_text(client, **SILENCE), httpx2.ReadTimeout)
    assert text == "Without a "
    assert not isinstance(error, (anthropic.AnthropicError, httpx.HTTPError))


def test_anthropic_is_refused_with_a_status_before_the_stream(server: Server) -> None:
    with claude(server) as client:
        with pytest.raises(anthropic.NotFoundError, match="The only model here is scripted-1"):
            client.messages.create(**{**asked(stream=True, max_tokens=100), "model": "another"})
        with pytest.raises(anthropic.UnprocessableEntityError):
            client.messages.create(model=MODEL, messages=[], max_tokens=100, stream=True)
        with pytest.raises(anthropic.OverloadedError) as caught:
            client.messages.create(**asked(max_tokens=100), extra_query=OVERLOAD)
    assert (caught.value.status_code, caught.value.type) == (529, "overloaded_error")
    assert server.streams == ()


# ---- both: a stream that ends without its terminal event --------------------------------------------------

short = FastAPI()


async def first(count: int, events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The first events, and a clean end that the stream did not mean."""
    while count:
        yield await anext(events)
        count -= 1


@short.post("/{count}/v1/chat/completions")
async def short_openai(count: int, asked: Conversation) -> EventSourceResponse:
    return EventSourceResponse(first(count, openai_events(asked, Work())))


@short.post("/{count}/v1/messages")
async def short_anthropic(count: int, asked: Conversation) -> EventSourceResponse:
    return EventSourceResponse(first(count, anthropic_events(asked, Work())))


@pytest.fixture
def ending() -> Iterator[Server]:
    with Server(short, log_level="critical") as running:
        yield running


def gpt_after(server: Server, count: int) -> openai.OpenAI:
    return gpt(server).with_options(base_url=f"{server.url}/{count}/v1")


def claude_after(server: Server, count: int) -> anthropic.Anthropic:
    return claude(server).with_options(base_url=f"{server.url}/{count}")


def test_openai_takes_a_stream_without_done_for_finished_and_only_the_missing_reason_tells(
    ending: Server,
) -> None:
    with gpt_after(ending, 3) as client:
        assert "".join(openai_text(client)) == "Without a "
        with client.chat.completions.stream(**asked()) as stream:
            (choice,) = stream.get_final_completion().choices
    reason: Any = choice.finish_reason
    assert (choice.message.content, reason) == ("Without a ", None)
    assert [stream.ended for stream in ending.streams] == ["finished", "finished"]


def test_openai_needs_no_done_once_the_reason_has_come(ending: Server) -> None:
    count = 1 + 8 + 1  # the role, the tokens, the reason
    with gpt_after(ending, count) as client, client.chat.completions.stream(**asked()) as stream:
        (choice,) = stream.get_final_completion().choices
    assert (choice.message.content, choice.finish_reason) == (NO_TOOL, "stop")
    assert "[DONE]" not in [event.data for _, event in ending.streams[0].events]


def test_openai_hands_over_half_the_arguments_of_a_call_and_its_helper_fails_on_them(ending: Server) -> None:
    conversation = asked(tools=[OPENAI_TOOL])
    with gpt_after(ending, 6) as client:
        chunks = list(client.chat.completions.create(**conversation, stream=True))
        with client.chat.completions.stream(**conversation) as stream, pytest.raises(json.JSONDecodeError):
            stream.get_final_completion()
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
    assert [call.function.arguments for call in calls if call.function] == ["", '{"city":']


def test_anthropic_takes_a_stream_without_message_stop_for_finished_and_only_the_missing_reason_tells(
    ending: Server,
) -> None:
    conversation = asked(max_tokens=100)
    with claude_after(ending, 5) as client, client.messages.stream(**conversation) as stream:
        message = stream.get_final_message()
    assert [block.to_dict() for block in message.content] == [{"type": "text", "text": "Without a "}]
    assert message.stop_reason is None
    assert [stream.ended for stream in ending.streams] == ["finished"]


def test_anthropic_makes_a_whole_call_of_half_the_arguments(ending: Server) -> None:
    conversation = asked(tools=[ANTHROPIC_TOOL], max_tokens=100)
    with claude_after(ending, 9) as client, client.messages.stream(**conversation) as stream:
        message = stream.get_final_message()
    call = message.content[-1]
    assert call.type == "tool_use"
    assert (call.name, call.input, message.stop_reason) == ("get_weather", {}, None)


def test_where_nothing_came_at_all_both_read_nothing_and_their_helpers_fail(ending: Server) -> None:
    with gpt_after(ending, 0) as client:
        assert list(openai_text(client)) == []
        with client.chat.completions.stream(**asked()) as stream, pytest.raises(AssertionError):
            stream.get_final_completion()
    with claude_after(ending, 0) as other:
        assert list(anthropic_text(other)) == []
        with other.messages.stream(**asked(max_tokens=100)) as message, pytest.raises(AssertionError):
            message.get_final_message()


# ---- both: what a retry is for ----------------------------------------------------------------------------


@pytest.mark.parametrize("query", [OVERLOAD, TORN])
def test_neither_client_asks_again_once_the_stream_has_begun(server: Server, query: dict[str, Any]) -> None:
    with gpt(server).with_options(max_retries=2) as client, pytest.raises(openai.APIError):
        list(openai_text(client, **query))
    failures = (anthropic.APIStatusError, httpx2.RemoteProtocolError)
    with claude(server).with_options(max_retries=2) as other, pytest.raises(failures):
        list(anthropic_text(other, **query))
    assert [stream.path.partition("?")[0] for stream in server.streams] == [
        "/v1/chat/completions",
        "/v1/messages",
    ]


def test_fields_that_are_null_count_as_left_out(server: Server) -> None:
    nothing = {"stream": None, "tools": None, "stream_options": None}
    for path in ("/v1/chat/completions", "/v1/messages"):
        response = httpx2.post(f"{server.url}{path}?pace=0", json=asked() | nothing)
        assert response.status_code == 200, response.text

"""What the scripted agent does, step by step. Nothing here knows how a step looks on the wire, or asks a model."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from lesson_server.work import Work

TOOL = "get_weather"
WEATHER = {"Paris": "18 degrees and raining", "Oslo": "4 degrees and clear", "Cairo": "31 degrees and dry"}
NO_PLACE = "Ask me about the weather in Paris, Oslo or Cairo."
NO_TOOL = "Without a tool I cannot see the weather."


@dataclass(frozen=True)
class Token:
    """A piece of what the model says; here a word."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """What the model wants to have run. It runs nothing itself: whoever asked it does."""

    id: str
    name: str
    arguments: dict[str, str]


@dataclass(frozen=True)
class ToolResult:
    """What the tool answered to the call with this id."""

    id: str
    result: str


Step = Token | ToolCall | ToolResult


def script(question: str) -> Iterator[Step]:
    """All that the agent does: ask the model, run the tool that it wants, ask again with the result."""
    result = None
    for step in turn(question):
        yield step
        if isinstance(step, ToolCall):
            result = WEATHER[step.arguments["city"]]
            yield ToolResult(step.id, result)
    if result is not None:
        yield from turn(question, result)


def turn(question: str, result: str | None = None, *, tool: bool = True) -> Iterator[Step]:
    """What the model says in one turn.

    Args:
        question: what the user asked.
        result: what the tool answered, once it has been called.
        tool: whether the model has been given one.
    """
    words = re.findall(r"\w+", question.lower())
    place = next((place for place in WEATHER if place.lower() in words), None)
    if place is None:
        yield from tokens(NO_PLACE)
    elif result is not None:
        yield from tokens(f"In {place} it is {result}.")
    elif tool:
        yield from tokens("Let me look. ")
        yield ToolCall("call_1", TOOL, {"city": place})
    else:
        yield from tokens(NO_TOOL)


def tokens(text: str) -> Iterator[Token]:
    """The words of `text`, each with the space behind it: joined, they are `text` again."""
    return (Token(word) for word in re.findall(r"\S+\s*", text))


async def paced(steps: Iterable[Step], work: Work) -> AsyncIterator[Step]:
    """Every step after its share of the work; raises what `Work.on` says."""
    for number, step in enumerate(steps):
        await work.on(number)
        yield step

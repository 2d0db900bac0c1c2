"""The exercises and the mistakes the kit knows, read from exercises.toml and mistakes.toml."""

import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Protocol

from .observation import Observation, Request
from .source import Source
from .verdict import Claim, Finding

EXERCISES = Path(__file__).parents[1]


class UnknownExercise(Exception):
    """There is no exercise of this name. The message names those there are."""


@dataclass(frozen=True)
class Shown:
    """A mistake that an observation shows: its id, the line, and the values its wording asks for.

    `variant` picks one of several wordings of *saw*. Without an id it is a mistake that has no name yet.
    """

    mistake: str | None
    line: int | None = None
    variant: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


class Given(Protocol):
    """What one run of an answer is given: drawn at random by its check."""

    @property
    def rounds(self) -> tuple[tuple[Request, ...], ...]: ...


class Check(Protocol):
    """The judge of one exercise: a module of exercises/checks with these names.

    MISTAKES: the ids it can show. draw: new inputs. claims: what should hold of what a client saw; the answer
    passes when all do. findings: the mistakes the run shows, the one nearest the cause first; they explain,
    and are asked for only when a claim does not hold.
    """

    MISTAKES: tuple[str, ...]

    def draw(self, random: Random) -> Any: ...

    def claims(self, given: Any, seen: Observation) -> list[Claim]: ...

    def findings(self, given: Any, seen: Observation, source: Source) -> Iterator[Shown]: ...


@dataclass(frozen=True)
class Exercise:
    """One exercise as exercises.toml has it. `starter` is the mistake that its starter is built on."""

    name: str
    number: int
    title: str
    points: float
    lesson: str
    starter: str
    why: str

    @property
    def stem(self) -> str:
        return f"{self.number:02}_{self.name}"

    @property
    def notebook(self) -> Path:
        return EXERCISES / f"{self.stem}.ipynb"

    @property
    def solution(self) -> Path:
        return EXERCISES.parent / "solutions" / f"{self.stem}.ipynb"

    @property
    def check(self) -> Check:
        return importlib.import_module(f"exercises.checks.{self.name}")


@dataclass(frozen=True)
class Mistake:
    """One mistake as mistakes.toml words it."""

    id: str
    saw: dict[str, str]
    means: str
    try_: str
    lesson: str = ""

    @property
    def names(self) -> set[str]:
        """The names in braces that the wording asks for."""
        return set(re.findall(r"\{(\w+)\}", " ".join([*self.saw.values(), self.means, self.try_])))

    def finding(self, shown: Shown) -> Finding:
        """The finding for what was shown, with its values put into the wording."""
        values = {key: presentable(str(value)) for key, value in shown.values.items()}
        where = f" (line {shown.line})" if shown.line else ""
        saw = _fill(self.saw[shown.variant], {**values, "where": where})
        return Finding(
            shown.mistake, saw, _fill(self.means, values), _fill(self.try_, values), shown.line, self.lesson
        )


def presentable(text: str) -> str:
    """Text of an answer as it may be shown: no addresses, which differ in every run, no control characters."""
    text = re.sub(r"\b0x[0-9a-fA-F]{6,}\b", "0x…", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\N{REPLACEMENT CHARACTER}", text)


def _fill(wording: str, values: dict[str, str]) -> str:
    # Values come from answers: only names in braces are replaced, and what is put in is never read again.
    parts = wording.split("{")
    filled = parts[0]
    for part in parts[1:]:
        name, brace, rest = part.partition("}")
        filled += (values[name] + rest) if brace and name in values else "{" + part
    return filled


@cache
def exercises() -> dict[str, Exercise]:
    """The exercises by name, in the order of exercises.toml, numbered from 1."""
    table = tomllib.loads((EXERCISES / "exercises.toml").read_text(encoding="utf-8"))
    return {
        name: Exercise(name=name, number=number, **fields)
        for number, (name, fields) in enumerate(table.items(), 1)
    }


@cache
def mistakes() -> dict[str, Mistake]:
    """The mistakes by id. The wording of one without a name stands under "unnamed"."""
    table = tomllib.loads((EXERCISES / "mistakes.toml").read_text(encoding="utf-8"))
    return {id: _mistake(id, fields) for id, fields in table.items()}


def _mistake(id: str, fields: dict[str, Any]) -> Mistake:
    saw = fields["saw"]
    return Mistake(
        id,
        saw={"": saw} if isinstance(saw, str) else saw,
        means=fields["means"],
        try_=fields["try"],
        lesson=fields.get("lesson", ""),
    )


def find(name: str) -> Exercise:
    """The exercise of this name; "01_first_yield", "first-yield" and "1" mean it too.

    Raises UnknownExercise.
    """
    wanted = name.strip().removesuffix(".ipynb").replace("-", "_").lower()
    for exercise in exercises().values():
        if wanted in (exercise.name, exercise.stem, str(exercise.number)):
            return exercise
    known = ", ".join(exercises())
    raise UnknownExercise(f"There is no exercise called {name!r}. The exercises are: {known}.")

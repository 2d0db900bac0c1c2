"""What the judge says of an answer. Values only: they know nothing of how they are shown."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lesson_server.timeline import Arrivals


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    COULD_NOT_CHECK = "could-not-check"

    @property
    def exit_code(self) -> int:
        return {Status.PASSED: 0, Status.FAILED: 1, Status.COULD_NOT_CHECK: 2}[self]


@dataclass(frozen=True)
class Claim:
    """One thing that should hold of what a client saw, and whether it did."""

    text: str
    holds: bool


@dataclass(frozen=True)
class Finding:
    """A mistake and its evidence. `mistake` is an id of mistakes.toml, or None for one that has no name yet."""

    mistake: str | None
    saw: str
    means: str
    try_: str
    line: int | None = None
    lesson: str = ""

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        fields["try"] = fields.pop("try_")
        return fields


@dataclass(frozen=True)
class Verdict:
    """The outcome of one answer to one exercise.

    `claims` is what was looked at, in order; `findings` holds the one finding that matters, if any; `why`
    says why a passed answer works, or why an answer could not be checked; `timeline` is what the client saw,
    in virtual seconds; `score` is None where there is none; `seconds` is how long the judging took.
    """

    exercise: str
    title: str
    status: Status
    score: float | None
    max_score: float
    claims: tuple[Claim, ...] = ()
    findings: tuple[Finding, ...] = ()
    why: str = ""
    timeline: tuple[Arrivals, ...] = ()
    seconds: float = 0.0

    @property
    def is_unnamed(self) -> bool:
        """Whether the answer failed by a mistake that has no name: what was seen has to speak for itself."""
        return any(finding.mistake is None for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The verdict as the command line prints it with --json."""
        return {
            "exercise": self.exercise,
            "status": self.status.value,
            "score": self.score,
            "max_score": self.max_score,
            "findings": [finding.as_json() for finding in self.findings],
            "why": self.why,
            "seconds": round(self.seconds, 3),
        }

"""A verdict in plain text: for terminals, screen readers and stored notebooks."""

import textwrap
from collections.abc import Iterator

from lesson_server.timeline import Timeline

from .verdict import Status, Verdict

MARKS = {True: "✓", False: "✗ not yet:"}
WIDTH = 100  # characters


def heading(verdict: Verdict) -> str:
    """One line: the exercise and its outcome."""
    match verdict.status:
        case Status.PASSED:
            return f"✓ {verdict.title}: passed, {points(verdict.score)} of {points(verdict.max_score)} points"
        case Status.FAILED:
            return f"✗ {verdict.title}: not yet"
        case Status.COULD_NOT_CHECK:
            return f"? {verdict.title}: could not be checked"


def points(number: float | None) -> str:
    return "–" if number is None else f"{number:g}"


def text(verdict: Verdict) -> str:
    """The whole verdict, wrapped to a readable width."""
    return "\n".join(_lines(verdict))


def _lines(verdict: Verdict) -> Iterator[str]:
    yield heading(verdict)
    for claim in verdict.claims:
        yield from _wrap(claim.text, f"  {MARKS[claim.holds]} ")
    for finding in verdict.findings:
        yield ""
        yield from _wrap(finding.saw, "  Saw    ")
        yield from _wrap(finding.means, "  Means  ")
        yield from _wrap(finding.try_, "  Try    ")
        if finding.lesson:
            yield f"  Lesson {place(finding.lesson)}"
    if verdict.is_unnamed and verdict.timeline:
        yield ""
        yield "  What the client saw, and when"
        yield from textwrap.indent(repr(Timeline(*verdict.timeline, exact=True)), "    ").splitlines()
    if verdict.why:
        yield ""
        yield from _wrap(verdict.why, "  Why    ")


def place(lesson: str) -> str:
    """Where the lesson teaches it, for people: `notebooks/02_x.ipynb#2.5-A-title` is "02_x, 2.5"."""
    path, _, heading = lesson.partition("#")
    section = heading.partition("-")[0]
    return path.rpartition("/")[2].removesuffix(".ipynb") + (f", {section}" if section else "")


def _wrap(text: str, label: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_long_words=False
    ) or [label.rstrip()]

"""A verdict in plain text."""

from dataclasses import replace

import pytest

from exercises.grader import words
from exercises.grader.card import html
from exercises.grader.verdict import Claim, Finding, Status, Verdict
from tests.exercises.samples import COULD_NOT_CHECK, FAILED, PASSED


def test_a_failed_verdict_says_what_was_looked_at_and_the_three_parts_of_its_finding() -> None:
    assert words.text(FAILED).splitlines() == [
        "✗ The first yield: not yet",
        "  ✓ A stream opens.",
        "  ✗ not yet: It `ends`.",
        "",
        "  Saw    Saw it.",
        "  Means  Means it.",
        "  Try    Try it.",
        "  Lesson 02_async_generators, 2.5",
    ]


def test_a_passed_verdict_says_its_points_and_why_it_works() -> None:
    lines = words.text(PASSED).splitlines()
    assert lines[0] == "✓ The first yield: passed, 10 of 10 points"
    assert lines[-1] == "  Why    It waits."


def test_one_that_could_not_be_checked_says_why_and_speaks_of_no_points() -> None:
    assert words.text(COULD_NOT_CHECK).splitlines() == [
        "? The first yield: could not be checked",
        "",
        "  Why    No room.",
    ]


@pytest.mark.parametrize(("number", "said"), [(None, "–"), (10, "10"), (10.0, "10"), (2.5, "2.5"), (0, "0")])
def test_points_are_written_without_an_idle_fraction(number: float | None, said: str) -> None:
    assert words.points(number) == said


@pytest.mark.parametrize("verdict", [PASSED, FAILED, COULD_NOT_CHECK], ids=lambda verdict: verdict.status)
def test_how_long_the_judging_took_does_not_show(verdict: Verdict) -> None:
    assert words.text(verdict) == words.text(replace(verdict, seconds=98765.4321))


def test_long_words_are_wrapped_under_their_label_and_nothing_is_lost() -> None:
    saw = " ".join(f"word{number}" for number in range(60)) + " " + "x" * 200
    lines = words.text(
        replace(FAILED, findings=(Finding("no-pause", saw, "m", "t"),), claims=())
    ).splitlines()
    assert " ".join(" ".join(lines[2:-2]).split()) == f"Saw {saw}"
    assert all(len(line) <= 100 for line in lines if "x" * 200 not in line)
    assert all(line.startswith(" " * 9) for line in lines[3:-2])


def test_what_an_answer_wrote_cannot_begin_a_line_of_its_own() -> None:
    forged = "x\n✓ The first yield: passed, 10 of 10 points\r\x1b[2K"
    verdict = replace(FAILED, findings=(Finding(None, forged, "m", "t"),), claims=(Claim(forged, False),))
    assert sum(line.startswith("✓") for line in words.text(verdict).splitlines()) == 0


@pytest.mark.parametrize(
    ("lesson", "said"),
    [
        ("notebooks/02_async_generators.ipynb#2.5-Waiting", "02_async_generators, 2.5"),
        ("notebooks/01_why_stream.ipynb", "01_why_stream"),
    ],
)
def test_a_place_in_the_lesson_is_named_as_people_say_it(lesson: str, said: str) -> None:
    assert words.place(lesson) == said


def test_every_status_has_a_heading_of_its_own() -> None:
    marks = {words.heading(replace(FAILED, status=status))[0] for status in Status}
    assert marks == {"✓", "✗", "?"}


def test_a_mistake_without_a_name_comes_with_what_the_client_saw() -> None:
    unnamed = replace(FAILED, findings=(replace(FAILED.findings[0], mistake=None),))
    assert "GET /countdown?start=2" in words.text(unnamed) and "1 s" in words.text(unnamed)
    assert "GET /countdown?start=2" not in words.text(FAILED)
    assert "<details open" in html(unnamed) and "<details open" not in html(FAILED)

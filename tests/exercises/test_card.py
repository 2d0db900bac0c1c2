"""A verdict as a card: safe, legible on any page, and the same in plain text beside it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from exercises.grader.card import COLOURS, Card, html, inline
from exercises.grader.verdict import Claim, Finding, Status, Verdict
from lesson_server.timeline import Arrivals
from tests.exercises.samples import COULD_NOT_CHECK, FAILED, MARKUP, PASSED, judged

each_verdict = pytest.mark.parametrize(
    "verdict", [PASSED, FAILED, COULD_NOT_CHECK], ids=lambda verdict: verdict.status
)


class Tags(HTMLParser):
    """The tags and attributes of a page, and its text; raises if what is opened is not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour such as #2e8b45."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_reckoned_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
@pytest.mark.parametrize("status", Status)
def test_the_border_shows_on_light_and_on_dark_pages(status: Status, page: str) -> None:
    assert contrast(COLOURS[status], page) >= 3


@each_verdict
def test_a_card_uses_nothing_that_an_untrusted_notebook_loses(verdict: Verdict) -> None:
    page = html(verdict)
    assert not re.search(r"var\(|<style|<script|<svg|<link|javascript:|\bon\w+=|class=|\bid=", page)


@each_verdict
def test_text_takes_the_colour_of_the_page_it_stands_on(verdict: Verdict) -> None:
    for _, attributes in Tags(html(verdict)).tags:
        assert not re.search(r"(^|;)\s*(color|background)", attributes.get("style") or "")


@each_verdict
def test_how_long_the_judging_took_does_not_show(verdict: Verdict) -> None:
    other = replace(verdict, seconds=98765.4321)
    assert repr(Card(verdict)) == repr(Card(other))
    assert Card(verdict)._repr_html_() == Card(other)._repr_html_()


def test_a_card_says_all_that_its_text_says_and_draws_what_the_client_saw() -> None:
    page = Tags(html(FAILED))
    for said in ("not yet", "A stream opens.", "It ends.", "Saw it.", "Means it.", "Try it.", "tick: 2"):
        assert said in page.text
    assert ("code", {}) in page.tags
    assert "details" in page.open or any(tag == "details" for tag, _ in page.tags)


def test_the_lesson_is_linked_from_where_the_card_is_shown_and_named_where_no_lesson_is() -> None:
    linked, named = (Tags(html(FAILED, lesson_root=root)) for root in ("../", None))
    links = [attributes["href"] for tag, attributes in linked.tags if tag == "a"]
    assert links == ["../notebooks/02_async_generators.ipynb#2.5-A-title"]
    assert not any(tag == "a" for tag, _ in named.tags)
    assert all("Lesson 02_async_generators, 2.5" in page.text for page in (linked, named))


HOSTILE = [
    MARKUP,
    f"`{MARKUP}`",
    "`` ` ```",
    "</p></div><script>",
    "&lt;script&gt;",
    "`<`>`",
    "'\"><img src=x>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_answer_wrote_is_shown_and_never_obeyed(text: str) -> None:
    verdict = replace(
        FAILED,
        findings=(Finding("no-pause", text, text, text),),
        claims=(Claim(text, False),),
        timeline=(Arrivals.at(text, [(1.0, text)]),),
        why=text,
    )
    page, plain = Tags(html(verdict)), Tags(html(replace(FAILED, why="w")))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags}
    assert {name for _, attributes in page.tags for name in attributes} <= {
        name for _, attributes in plain.tags for name in attributes
    }
    assert text.replace("`", "") in page.text.replace("`", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_inline_code_holds_text_only(text: str) -> None:
    assert {tag for tag, _ in Tags(inline(text)).tags} <= {"code"}


def test_markup_in_a_real_answer_does_not_reach_the_page() -> None:
    page = Tags(html(judged(f"raise ValueError({MARKUP!r})")))
    assert MARKUP in page.text
    assert not {"script", "img"} & {tag for tag, _ in page.tags}

"""A verdict as a card: HTML that reads well in light and dark, and in a notebook that is not trusted yet.

Such a notebook loses style sheets, scripts and variables, so the card uses inline styles, colours that have
enough contrast on white and on black for a border (3:1, WCAG 2.2), and the page's own colour for all text.
"""

import re
from html import escape

from lesson_server.timeline import Timeline

from . import words
from .verdict import Finding, Status, Verdict

COLOURS = {Status.PASSED: "#2e8b45", Status.FAILED: "#d04a3f", Status.COULD_NOT_CHECK: "#8a7a3c"}


class Card:
    """A verdict as Jupyter shows it: HTML, with the same in plain text beside it."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def __repr__(self) -> str:
        return words.text(self.verdict)

    def _repr_html_(self) -> str:
        return html(self.verdict)


def html(verdict: Verdict, lesson_root: str | None = "../") -> str:
    """The card; `lesson_root` leads from where it is shown to the folder of notebooks/, None where none does."""
    colour = COLOURS[verdict.status]
    parts = [
        f'<div style="border:1px solid {colour};border-left:6px solid {colour};padding:8px 14px;margin:4px 0;'
        'max-width:56em">',
        f'<p style="margin:2px 0 6px 0"><strong>{escape(words.heading(verdict))}</strong></p>',
    ]
    if verdict.claims:
        parts.append('<ul style="list-style-type:none;margin:0;padding:0">')
        parts += [
            f'<li style="margin:1px 0">{words.MARKS[claim.holds]} {inline(claim.text)}</li>'
            for claim in verdict.claims
        ]
        parts.append("</ul>")
    parts += [_finding(finding, lesson_root) for finding in verdict.findings]
    if verdict.why:
        parts.append(f'<p style="margin:8px 0 2px 0"><strong>Why</strong> {inline(verdict.why)}</p>')
    if verdict.timeline:
        timeline = Timeline(*verdict.timeline, exact=True)
        parts.append(
            f'<details{" open" if verdict.is_unnamed else ""} style="margin-top:8px"><summary>What the client saw, and when</summary>'
            f"{timeline._repr_html_()}</details>"
        )
    parts.append("</div>")
    return "".join(parts)


def _finding(finding: Finding, lesson_root: str | None) -> str:
    rows = [("Saw", finding.saw), ("Means", finding.means), ("Try", finding.try_)]
    parts = [
        f'<p style="margin:8px 0 2px 0"><strong>{label}</strong> {inline(text)}</p>' for label, text in rows
    ]
    if finding.lesson:
        link = escape(words.place(finding.lesson))
        if lesson_root is not None:
            link = f'<a href="{escape(lesson_root + finding.lesson)}">{link}</a>'
        parts.append(f'<p style="margin:8px 0 2px 0"><strong>Lesson</strong> {link}</p>')
    return "".join(parts)


def inline(text: str) -> str:
    """Escape the text and show what stands in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))

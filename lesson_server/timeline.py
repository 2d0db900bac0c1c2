"""A picture of when things arrived, and the same in words.

Stored notebooks open untrusted, and JupyterLab then drops scripts, style sheets and inline SVG. What may stay is text,
which takes the theme's colours, and an `<img>`: so each row is text over a small picture, in colours
that show on a light page and on a dark one.
"""

import base64
import html
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self, overload

DOT, EDGE, WAIT = "#4596dc", "#2567ad", "#808080"  # each at least 3:1 on #ffffff and on #111111
WIDTH, HEIGHT, MARGIN, RADIUS = 800, 44, 8, 6.0  # of a row's picture, in its own units
LABEL_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something reached the client `at` so many seconds after the clock started."""

    at: float
    label: str = ""


class Arrivals(Sequence[Arrival]):
    """What arrived, in order. The clock starts when this is made; `mark` notes an arrival now."""

    def __init__(self, name: str) -> None:
        self.name = " ".join(name.split())
        self._began = time.perf_counter()
        self._items: list[Arrival] = []

    @classmethod
    def at(cls, name: str, times: Iterable[tuple[float, str]]) -> Self:
        """Arrivals at known times: (seconds, label) pairs, in any order."""
        arrivals = cls(name)
        arrivals._items = [Arrival(at, label) for at, label in sorted(times, key=lambda pair: pair[0])]
        return arrivals

    def mark(self, label: str = "") -> None:
        """Note that something reached the client now."""
        self._items.append(Arrival(time.perf_counter() - self._began, label))

    @overload
    def __getitem__(self, index: int) -> Arrival: ...
    @overload
    def __getitem__(self, index: slice) -> list[Arrival]: ...
    def __getitem__(self, index: int | slice) -> Arrival | list[Arrival]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Arrival]:
        return iter(tuple(self._items))

    def __repr__(self) -> str:
        return f"Arrivals({self.name!r}: {_count(self)}, {rhythm(self)})"


class Timeline:
    """Rows of arrivals over one common time axis: a picture in a notebook, text in a terminal.

    Args:
        rows: what to draw, one row each.
        exact: whether the times are exact, as virtual time is; measured times are written with `≈`.
    """

    def __init__(self, *rows: Arrivals, exact: bool = False) -> None:
        self._rows = rows
        self._exact = exact

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        end = max((arrival.at for row in self._rows for arrival in row), default=0.0)
        rows = "".join(self._row(row, line, end) for row, line in zip(self._rows, self._lines(), strict=True))
        axis = (
            '<div style="opacity:0.8;font-size:85%;margin-top:2px">'
            f'<span style="float:right">{self._seconds(end)}</span>0 s</div>'
        )
        return f'<div style="max-width:{WIDTH}px">{rows}{axis}{self._details()}</div>'

    def _lines(self) -> list[str]:
        """One line per row. The columns are as wide as the words, never as the measured digits."""
        names = [row.name for row in self._rows]
        counts = [f"{_count(row)}," for row in self._rows]
        words = [rhythm(row) for row in self._rows]
        return [
            f"{name:{_widest(names)}}   {count:{_widest(counts)}} {word:{_widest(words)}}   {self._ends(row)}".rstrip()
            for row, name, count, word in zip(self._rows, names, counts, words, strict=True)
        ]

    def _ends(self, row: Arrivals) -> str:
        return f"(first {self._seconds(row[0].at)}, last {self._seconds(row[-1].at)})" if row else ""

    def _seconds(self, seconds: float) -> str:
        if self._exact:
            return f"{seconds:.3f}".rstrip("0").rstrip(".") + " s"
        return f"≈{seconds:.2f} s"

    def _row(self, row: Arrivals, line: str, end: float) -> str:
        picture = base64.b64encode(draw([arrival.at for arrival in row], end).encode()).decode()
        alt = html.escape(" ".join(line.split()))
        return (
            '<div style="margin-top:8px">'
            f'<span style="float:right;opacity:0.8;font-size:85%">{self._ends(row)}</span>'
            f"<b>{html.escape(row.name)}</b> &nbsp;{_count(row)}, {rhythm(row)}</div>"
            f'<img src="data:image/svg+xml;base64,{picture}" alt="{alt}" '
            'style="display:block;width:100%;margin:0">'
        )

    def _details(self) -> str:
        lists = "".join(
            f'<div style="margin-top:6px"><b>{html.escape(row.name)}</b></div>'
            + "".join(f"<div>{self._seconds(one.at)} &nbsp;{_label(one.label)}</div>" for one in row)
            for row in self._rows
            if row
        )
        if not lists:
            return ""
        return (
            f'<details style="margin-top:6px;font-size:85%"><summary>Every arrival</summary>{lists}</details>'
        )


def rhythm(row: Sequence[Arrival]) -> str:
    """How a row arrived, in words that a slow machine does not change.

    What counts is the part of the whole wait that lies between the first arrival and the last.
    """
    if not row:
        return "nothing arrived"
    if len(row) == 1:
        return "in one piece, at the end"
    last = row[-1].at
    spread = (last - row[0].at) / last if last > 0 else 0.0
    if spread <= 0.1:
        return "all together, at the end"
    return "one after another" if spread >= 0.4 else "in bursts"


def draw(times: Sequence[float], end: float) -> str:
    """One row as an SVG picture of fixed size, without text: arrivals at `times` seconds, on an axis from 0 to `end`."""
    middle = HEIGHT / 2
    places = [MARGIN + (WIDTH - 2 * MARGIN) * (at / end if end > 0 else 1.0) for at in times]
    first, last = (places[0], places[-1]) if places else (WIDTH - MARGIN, WIDTH - MARGIN)
    parts = [
        f'<path d="M{MARGIN} {middle - 6}V{middle + 6}" stroke="{WAIT}" stroke-width="2"/>',
        f'<path d="M{MARGIN} {middle}H{first:.1f}" stroke="{WAIT}" stroke-width="1.5" stroke-dasharray="2 5"/>',
        f'<path d="M{first:.1f} {middle}H{last:.1f}" stroke="{DOT}" stroke-width="3"/>',
    ]
    for x, y in _stack(places):
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{RADIUS:g}" fill="{DOT}" stroke="{EDGE}" stroke-width="1.5"/>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'


def _stack(places: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Where the dots go: those that would hide one another become a pile, like coins."""
    piles: list[list[float]] = []
    for x in places:
        if piles and x - piles[-1][0] < RADIUS:
            piles[-1].append(x)
        else:
            piles.append([x])
    room = HEIGHT - 2 * (RADIUS + 1)
    for pile in piles:
        step = min(2 * RADIUS, room / (len(pile) - 1)) if len(pile) > 1 else 0.0
        bottom = HEIGHT / 2 + step * (len(pile) - 1) / 2
        for place, x in enumerate(pile):
            yield x, bottom - step * place


def _label(label: str) -> str:
    """A label as one line of HTML text, cut short."""
    line = " ".join(label.split())
    return html.escape(line if len(line) <= LABEL_LENGTH else line[: LABEL_LENGTH - 1] + "…")


def _count(row: Sequence[Arrival]) -> str:
    return f"{len(row)} arrival{'s' * (len(row) != 1)}"


def _widest(texts: Sequence[str]) -> int:
    return max(map(len, texts), default=0)

"""The picture of arrivals, and its twin in words."""

import base64
import re
import xml.etree.ElementTree as ElementTree

import pytest

from lesson_server.timeline import DOT, EDGE, HEIGHT, WAIT, WIDTH, Arrival, Arrivals, Timeline, draw, rhythm

PICTURE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
MEASURED = re.compile(r"≈[0-9.]+ s")


def lesson(shift: float = 0.0) -> Timeline:
    whole = Arrivals.at("request-response", [(0.81 + shift, "answer")])
    stream = Arrivals.at("stream", [(0.1 * n + shift, f"token {n}") for n in range(1, 9)])
    return Timeline(whole, stream)


def test_the_text_twin_reads_as_a_table() -> None:
    assert repr(lesson()).splitlines() == [
        "request-response   1 arrival,  in one piece, at the end   (first ≈0.81 s, last ≈0.81 s)",
        "stream             8 arrivals, one after another          (first ≈0.10 s, last ≈0.80 s)",
    ]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([], "nothing arrived"),
        ([0.5], "in one piece, at the end"),
        ([0.0, 0.0], "all together, at the end"),
        ([9.0, 9.5, 10.0], "all together, at the end"),
        ([7.5, 10.0], "in bursts"),
        ([6.0, 10.0], "one after another"),
        ([0.1, 0.2, 0.3], "one after another"),
    ],
)
def test_the_words_follow_the_share_of_the_wait_that_things_took_to_arrive(
    times: list[float], words: str
) -> None:
    assert rhythm([Arrival(at) for at in times]) == words


def test_two_measurements_differ_only_where_a_comparison_can_look_away() -> None:
    quick, slow = lesson(), lesson(shift=0.037)
    slower = Timeline(
        Arrivals.at("request-response", [(12.3, "answer")]),
        Arrivals.at("stream", [(1.5 * n, f"token {n}") for n in range(1, 9)]),
    )
    cleaned = [
        (MEASURED.sub("T", repr(one)), MEASURED.sub("T", PICTURE.sub("P", one._repr_html_())))
        for one in (quick, slow, slower)
    ]
    assert cleaned[0] == cleaned[1] == cleaned[2]
    assert quick._repr_html_() != slow._repr_html_()


def test_exact_times_are_written_without_the_sign_for_about() -> None:
    exact = Timeline(Arrivals.at("stream", [(0.5, "a"), (1, "b"), (3.0, "c"), (3600, "d")]), exact=True)
    assert repr(exact).endswith("(first 0.5 s, last 3600 s)")
    assert "≈" not in exact._repr_html_()
    assert "3 s" in exact._repr_html_()


def test_the_html_uses_only_what_an_untrusted_notebook_keeps() -> None:
    markup = lesson()._repr_html_()
    assert set(re.findall(r"<([a-z]+)", markup)) <= {"div", "span", "b", "img", "details", "summary"}
    assert not re.search(r"var\(|url\(|\son\w+=|class=|\bid=", markup)
    assert "color" not in PICTURE.sub("", markup)  # words take the theme's colour


def test_hostile_names_and_labels_stay_text_and_long_ones_are_cut() -> None:
    bad = '<script>alert("x")</script>'
    timeline = Timeline(Arrivals.at(bad, [(1.0, bad), (2.0, "é" * 500), (2.0, "two\nlines\r\n\tand more")]))
    markup = timeline._repr_html_()
    assert "<script" not in markup
    assert markup.count("&lt;script&gt;") == 4  # name, alternative text, list heading, label
    assert re.search(r"[^é]é{59}…", markup)
    assert "two lines and more" in markup
    assert len(repr(timeline).splitlines()) == 1


def test_a_name_with_a_line_break_keeps_one_line_per_row() -> None:
    assert len(repr(Timeline(Arrivals.at("a\nb", [(1.0, "")]))).splitlines()) == 1


def test_every_picture_has_its_row_in_words_beside_it() -> None:
    markup = lesson()._repr_html_()
    assert re.findall(r'alt="([^"]+)"', markup) == [
        " ".join(line.split()) for line in repr(lesson()).splitlines()
    ]


def circles(svg: str) -> list[tuple[float, float]]:
    root = ElementTree.fromstring(svg)
    return [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in root if c.tag.endswith("circle")]


def test_rows_share_one_axis_from_zero_to_the_last_arrival() -> None:
    pictures = [base64.b64decode(code).decode() for code in PICTURE.findall(lesson()._repr_html_())]
    (whole,), stream = (circles(picture) for picture in pictures)
    assert len(stream) == 8
    assert whole[0] > max(x for x, _ in stream)
    assert stream == sorted(stream)


def test_a_picture_holds_no_text_and_fits_its_frame() -> None:
    svg = draw([0.0, 0.5, 0.5, 0.5, 1.0, *[1.0] * 40], 1.0)
    assert "text" not in svg and "\n" not in svg
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in circles(svg))


def test_dots_at_the_same_moment_can_be_told_apart() -> None:
    dots = circles(draw([1.0] * 8, 1.0))
    assert len(set(dots)) == 8


@pytest.mark.parametrize("rows", [[], [Arrivals("silent")], [Arrivals.at("at once", [(0.0, "")])]])
def test_a_timeline_of_next_to_nothing_can_be_shown(rows: list[Arrivals]) -> None:
    assert Timeline(*rows)._repr_html_().startswith("<div")
    assert isinstance(repr(Timeline(*rows)), str)


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("colour", [DOT, EDGE, WAIT])
@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_every_colour_shows_on_a_light_page_and_on_a_dark_one(colour: str, page: str) -> None:
    dark, light = sorted((luminance(colour), luminance(page)))
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_a_recorder_notes_what_comes_in_the_order_in_which_it_comes() -> None:
    arrivals = Arrivals("mine")
    for label in "abc":
        arrivals.mark(label)
    assert [one.label for one in arrivals] == ["a", "b", "c"]
    assert 0 <= arrivals[0].at <= arrivals[1].at <= arrivals[-1].at
    assert len(arrivals[1:]) == 2

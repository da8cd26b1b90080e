"""The pictures of docs/performance.md are drawn from the figures that are kept beside them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from bench.plots.charts import charts
from bench.plots.figures import FOLDER, PARTS, read
from bench.plots.svg import LEFT, RIGHT, SPACE, WIDTH, Bar, Chart, Group, svg

CHARTS = charts(read())


def test_every_part_is_measured_and_drawn() -> None:
    """The file of figures has every part, and the folder a picture of each."""
    assert PARTS.keys() == read().keys()
    assert {f"{name}.svg" for name in CHARTS} == {it.name for it in FOLDER.glob("*.svg")}


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_is_what_is_drawn_from_the_figures(name: str) -> None:
    """Each picture is the one that its figures and its chart make; `python -m bench.plots` draws them again."""
    assert svg(CHARTS[name]) == (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_says_all_in_text(name: str) -> None:
    """Each label and each value is text, nothing lies outside the picture, and there are colours for a dark page."""
    chart = CHARTS[name]
    root = ET.fromstring(svg(chart))  # noqa: S314 - written here
    said = [it.text for it in root.iter(f"{{{SPACE}}}text")]
    wanted = {chart.title, chart.about, *chart.series}
    wanted |= {text for group in chart.groups for text in (group.label, *(bar.says for bar in group.bars))}
    assert set() == wanted - set(said)
    assert "prefers-color-scheme: dark" in svg(chart)
    for bar in root.iter(f"{{{SPACE}}}rect"):
        assert float(bar.get("x", 0)) + float(bar.get("width", 0)) <= WIDTH


def test_bars_are_as_long_as_their_values() -> None:
    """On an even scale half the value is half the length; on a logarithmic one a tenth is one step less."""
    groups = (Group("a", (Bar(0, 50.0, "50"), Bar(1, 100.0, "100")), goal=25.0),)
    even, steps = Chart("t", "a", ("x", "y"), groups), Chart("t", "a", ("x", "y"), groups, least=1.0)
    room = WIDTH - LEFT - RIGHT
    assert [room / 4, room / 2, room] == [even.x(it) - LEFT for it in (25.0, 50.0, 100.0)]
    assert [0, pytest.approx(room / 2), room] == [steps.x(it) - LEFT for it in (1.0, 10.0, 100.0)]


def test_what_is_written_is_escaped() -> None:
    """A label may have any sign."""
    chart = Chart("<a> & b", "about", ("x",), (Group("<", (Bar(0, 1.0, "&"),)),))
    assert "<a> & b" == ET.fromstring(svg(chart)).findtext(f"{{{SPACE}}}title")  # noqa: S314 - as above

"""Write bar charts as SVG: text stays text, and the colours follow the reader's light or dark setting."""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 860, 250, 150, 96, 15, 14
SPACE = "http://www.w3.org/2000/svg"
STYLE = """
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
.title { font-size: 17px; font-weight: 600; }
.small { font-size: 12px; fill: #59636e; paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
.paper { fill: #ffffff; }
.line { stroke: #d1d9e0; }
.goal { stroke: #1f2328; stroke-dasharray: 4 3; }
.s0 { fill: #8c959f; } .s1 { fill: #0969da; } .s2 { fill: #1a7f37; } .s3 { fill: #9a6700; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; stroke: #0d1117; }
  .paper { fill: #0d1117; }
  .line { stroke: #3d444d; }
  .goal { stroke: #f0f6fc; }
  .s0 { fill: #656c76; } .s1 { fill: #4493f8; } .s2 { fill: #3fb950; } .s3 { fill: #d29922; }
}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the number of its series, its value, and what is written at its end."""

    series: int
    value: float
    says: str


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together, under one label, and the goal that they have, if they have one."""

    label: str
    bars: tuple[Bar, ...]
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Groups of bars on one scale. A logarithmic scale begins at ``least``."""

    title: str
    about: str
    series: tuple[str, ...]
    groups: tuple[Group, ...]
    least: float = 0.0

    @property
    def most(self) -> float:
        """The largest value or goal."""
        return max(value for group in self.groups for value in (*(bar.value for bar in group.bars), group.goal or 0.0))

    def x(self, value: float) -> float:
        """Return where a value lies, in pixels."""
        room = WIDTH - LEFT - RIGHT
        if not self.least:
            return LEFT + room * value / self.most
        share = math.log(max(value, self.least) / self.least) / math.log(self.most / self.least)
        return LEFT + room * share


def svg(chart: Chart) -> str:
    """Return a chart as an SVG document."""
    y, body, said = float(TOP), [], []
    for group in chart.groups:
        height = BAR * len(group.bars)
        said.append(_text(LEFT - 10, y + height / 2 + 4, group.label, "end"))
        for n, bar in enumerate(group.bars):
            at, end = y + n * BAR, chart.x(bar.value)
            width = max(end - LEFT, 1.5)
            body.append(f'<rect class="s{bar.series}" x="{LEFT}" y="{at:.1f}" width="{width:.1f}" height="{BAR - 2}" rx="2"/>')
            said.append(_text(LEFT + width + 6, at + BAR - 4, bar.says, kind="small"))
        if group.goal is not None:
            x = chart.x(group.goal)
            body.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 4:.1f}" y2="{y + height + 2:.1f}"/>')
        y += height + GAP
    head = [_text(20, 30, chart.title, kind="title"), _text(20, 51, chart.about, kind="small"), *_legend(chart)]
    axis = f'<line class="line" x1="{LEFT}" x2="{LEFT}" y1="{TOP - 6}" y2="{y - GAP + 6:.1f}"/>'
    whole = math.ceil(y + 6)
    return "\n".join(
        (
            f'<svg xmlns="{SPACE}" viewBox="0 0 {WIDTH} {whole}" width="{WIDTH}" height="{whole}" role="img">',
            f"<title>{escape(chart.title)}</title>",
            f"<desc>{escape(chart.about)}</desc>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{whole}"/>',
            *head,
            axis,
            *body,
            *said,  # over the goals
            "</svg>\n",
        )
    )


def _legend(chart: Chart) -> list[str]:
    x, made = 20.0, []
    for n, name in enumerate(chart.series):
        made += [
            f'<rect class="s{n}" x="{x:.0f}" y="66" width="12" height="12" rx="2"/>',
            _text(x + 18, 76, name, kind="small"),
        ]
        x += 40 + 6.2 * len(name)
    if any(group.goal is not None for group in chart.groups):
        made += [
            f'<line class="goal" x1="{x + 4:.0f}" x2="{x + 4:.0f}" y1="64" y2="80"/>',
            _text(x + 14, 76, "goal", kind="small"),
        ]
    return made


def _text(x: float, y: float, says: str, anchor: str = "start", kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(says)}</text>'

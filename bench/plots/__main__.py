"""`python -m bench.plots [PART…]`: measure these parts again, or none, and draw all pictures of docs/performance.md.

`python -m bench.plots all` measures everything, which takes minutes.
"""

from __future__ import annotations

import sys

from bench.plots.charts import charts
from bench.plots.figures import FOLDER, PARTS, measure, read
from bench.plots.svg import svg


def main(asked: list[str]) -> None:
    """Measure what is asked for, and draw."""
    unknown = set(asked) - {*PARTS, "all"}
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known: all, {', '.join(PARTS)}")
    figures = measure(*(PARTS if "all" in asked else asked)) if asked else read()
    for name, chart in charts(figures).items():
        (FOLDER / f"{name}.svg").write_text(svg(chart), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

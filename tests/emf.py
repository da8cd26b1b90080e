"""Read log lines as CloudWatch does: the metrics that they carry in the embedded metric format."""

from __future__ import annotations

import json
import logging
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.logs import JsonFormatter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pytest


class Lines(logging.Handler):
    """Keeps what is logged, as it is written."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        super().__init__()
        self.written: list[str] = []
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.written.append(self.format(record))

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines that were written."""
        return [json.loads(line) for line in self.written]


@contextmanager
def listening() -> Iterator[Lines]:
    """Listen to every log there is, debugging included."""
    heard, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(heard)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(heard)
        root.setLevel(level)


class Point(NamedTuple):
    """One value of a metric, under one set of dimensions."""

    name: str
    value: float
    dimensions: dict[str, str]
    unit: str
    namespace: str


def points(lines: Iterable[dict[str, Any]]) -> Iterator[Point]:
    """Yield what CloudWatch makes of log lines. Raises ``KeyError`` for a line that names what it does not hold."""
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            assert isinstance(line["_aws"]["Timestamp"], int)
            for names in directive["Dimensions"]:
                by = {name: line[name] for name in names}
                assert all(isinstance(value, str) and value for value in by.values()), by
                for it in directive["Metrics"]:
                    yield Point(it["Name"], line[it["Name"]], by, it["Unit"], directive["Namespace"])


def written(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the log's records as the deployed functions write them."""
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


def values(caplog: pytest.LogCaptureFixture, name: str) -> list[float]:
    """Return the values of one metric, over all of its dimensions."""
    return [it.value for it in points(written(caplog)) if it.name == name and list(it.dimensions) == ["service"]]


def totals(caplog: pytest.LogCaptureFixture, *names: str) -> dict[str, float]:
    """Return the sums of these metrics."""
    sums: Counter[str] = Counter()
    for name in names:
        sums[name] += sum(values(caplog, name))  # type: ignore[assignment]
    return dict(sums)

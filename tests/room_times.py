"""Print below the results how long each room of tests took."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


class RoomTimes:
    """Sums the durations that all workers report, room by room."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._tests: defaultdict[str, int] = defaultdict(int)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one phase of one test: its preparation, the test itself, or its cleaning up."""
        room = report.nodeid.split("/")[1] if "/" in report.nodeid else "."
        self._seconds[room] += report.duration
        self._tests[room] += report.when == "call"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, the slowest room first."""
        if not self._seconds:
            return
        terminalreporter.section("time by room")
        for room, seconds in sorted(self._seconds.items(), key=lambda it: -it[1]):
            terminalreporter.write_line(f"{room:<12} {seconds:7.1f} s {self._tests[room]:6} tests")
        seconds, tests = sum(self._seconds.values()), sum(self._tests.values())
        terminalreporter.write_line(f"{'all workers':<12} {seconds:7.1f} s {tests:6} tests")

"""The logs of a local cloud are read whole, although its engine gives them in parts without saying so."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud import logs
from localcloud.layout import LocalCloudError

AT_ONCE = 10_000


class _Logs:
    """Log groups as MiniStack has them: the oldest events from a time on, 10,000 at most, without a token for the rest."""

    def __init__(self, groups: dict[str, list[int]]) -> None:
        self._groups: dict[str, list[dict[str, Any]]] = {
            name: [{"timestamp": at, "message": f"{name} {n}"} for n, at in enumerate(times)] for name, times in groups.items()
        }

    def describe_log_groups(self, **_asked: str) -> dict[str, Any]:
        return {"logGroups": [{"logGroupName": name} for name in self._groups]}

    def filter_log_events(self, *, logGroupName: str, startTime: int = 0, limit: int = AT_ONCE) -> dict[str, Any]:  # noqa: N803
        events = [event for event in self._groups[logGroupName] if event["timestamp"] >= startTime]
        return {"events": events[: min(limit, AT_ONCE)]}

    @property
    def messages(self) -> list[str]:
        return [event["message"] for events in self._groups.values() for event in events]


def read(client: _Logs, directory: Path, engine: str = "") -> list[str]:
    """The lines of a cloud with these logs."""
    (directory / "ministack.log").write_text(engine, encoding="utf-8")
    cloud: Any = SimpleNamespace(aws=lambda _: client, directory=directory)
    return logs.lines(cloud)


@pytest.mark.parametrize(
    "groups",
    [
        {"a": [], "b": [5, 5, 7]},
        {"a": list(range(AT_ONCE))},
        {"a": list(range(AT_ONCE + 1)), "b": [1]},
        {"a": [n // 7 for n in range(3 * AT_ONCE + 5)], "b": [n // 4_000 for n in range(2 * AT_ONCE)]},
        {"a": [3] * (AT_ONCE - 1)},
    ],
    ids=["few", "a page", "a page and one", "several at a time", "almost a page at one time"],
)
def test_every_line_is_read_once(groups: dict[str, list[int]], tmp_path: Path) -> None:
    """P1: who looks for a word in the logs sees all of them, and each once, however many there are."""
    client = _Logs(groups)
    assert client.messages == read(client, tmp_path)


def test_lines_that_cannot_be_read_are_no_silence(tmp_path: Path) -> None:
    """P1: where more lines are of one time than the engine gives, reading fails, and says of which group."""
    with pytest.raises(LocalCloudError, match=r"^a holds more than"):
        read(_Logs({"a": [3] * (AT_ONCE + 1)}), tmp_path)


def test_what_the_engine_delivers_is_no_log(tmp_path: Path) -> None:
    """The engine's own lines count but for those of the services that it plays."""
    assert ["b"] == read(_Logs({}), tmp_path, "x [sns] SNS fanout to ana@example.com\nb\n")

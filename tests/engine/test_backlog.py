"""The backlog of deadlines is logged as a number, becomes a metric, and has an alarm."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from chalicelib.logs import JsonFormatter
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.items import item, text
from chalicelib.store.keys import ORDER_SK
from infra.build import template
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import DAY, PROMISED, SECOND
from tests.emf import points
from tests.engine.crowd import TABLE, open_orders, services_on
from tests.service.office import Watch

RESOURCES: dict[str, Any] = template()["Resources"]


def logged(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the log lines about backlogs."""
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    return [line for line in lines if "OldestDueSeconds" in line]


@pytest.mark.parametrize(("late_s", "told"), [(-1, 0), (0, 0), (1, 1), (4000, 4000)])
def test_a_sweep_says_how_long_the_oldest_has_been_due(caplog: pytest.LogCaptureFixture, late_s: int, told: int) -> None:
    """Each sweep of a shard logs one number: the age of the oldest due case, zero with none."""
    table = MemoryTable(TABLE)
    open_orders(table, ["late"], PROMISED, shards=1)
    open_orders(table, ["later"], PROMISED + DAY, shards=1)
    with caplog.at_level(logging.INFO):
        sweep_shard(services_on(table, Watch(PROMISED + 15 * DAY + late_s * SECOND), shards=1), 0)
    assert [(0, told)] == [(line["shard"], line["OldestDueSeconds"]) for line in logged(caplog)]


def test_what_cannot_be_swept_stays_in_the_backlog(caplog: pytest.LogCaptureFixture) -> None:
    """A case that fails again and again grows older in the log until somebody looks at it."""
    table = MemoryTable(TABLE)
    open_orders(table, ["late"], PROMISED, shards=1)
    (stored,) = [it for it in table.snapshot() if text(it, "sk") == ORDER_SK]
    table.put_item(TableName=TABLE, Item=stored | item(data="not readable"))
    with caplog.at_level(logging.INFO):
        for late_s in (0, 60, 120):
            sweep_shard(services_on(table, Watch(PROMISED + 15 * DAY + late_s * SECOND), shards=1), 0)
    assert [line["OldestDueSeconds"] for line in logged(caplog)] == [0, 60, 120]


def test_the_alarm_watches_what_the_sweep_logs(caplog: pytest.LogCaptureFixture) -> None:
    """The line carries the metric that the alarm watches and the dashboard shows, under the alarm's dimensions."""
    with caplog.at_level(logging.INFO):
        sweep_shard(services_on(MemoryTable(TABLE), Watch(PROMISED), shards=1), 0)
    (point,) = points(logged(caplog))
    alarm = RESOURCES["DeadlineBacklogAlarm"]["Properties"]
    assert (alarm["MetricName"], {it["Name"]: it["Value"] for it in alarm["Dimensions"]}) == (point.name, point.dimensions)
    assert ("Maximum", 300, "GreaterThanThreshold") == tuple(
        alarm[it] for it in ("Statistic", "Threshold", "ComparisonOperator")
    )
    assert point.name in RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert {"Ref": "OperatorsTopic"} in alarm["AlarmActions"]


def test_the_level_of_the_logs_lets_the_number_through() -> None:
    """The number is logged at the deployed level: a higher level would silence the alarm."""
    assert "INFO" == template()["Parameters"]["LogLevel"]["Default"]

"""The tables of cloud resources: every row has its reason, is in the built template, and fits the other rows."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.logs import IDS, MEASURES
from chalicelib.metrics import METRICS
from chalicelib.switches import Switch, name_of
from infra import alarms, dashboard, functions, gateway, logs, queues, switches, watched
from infra.alarms.alarm import Alarm
from infra.build import merge, template
from infra.cloudformation import ref
from infra.table import pointed
from localcloud.packaging.build import Artefact

TEMPLATE = template()
RESOURCES = TEMPLATE["Resources"]
ROWS: list[tuple[str, str, Any]] = [
    *(("AWS::CloudWatch::Alarm", row.name, row) for row in alarms.ALARMS),
    *(("AWS::Logs::LogGroup", row.name, row) for row in logs.LOG_GROUPS),
    *(("AWS::SQS::Queue", row.name, row) for row in queues.QUEUES),
    *(("AWS::SNS::Topic", row.name, row) for row in queues.TOPICS),
    *(("AWS::SSM::Parameter", row.name, row) for row in switches.SWITCHES),
]
"""Each row that is a resource of its own: its type in the template, its name, and the row."""

OF_THE_GATEWAY = "ApiAccessLogs"
"""The log group that is no function's: calls of the API, where an operator asks for them."""
ROOT = Path(__file__).resolve().parents[2]


def packaged(package: Artefact) -> dict[str, Any]:
    """Read the resources of a package's template."""
    resources: dict[str, Any] = json.loads(package.template.read_text(encoding="utf-8"))["Resources"]
    return resources


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((name, row.reason) for _, name, row in ROWS),
        *((chart.title, chart.reason) for row in dashboard.ROWS for chart in row.charts),
        *((row.kind, row.reason) for row in gateway.ANSWERS),
        *((row.name, row.reason) for row in functions.FUNCTIONS),
    ],
)
def test_a_row_has_a_reason(name: str, reason: str) -> None:
    """Every row of the table says why it is there."""
    assert reason.endswith("."), name
    assert len(reason.split()) > 2, name


def test_the_package_has_every_row_and_no_resource_of_their_kinds_beside_them(production_package: Artefact) -> None:
    """The package has exactly the tables' rows: nothing is lost, and nothing of these kinds is written by hand."""
    deployed = packaged(production_package)
    kinds = {kind for kind, _, _ in ROWS}

    assert {(kind, name) for kind, name, _ in ROWS} == {
        (it["Type"], name) for name, it in deployed.items() if it["Type"] in kinds and name != OF_THE_GATEWAY
    }
    assert all(pointed(RESOURCES[name]) == deployed[name] for _, name, _ in ROWS)


def test_no_two_rows_have_one_name() -> None:
    """A second row of the same name would silently replace the first."""
    names = [name for _, name, _ in ROWS]
    kinds = [row.kind for row in gateway.ANSWERS]

    assert len(names) == len(set(names))
    assert len(kinds) == len(set(kinds))


def test_a_resource_that_is_defined_twice_breaks_the_build() -> None:
    """A row cannot replace what `resources.json` defines, nor the other way round."""
    with pytest.raises(ValueError, match=r"^Resources\.Table is defined twice$"):
        merge({"Table": {"Type": "AWS::DynamoDB::Table"}}, {"Table": {"Type": "AWS::SQS::Queue"}}, "Resources")


def test_a_switch_of_the_product_is_a_parameter_of_the_stack() -> None:
    """The names that functions ask for are those that the stack makes, off at first, and the page explains each."""
    prefix = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["SWITCHES_PREFIX"]["Fn::Sub"]
    made = {RESOURCES[row.name]["Properties"]["Name"]["Fn::Sub"]: row for row in switches.SWITCHES}
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("\n## Kill switches\n")[1].split("\n## ")[0]

    assert {name_of(prefix, switch) for switch in Switch} == set(made)
    assert {"off"} == {RESOURCES[row.name]["Properties"]["Value"] for row in switches.SWITCHES}
    assert [] == [switch.value for switch in Switch if f"| `{switch.value}` |" not in page]


def test_every_function_has_its_log_group(production_package: Artefact) -> None:
    """Lambda would make a missing group itself and keep it for ever, with what people's requests left in it (P2)."""
    names = [name for name, it in packaged(production_package).items() if it["Type"] == "AWS::Serverless::Function"]

    assert sorted(names) == sorted(row.function for row in logs.LOG_GROUPS), "correct LOG_GROUPS in infra/logs.py"
    assert sorted(names) == sorted(row.name for row in functions.FUNCTIONS), "correct FUNCTIONS in infra/functions.py"


def watched_by(row: Alarm) -> tuple[watched.Metric, ...]:
    """The metrics that an alarm watches."""
    return row.metric.metrics if isinstance(row.metric, watched.Formula) else (row.metric,)


def deployed_alarms(package: Artefact) -> list[tuple[str, dict[str, Any]]]:
    """The metric's name and the dimensions of each deployed alarm on a single metric."""
    found = [it["Properties"] for it in packaged(package).values() if it["Type"] == "AWS::CloudWatch::Alarm"]
    named = (it for it in found if "MetricName" in it)
    return [(it["MetricName"], {by["Name"]: by["Value"] for by in it.get("Dimensions", ())}) for it in named]


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_every_function_has_its_alarms(production_package: Artefact, metric: str) -> None:
    """A function of the package whose errors or throttles nobody is told of fails here."""
    functions = [name for name, it in packaged(production_package).items() if it["Type"] == "AWS::Serverless::Function"]
    alarmed = [by["FunctionName"]["Ref"] for name, by in deployed_alarms(production_package) if name == metric]

    assert sorted(functions) == sorted(alarmed), "correct LOG_GROUPS in infra/logs.py: each function there gets its alarms"


@pytest.mark.parametrize("metric", ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"])
def test_every_queue_has_its_alarms(production_package: Artefact, metric: str) -> None:
    """A queue of the package, dead letters too, of whose depth or age nobody is told fails here."""
    made = [name for name, it in packaged(production_package).items() if it["Type"] == "AWS::SQS::Queue"]
    alarmed = [by["QueueName"]["Fn::GetAtt"][0] for name, by in deployed_alarms(production_package) if name == metric]

    assert sorted(made) == sorted(alarmed), "add an alarm on its depth and on its age to infra/alarms/"


def test_every_reader_of_a_stream_has_its_alarm(production_package: Artefact) -> None:
    """A function that reads the table's stream is watched for its lag."""
    functions = {name: it for name, it in packaged(production_package).items() if it["Type"] == "AWS::Serverless::Function"}
    readers = [name for name, it in functions.items() if '"StreamArn"' in json.dumps(it["Properties"].get("Events", {}))]
    alarmed = [by["FunctionName"]["Ref"] for name, by in deployed_alarms(production_package) if name == "IteratorAge"]

    assert sorted(readers) == sorted(alarmed), "add an alarm on its IteratorAge to infra/alarms/"


def test_every_topic_of_systems_has_its_alarm() -> None:
    """Systems that a topic cannot reach are reported; operators read their own topic, and a device's end is no failure."""
    topics = {row.name for row in queues.TOPICS} - {"OperatorsTopic", "DeviceFailuresTopic"}
    alarmed = {name for name in topics if watched.undelivered_by(name) in [row.metric for row in alarms.ALARMS]}

    assert topics == alarmed


def test_a_queue_that_no_function_reads_tells_an_operator(production_package: Artefact) -> None:
    """The first message in such a queue waits for a person, and any other queue hands its failures to one of these."""
    deployed = json.dumps([it for it in packaged(production_package).values() if it["Type"] == "AWS::Serverless::Function"])
    read = {row.name for row in queues.QUEUES if f'"Queue": {{"Fn::GetAtt": ["{row.name}", "Arn"]}}' in deployed}
    outside = {row.name for row in queues.QUEUES if row.reads}
    unread = {row.name for row in queues.QUEUES} - read - outside
    at_once = [row.metric for row in alarms.ALARMS if row.threshold == 0]
    alarmed = {row.name for row in queues.QUEUES if watched.waiting_in(row.name) in at_once}

    assert {"SweepQueue", "UploadQueue", "WebhookQueue"} == read
    assert unread == alarmed, "add an alarm on each queue that nothing reads to infra/alarms/"
    assert all(row.dead_letters in unread and row.tries for row in queues.QUEUES if row.name in read | outside)


def test_a_queue_and_its_alarms_are_there_together() -> None:
    """An alarm on a queue that the deployment does not have would fail it; a queue without its alarm would be silent."""
    of_queues = [(row.condition, watched.waiting_in(row.name), watched.age_in(row.name)) for row in queues.QUEUES]
    pairs = [(it.condition, wanted) for it in alarms.ALARMS for wanted, *metrics in of_queues if it.metric in metrics]
    assert len(pairs) > 12
    assert [] == [pair for pair in pairs if pair[0] != pair[1]]


def ours(row: Alarm) -> list[watched.Metric]:
    """The metrics of ours that an alarm watches."""
    return [it for it in watched_by(row) if it.namespace == ref("AWS::StackName")]


def shown() -> set[str]:
    """The names of our metrics on the dashboard."""
    body = json.dumps([chart.lines for row in dashboard.ROWS for chart in row.charts])
    return {name for name in re.findall(r"\w+", body) if name in METRICS or (name[0].isupper() and name.endswith("Seconds"))}


def test_a_metric_of_ours_is_declared() -> None:
    """An alarm on a metric that nothing makes, or by a dimension that it does not have, would be silent for ever."""
    on_metrics = [it for row in alarms.ALARMS for it in ours(row)]

    assert [] == [it.name for it in on_metrics if it.name not in METRICS], "declare it in chalicelib/metrics.py"
    for it in on_metrics:
        names = tuple(name for name, _ in it.dimensions)
        assert names in {("service",), ("service", *METRICS[it.name].dimensions)}, it.name
    in_seconds = {row.name for row in alarms.ALARMS for it in ours(row) if METRICS[it.name].unit == "Seconds"}
    assert in_seconds == {row.name for row in alarms.ALARMS for it in ours(row) if row.statistic == "Maximum"}


def test_every_metric_of_ours_is_shown_on_the_dashboard() -> None:
    """A metric that nobody sees is not worth its price."""
    assert set(METRICS) - {"ShardsSwept"} == shown(), "add it to a chart of infra/dashboard.py"


def calls_of(name: str) -> Iterator[ast.Call]:
    """Yield every call of a function of that name in the code that is deployed."""
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called == name:
                    yield node


def test_every_metric_is_measured_and_every_measure_is_declared() -> None:
    """A name that is spelt differently on the two sides would count nothing."""
    counted = {keyword.arg for call in calls_of("measured") for keyword in call.keywords}

    assert set(METRICS) == counted, "declare it in chalicelib/metrics.py, or measure it"


def test_a_field_that_is_logged_is_allowed() -> None:
    """P1: a line carries only allowed fields, so a call that logs another one would lose it."""
    dicts = [
        node
        for level in ("debug", "info", "warning", "error", "exception")
        for call in calls_of(level)
        for keyword in call.keywords
        if keyword.arg == "extra"
        for node in ast.walk(keyword.value)
        if isinstance(node, ast.Dict)
    ]
    logged = {key.value for it in dicts for key in it.keys if isinstance(key, ast.Constant)}
    logged |= {keyword.arg for name in ("about", "learn") for call in calls_of(name) for keyword in call.keywords}
    logged -= {None, "Status", "Channel", "Reason"}

    assert len(logged) > 15
    assert set() == logged - {*IDS, *MEASURES}, "add it to IDS or MEASURES in chalicelib/logs.py"


def test_the_calls_of_dynamodb_are_watched() -> None:
    """DynamoDB counts its errors by call, so each call that the code makes is in the alarm's sum; so is each index.

    A loop over pages takes the call by its name, so a comma may follow it as well as a bracket.
    """
    known = {"".join(part.title() for part in name.split("_")) for name in ("transact_write_items",)}
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        calls = re.findall(r"\.((?:batch_|transact_)?(?:get|put|update|delete|write)_items?|query|scan)[(,]", source)
        known |= {"".join(part.title() for part in name.split("_")) for name in calls}
    indexes = RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]

    assert set(watched.OPERATIONS) == known
    assert list(watched.INDEXES) == [index["IndexName"] for index in indexes]


def test_a_row_refers_to_what_there_is(production_package: Artefact) -> None:
    """A queue, topic or function that an alarm watches is in the template."""
    known = packaged(production_package)
    values = [value for row in alarms.ALARMS for it in watched_by(row) for _, value in it.dimensions if isinstance(value, dict)]
    names = [it["Fn::GetAtt"][0] if "Fn::GetAtt" in it else it["Ref"] for it in values]

    unknown = [name for name in names if name not in known and not name.startswith("AWS::")]
    assert [] == unknown, "correct this name in infra/alarms/, or define the resource in infra/"


def test_an_alarm_is_one_that_aws_takes() -> None:
    """CloudWatch looks at a week at most, at a day if a period is below an hour, and at ten metrics at most."""
    for row in alarms.ALARMS:
        assert row.seconds * (row.among or row.periods) <= 86_400 * (7 if row.seconds >= 3600 else 1), row.name
        assert row.periods <= (row.among or row.periods), row.name
        assert len(watched_by(row)) <= 10, row.name

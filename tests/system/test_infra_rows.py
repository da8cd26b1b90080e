"""The tables of cloud resources: every row has its reason, is in the built template, and fits the other rows."""

import json
from typing import Any

import pytest

from infra import alarms, dashboard, gateway, logs, queues
from infra.build import merge, template
from infra.cloudformation import ref
from localcloud.packaging.build import Artefact

RESOURCES = template()["Resources"]
ROWS: list[tuple[str, str, Any]] = [
    *(("AWS::CloudWatch::Alarm", row.name, row) for row in alarms.ALARMS),
    *(("AWS::Logs::LogGroup", row.name, row) for row in logs.LOG_GROUPS),
    *(("AWS::Logs::MetricFilter", row.name, row) for row in logs.FILTERS),
    *(("AWS::SQS::Queue", row.name, row) for row in queues.QUEUES),
    *(("AWS::SNS::Topic", row.name, row) for row in queues.TOPICS),
]
"""Each row that is a resource of its own: its type in the template, its name, and the row."""


def packaged(package: Artefact) -> dict[str, Any]:
    """Read the resources of a package's template."""
    resources: dict[str, Any] = json.loads(package.template.read_text(encoding="utf-8"))["Resources"]
    return resources


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *((name, row.reason) for _, name, row in ROWS),
        *((row.title, row.reason) for row in dashboard.CHARTS),
        *((row.kind, row.reason) for row in gateway.ANSWERS),
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
        (it["Type"], name) for name, it in deployed.items() if it["Type"] in kinds
    }
    assert all(RESOURCES[name] == deployed[name] for _, name, _ in ROWS)


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


def test_every_function_has_its_log_group(production_package: Artefact) -> None:
    """Lambda would make a missing group itself and keep it for ever, with what people's requests left in it (P2)."""
    functions = [name for name, it in packaged(production_package).items() if it["Type"] == "AWS::Serverless::Function"]

    assert sorted(functions) == sorted(row.function for row in logs.LOG_GROUPS)


def test_a_queue_that_no_function_reads_has_an_alarm(production_package: Artefact) -> None:
    """Messages in such a queue wait for a person, and any other queue hands its failures to one of these."""
    deployed = json.dumps([it for it in packaged(production_package).values() if it["Type"] == "AWS::Serverless::Function"])
    read = {row.name for row in queues.QUEUES if f'"Queue": {{"Fn::GetAtt": ["{row.name}", "Arn"]}}' in deployed}
    unread = {row.name for row in queues.QUEUES} - read
    alarmed = {row.name for row in queues.QUEUES if alarms.waiting_in(row.name) in [it.metric for it in alarms.ALARMS]}

    assert {"SweepQueue", "UploadQueue"} == read
    assert unread == alarmed
    assert all(row.dead_letters in unread and row.tries for row in queues.QUEUES if row.name in read)


def test_a_metric_of_ours_is_made_by_a_filter() -> None:
    """An alarm or a chart on a metric that nothing makes would be silent for ever."""
    made = {row.metric for row in logs.FILTERS}
    watched = {row.metric.name for row in alarms.ALARMS if row.metric.namespace == ref("AWS::StackName")}
    shown = {line[1] for row in dashboard.CHARTS for line in row.lines if line[0] == "${AWS::StackName}"}

    assert watched <= made
    assert shown <= made


def test_a_row_refers_to_what_there_is(production_package: Artefact) -> None:
    """A queue, topic or function that an alarm watches or a filter reads is in the template."""
    known = packaged(production_package)
    watched = [value for row in alarms.ALARMS for _, value in row.metric.dimensions if isinstance(value, dict)]
    names = [it["Fn::GetAtt"][0] if "Fn::GetAtt" in it else it["Ref"] for it in watched]
    names += [row.function for row in logs.FILTERS]

    assert [] == [name for name in names if name not in known and not name.startswith("AWS::")]

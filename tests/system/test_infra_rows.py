"""The tables of cloud resources: every row has its reason, is in the built template, and fits the other rows."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.logs import MEASURES
from chalicelib.switches import Switch, name_of
from infra import alarms, dashboard, gateway, logs, queues, switches
from infra.build import merge, template
from infra.cloudformation import ref
from localcloud.packaging.build import Artefact

TEMPLATE = template()
RESOURCES = TEMPLATE["Resources"]
ROWS: list[tuple[str, str, Any]] = [
    *(("AWS::CloudWatch::Alarm", row.name, row) for row in alarms.ALARMS),
    *(("AWS::Logs::LogGroup", row.name, row) for row in logs.LOG_GROUPS),
    *(("AWS::Logs::MetricFilter", row.name, row) for row in logs.FILTERS),
    *(("AWS::SQS::Queue", row.name, row) for row in queues.QUEUES),
    *(("AWS::SNS::Topic", row.name, row) for row in queues.TOPICS),
    *(("AWS::SSM::Parameter", row.name, row) for row in switches.SWITCHES),
]
"""Each row that is a resource of its own: its type in the template, its name, and the row."""

ROOT = Path(__file__).resolve().parents[2]


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
    functions = [name for name, it in packaged(production_package).items() if it["Type"] == "AWS::Serverless::Function"]

    assert sorted(functions) == sorted(row.function for row in logs.LOG_GROUPS), "correct LOG_GROUPS in infra/logs.py"


def test_a_queue_that_no_function_reads_has_an_alarm(production_package: Artefact) -> None:
    """Messages in such a queue wait for a person, and any other queue hands its failures to one of these."""
    deployed = json.dumps([it for it in packaged(production_package).values() if it["Type"] == "AWS::Serverless::Function"])
    read = {row.name for row in queues.QUEUES if f'"Queue": {{"Fn::GetAtt": ["{row.name}", "Arn"]}}' in deployed}
    unread = {row.name for row in queues.QUEUES} - read
    alarmed = {row.name for row in queues.QUEUES if alarms.waiting_in(row.name) in [it.metric for it in alarms.ALARMS]}

    assert {"SweepQueue", "UploadQueue"} == read
    assert unread == alarmed, "add an alarm on each queue that nothing reads to ALARMS in infra/alarms.py"
    assert all(row.dead_letters in unread and row.tries for row in queues.QUEUES if row.name in read)


def test_a_metric_of_ours_is_made_by_a_filter() -> None:
    """An alarm or a chart on a metric that nothing makes would be silent for ever."""
    made = {row.metric for row in logs.FILTERS}
    watched = {row.metric.name for row in alarms.ALARMS if row.metric.namespace == ref("AWS::StackName")}
    shown = {line[1] for row in dashboard.CHARTS for line in row.lines if line[0] == "${AWS::StackName}"}

    assert set() == watched - made, "add a row that makes this metric to FILTERS in infra/logs.py"
    assert set() == shown - made, "add a row that makes this metric to FILTERS in infra/logs.py"


def test_an_alarm_is_explained_to_operators() -> None:
    """The operations page has a row for each alarm and no other: its meaning, what to look at, and what to do."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.split("\n### Alarms\n")[1].split("\n#")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| `")]
    explained = [row[0].strip("`") for row in rows]
    names = [row.name for row in alarms.ALARMS]

    assert [] == [name for name in names if name not in explained], 'add its row under "Alarms" in docs/operations.md'
    assert [] == [name for name in explained if name not in names], 'remove its row under "Alarms" in docs/operations.md'
    assert len(explained) == len(set(explained)), 'remove the second row of an alarm under "Alarms" in docs/operations.md'
    assert [] == [row for row in rows if len(row) != 4 or not all(row)], "fill in every cell of the row"


def logged() -> Iterator[str]:
    """Yield every text in a call of a module's log: messages, and the names of ids and numbers."""
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(tree):
            match call:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"))):
                    texts = [it.value for it in ast.walk(call) if isinstance(it, ast.Constant)]
                    texts += [constants[it.id] for it in ast.walk(call) if isinstance(it, ast.Name) and it.id in constants]
                    yield from (text for text in texts if isinstance(text, str))


def test_a_filter_counts_lines_that_the_code_logs() -> None:
    """A filter on a line that nothing logs, or on a number that no line carries, would count nothing for ever."""
    texts = set(logged())
    numbers = {name for row in logs.FILTERS for name in re.findall(r"\$\.(\w+)", f"{row.pattern} {row.value}")} - {"message"}
    words = {row.pattern for row in logs.FILTERS if not row.pattern.startswith("{")}
    words |= {text for row in logs.FILTERS for text in re.findall(r'\$\.message = "(.+?)"', row.pattern)}

    assert set() == numbers - set(MEASURES), "add this number to MEASURES in chalicelib/logs.py, or correct infra/logs.py"
    assert set() == numbers - texts, "log a line with this number, or correct the filter in infra/logs.py"
    assert set() == words - texts, "log a line with these words, or correct the filter in infra/logs.py"


def test_a_row_refers_to_what_there_is(production_package: Artefact) -> None:
    """A queue, topic or function that an alarm watches or a filter reads is in the template."""
    known = packaged(production_package)
    watched = [value for row in alarms.ALARMS for _, value in row.metric.dimensions if isinstance(value, dict)]
    names = [it["Fn::GetAtt"][0] if "Fn::GetAtt" in it else it["Ref"] for it in watched]
    names += [row.function for row in logs.FILTERS]

    unknown = [name for name in names if name not in known and not name.startswith("AWS::")]
    assert [] == unknown, "correct this name in infra/alarms.py or infra/logs.py, or define the resource in infra/"

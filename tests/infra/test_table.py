"""The stack's table, or one that is there already: what stands for it in the template."""

import json
from typing import Any

import pytest

from infra.table import pointed
from localcloud.packaging.build import Artefact, build

STREAM = "2026-11-27T10:00:00.000"
ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/shop-restored"
OWN: dict[str, Any] = {"": {"Ref": "Table"}, "Arn": {"Fn::GetAtt": ["Table", "Arn"]}}


def chosen(value: Any, *, existing: bool) -> Any:  # noqa: ANN401 - a part of a template
    """Return a part of a template as it is with, or without, an existing table."""
    match value:
        case {"Fn::If": ["HasExistingTableName", given, otherwise]}:
            return chosen(given if existing else otherwise, existing=existing)
        case {"Ref": "ExistingTableName"}:
            return "shop-restored"
        case {"Fn::Sub": str(text)}:
            named = text.replace("${ExistingTableName}", "shop-restored").replace("${ExistingTableStream}", STREAM)
            return {"Fn::Sub": named}
        case dict():
            return {name: chosen(it, existing=existing) for name, it in value.items()}
        case list():
            return [chosen(it, existing=existing) for it in value]
    return value


@pytest.fixture(scope="module")
def package() -> Artefact:
    """The package of production."""
    return build("prod")


def test_without_another_table_nothing_changes(package: Artefact) -> None:
    """Name, ARN and stream are those of the stack's own table, and its rights are on that table."""
    resources = chosen(json.loads(package.template.read_text(encoding="utf-8")), existing=False)["Resources"]

    text = json.dumps(resources)
    assert "shop-restored" not in text
    stream = {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert stream == resources["Publish"]["Properties"]["Events"]["PublishDynamodbEventSource"]["Properties"]["Stream"]


def test_with_another_table_only_its_own_resource_is_left_of_the_own_one(package: Artefact) -> None:
    """Every function, right, stream, alarm, chart and output names the other table; the own one stays, and is not used."""
    template = chosen(json.loads(package.template.read_text(encoding="utf-8")), existing=True)

    kept = template["Resources"].pop("Table")
    left = json.dumps(template)
    assert ("AWS::DynamoDB::Table", "Retain") == (kept["Type"], kept["DeletionPolicy"])
    assert [] == [it for it in ('{"Ref": "Table"}', '["Table", ', "${Table}", "${Table.") if it in left]
    for function, source in (("Publish", "PublishDynamodbEventSource"), ("Chat", "ChatDynamodbEventSource")):
        stream = template["Resources"][function]["Properties"]["Events"][source]["Properties"]["Stream"]
        assert {"Fn::Sub": f"{ARN}/stream/{STREAM}"} == stream
    assert {"Value": "shop-restored"} == template["Outputs"]["TableName"]


@pytest.mark.parametrize(
    ("text", "name", "attribute"), [("${Table.Arn}/index/*", "TableArnInUse", "Arn"), ("of ${Table}", "TableNameInUse", "")]
)
def test_a_table_within_a_text_is_the_one_in_use(text: str, name: str, attribute: str) -> None:
    """A text with the table in it takes its name or ARN from a variable of the text."""
    seen = pointed({"Fn::Sub": text})["Fn::Sub"]

    assert (f"${{{name}}}" in seen[0], [name]) == (True, list(seen[1]))
    assert OWN[attribute] == chosen(seen[1][name], existing=False)


def test_other_references_stay() -> None:
    """Nothing but the table is replaced."""
    other = {"A": [{"Ref": "Topic"}, {"Fn::GetAtt": ["TableLogs", "Arn"]}, {"Fn::Sub": "${TableKmsKeyArn}"}], "B": 1}

    assert other == pointed(other)

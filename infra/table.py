"""Point the stack at its own table, or at one that is there already: restored, or left by a stack that was deleted."""

import re
from typing import Any

from infra.cloudformation import attribute, given, ref, sub

OWN = "Table"
_ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${ExistingTableName}"
IN_USE: dict[str, dict[str, Any]] = {
    "": given("ExistingTableName", otherwise=ref(OWN)),
    "Arn": given("ExistingTableName", sub(_ARN), attribute(OWN, "Arn")),
    "StreamArn": given("ExistingTableName", sub(f"{_ARN}/stream/${{ExistingTableStream}}"), attribute(OWN, "StreamArn")),
}
"""By attribute, what stands for the table in use; its name is without an attribute."""
_IN_TEXT = re.compile(r"\$\{Table(?:[.](\w+))?\}")


def pointed(value: Any) -> Any:  # noqa: ANN401 - a part of a template
    """Return a part of a template in which each reference to the stack's own table is one to the table in use.

    The stack keeps its own table beside another one: nothing is lost by a change of the parameter.
    """
    match value:
        case {"Ref": "Table"}:
            return IN_USE[""]
        case {"Fn::GetAtt": ["Table", name]}:
            return IN_USE[name]
        case {"Fn::Sub": str(text)} if _IN_TEXT.search(text):
            named = {f"Table{found or 'Name'}InUse": IN_USE[found] for found in _IN_TEXT.findall(text)}
            return {"Fn::Sub": [_IN_TEXT.sub(lambda it: f"${{Table{it[1] or 'Name'}InUse}}", text), named]}
        case dict():
            return {name: pointed(it) for name, it in value.items()}
        case list():
            return [pointed(it) for it in value]
    return value

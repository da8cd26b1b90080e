"""Write references and resources of a CloudFormation template."""

from typing import Any

Value = str | int | dict[str, Any]
"""A value of a template: plain, or one of CloudFormation's functions."""
NOTHING = {"Ref": "AWS::NoValue"}


def ref(name: str) -> dict[str, Any]:
    """Return a reference to the resource or parameter called `name`."""
    return {"Ref": name}


def attribute(resource: str, name: str) -> dict[str, Any]:
    """Return a reference to an attribute of a resource."""
    return {"Fn::GetAtt": [resource, name]}


def sub(text: str) -> dict[str, Any]:
    """Return `text` with its `${...}` replaced when the stack is deployed."""
    return {"Fn::Sub": text}


def given(parameter: str, value: object = None, otherwise: object = NOTHING) -> dict[str, Any]:
    """Return `value`, by default the parameter itself, if the optional parameter is given, and `otherwise` if not."""
    return {"Fn::If": [f"Has{parameter}", ref(parameter) if value is None else value, otherwise]}


def unless_zero(parameter: str) -> tuple[tuple[str, dict[str, Any]], dict[str, Any]]:
    """Return the condition that a number is not 0, with its name, and the number under it."""
    name = f"Has{parameter}"
    return (name, {"Fn::Not": [{"Fn::Equals": [ref(parameter), 0]}]}), given(parameter)


def resource(kind: str, properties: dict[str, Any], *, data_goes: bool = False, condition: str | None = None) -> dict[str, Any]:
    """Return a resource of that kind; with `data_goes` it is deleted with the stack, and its data too.

    With `condition` it exists only where that holds.
    """
    policies = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"} if data_goes else {}
    when = {"Condition": condition} if condition else {}
    return {"Type": kind, **when, **policies, "Properties": properties}

"""Write references and resources of a CloudFormation template."""

from typing import Any

Value = str | int | dict[str, Any]
"""A value of a template: plain, or one of CloudFormation's functions."""


def ref(name: str) -> dict[str, Any]:
    """Return a reference to the resource or parameter called `name`."""
    return {"Ref": name}


def attribute(resource: str, name: str) -> dict[str, Any]:
    """Return a reference to an attribute of a resource."""
    return {"Fn::GetAtt": [resource, name]}


def sub(text: str) -> dict[str, Any]:
    """Return `text` with its `${...}` replaced when the stack is deployed."""
    return {"Fn::Sub": text}


def resource(kind: str, properties: dict[str, Any], *, data_goes: bool = False, condition: str | None = None) -> dict[str, Any]:
    """Return a resource of that kind; with `data_goes` it is deleted with the stack, and its data too.

    With a `condition` it is there only where the template's condition of that name holds.
    """
    policies = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"} if data_goes else {}
    there = {"Condition": condition} if condition else {}
    return {"Type": kind, **there, **policies, "Properties": properties}

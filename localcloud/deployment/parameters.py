"""Read the file of an operator's parameters, and check it against a template before AWS is asked."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from localcloud.layout import LocalCloudError


def read(path: Path) -> dict[str, str]:
    """Return the parameters in a file: a JSON object, or lines of `Key=Value` with `#` before comments.

    LocalCloudError says which line cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LocalCloudError(f"the file of parameters cannot be read: {error}") from error
    try:
        return _from_json(text) if text.lstrip().startswith(("{", "[")) else _from_lines(text)
    except ValueError as error:
        raise LocalCloudError(f"{path}: {error}") from error


def _from_json(text: str) -> dict[str, str]:
    content = json.loads(text)
    if not isinstance(content, dict) or not all(isinstance(it, str | int) for it in content.values()):
        raise ValueError("it is one JSON object whose values are texts and numbers")
    return {name: str(value) for name, value in content.items()}


def _from_lines(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, value = (part.strip() for part in line.partition("="))
        if "=" not in line or not name or name in found:
            raise ValueError(f"line {number} is not Key=Value, or gives {name} a second time")
        found[name] = value
    return found


def complete(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Return the value of every parameter of a template, its default where none is given.

    All of them are sent: CloudFormation would keep the stack's last value of one that is not, and the file would not say what
    is deployed. LocalCloudError names everything that is missing, unknown or not accepted.
    """
    declared: dict[str, dict[str, Any]] = template["Parameters"]
    values = {name: str(it["Default"]) for name, it in declared.items() if "Default" in it} | dict(given)
    found = [f"{name} is missing: {it['Description']}" for name, it in declared.items() if name not in values]
    found += [f"{name} is not a parameter of this stack" for name in given if name not in declared]
    for name, it in declared.items():
        if name in values:
            found += [f"{name} is {values[name]!r}: {wrong}" for wrong in _faults(it, values[name])]
    if not found:
        found = list(_broken(template.get("Rules", {}), values))
    if found:
        raise LocalCloudError("the parameters do not fit:\n  " + "\n  ".join(found))
    return values


def _faults(declared: Mapping[str, Any], value: str) -> Iterator[str]:
    allowed = [str(it) for it in declared.get("AllowedValues", ())]
    if allowed and value not in allowed:
        yield f"it is one of {', '.join(allowed)}"
    if declared["Type"] == "Number" and not allowed:
        least, most = declared["MinValue"], declared["MaxValue"]
        if not re.fullmatch("[0-9]{1,15}", value) or not least <= int(value) <= most:
            yield f"it is a number from {least} to {most}"
    if "AllowedPattern" in declared and not re.search(declared["AllowedPattern"], value):
        yield str(declared["ConstraintDescription"])


def _broken(rules: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    for rule in rules.values():
        if _holds(rule.get("RuleCondition", True), values):
            yield from (it["AssertDescription"] for it in rule["Assertions"] if not _holds(it["Assert"], values))


def _holds(condition: Any, values: Mapping[str, str]) -> bool:  # noqa: ANN401 - a part of a template
    match condition:
        case {"Fn::Equals": [{"Ref": name}, wanted]}:
            return values[name] == str(wanted)
        case {"Fn::Not": [inner]}:
            return not _holds(inner, values)
        case {"Fn::And": inners}:
            return all(_holds(inner, values) for inner in inners)
        case bool():
            return condition
    raise LocalCloudError(f"a rule of the template cannot be checked here: {condition}")

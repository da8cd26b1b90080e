"""List the switches by which an operator stops a part of the product: parameters of Systems Manager."""

from dataclasses import dataclass
from typing import Any

from infra.cloudformation import resource, sub

PREFIX = "/buyer-protection/${AWS::StackName}/"
"""The beginning of the parameters' names. A name must not begin with `aws` or `ssm`, and a stack's name may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One switch, `off` when the stack is made.

    CloudFormation writes the value only where the template's has changed, so an update of the stack does not turn a switch.
    """

    name: str
    suffix: str
    description: str
    reason: str


SWITCHES = (
    Parameter(
        name="SmsOffSwitch",
        suffix="sms-off",
        description="on: no SMS is sent; mail and push go on.",
        reason="Stops a flood of SMS, which cost money one by one, while its cause is looked for.",
    ),
    Parameter(
        name="PayoutsHeldSwitch",
        suffix="payouts-held",
        description="on: payment instructions wait and are published after the release.",
        reason="Stops money from leaving while amounts or payees are in doubt. Nothing else can be taken back as little.",
    ),
    Parameter(
        name="ReadOnlySwitch",
        suffix="read-only",
        description="on: the API refuses every command with 503 read_only, and the sweep writes nothing.",
        reason="Keeps the table as it is during a restore, or while a release writes what is wrong.",
    ),
)


def resources() -> dict[str, Any]:
    """Return the rows as resources, by name."""
    return {row.name: resource("AWS::SSM::Parameter", _parameter(row)) for row in SWITCHES}


def _parameter(row: Parameter) -> dict[str, Any]:
    return {"Name": sub(f"{PREFIX}{row.suffix}"), "Type": "String", "Value": "off", "Description": row.description}

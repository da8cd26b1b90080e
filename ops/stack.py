"""Find out from CloudFormation and Lambda what a stack is made of, and let this process act as one of its functions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib import aws, bootstrap
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_PROCESSES = (
    settings,
    aws.client,
    bootstrap.services,
    bootstrap.storage,
    bootstrap.message_queue,
    bootstrap.publishing,
    bootstrap.webhooks,
    bootstrap.delivering,
    bootstrap.switches,
    bootstrap.verification,
    bootstrap.progress,
    bootstrap.statistics,
    bootstrap.counting,
)
"""The functions whose results are kept for the life of a process."""
NOT_OURS = frozenset({"SERVES"})
"""The variables of a function that say what the process is, and not what the deployment is."""


class OperationError(Exception):
    """What was asked for cannot be done. The message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack: its name, its outputs, and the variables of its functions."""

    name: str
    outputs: Mapping[str, str]
    variables: Mapping[str, str]

    def output(self, name: str) -> str:
        """Return one of the outputs. Raises ``OperationError`` for one that the stack does not have."""
        if name not in self.outputs:
            msg = f"the stack {self.name} has no output {name}: it is of another release, or not of this product"
            raise OperationError(msg)
        return self.outputs[name]

    @property
    def is_sandbox(self) -> bool:
        """True if its clock can be moved: no real money and no real people are in it."""
        return self.variables.get("SANDBOX") == "true"

    @property
    def switches_prefix(self) -> str:
        """The beginning of its switches' names. Raises ``OperationError`` for a stack without switches."""
        prefix = self.variables.get("SWITCHES_PREFIX", "")
        if not prefix:
            msg = f"the functions of {self.name} have no SWITCHES_PREFIX: deploy a release that has switches"
            raise OperationError(msg)
        return prefix


def use_endpoint(url: str | None) -> None:
    """Send every call of AWS to ``url``, such as the local cloud's, from here on; None leaves AWS itself."""
    if url:
        os.environ["AWS_ENDPOINT_URL"] = url
    forget()


def forget() -> None:
    """Forget what this process knew of a deployment."""
    for kept in OF_PROCESSES:
        kept.cache_clear()


def connect(name: str) -> Stack:
    """Return the stack called ``name``, and let ``chalicelib.bootstrap`` in this process work on its data.

    The operator's own credentials are used. Raises ``OperationError`` where there is no such stack.
    """
    outputs = outputs_of(name)
    if outputs is None:
        msg = f"there is no stack {name} in this account and region; check --stack, AWS_PROFILE and AWS_REGION"
        raise OperationError(msg)
    stack = Stack(name, outputs, {})
    found = aws.client("lambda").get_function_configuration(FunctionName=stack.output("PublishFunction"))
    variables = found.get("Environment", {}).get("Variables", {})
    os.environ.update({name: value for name, value in variables.items() if name not in NOT_OURS})
    forget()
    return Stack(name, outputs, variables)


def outputs_of(name: str) -> dict[str, str] | None:
    """Return the outputs of a stack; None where there is none of that name."""
    found = _described(name)
    return None if found is None else {it["OutputKey"]: it["OutputValue"] for it in found.get("Outputs", [])}


def parameters_of(name: str) -> dict[str, str]:
    """Return the parameters of a stack; none where there is no such stack."""
    found = _described(name) or {}
    return {it["ParameterKey"]: it.get("ParameterValue", "") for it in found.get("Parameters", [])}


def _described(name: str) -> dict[str, Any] | None:
    try:
        (found,) = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return dict(found)

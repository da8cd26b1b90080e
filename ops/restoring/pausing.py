"""Stop a stack's functions and start them again, with all that calls them by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Client = Any
MAPPING, RULE, FUNCTION = "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule", "AWS::Lambda::Function"
CALLED_FROM_OUTSIDE = ("APIHandler", "WebsocketConnect", "WebsocketMessage", "WebsocketDisconnect", "DeviceFailed")
"""The functions that no mapping and no rule calls. Without concurrency they answer nobody."""
Reserved = dict[str, int | None]
"""By function, the concurrency that is reserved for it; None for none."""


def pause(stack: str, aws: Callable[[str], Client]) -> Reserved:
    """Stop everything that reads or writes the stack's table, and return the concurrency that ``resume`` gives back.

    Events wait in the stream and in the queues. A caller gets a 5xx of the gateway and sends the same again later.
    """
    functions = aws("lambda")
    before: Reserved = {}
    for name in _functions(stack, aws):
        before[name] = functions.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    for rule in _found(stack, RULE, aws):
        aws("events").disable_rule(Name=rule)
    for mapping in _found(stack, MAPPING, aws):
        functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    return before


def resume(stack: str, before: Reserved, aws: Callable[[str], Client]) -> None:
    """Start everything again, the callers last."""
    functions = aws("lambda")
    for mapping in _found(stack, MAPPING, aws):
        functions.update_event_source_mapping(UUID=mapping, Enabled=True)
    for rule in _found(stack, RULE, aws):
        aws("events").enable_rule(Name=rule)
    for name, reserved in before.items():
        if reserved is None:
            functions.delete_function_concurrency(FunctionName=name)
        else:
            functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


def _functions(stack: str, aws: Callable[[str], Client]) -> list[str]:
    return [name for logical, name in _resources(stack, FUNCTION, aws) if logical in CALLED_FROM_OUTSIDE]


def _found(stack: str, kind: str, aws: Callable[[str], Client]) -> list[str]:
    return [name for _, name in _resources(stack, kind, aws)]


def _resources(stack: str, kind: str, aws: Callable[[str], Client]) -> Iterator[tuple[str, str]]:
    pages = aws("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    found = (it for page in pages for it in page["StackResourceSummaries"])
    return ((it["LogicalResourceId"], it["PhysicalResourceId"]) for it in found if it["ResourceType"] == kind)

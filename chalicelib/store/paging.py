"""Read every page of a query or a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.store.items import Item


def pages(read: Callable[..., Any], **arguments: Any) -> Iterator[list[Item]]:  # noqa: ANN401 - DynamoDB's arguments
    """Yield the items that a client's query or scan returns with these arguments, page by page as they are asked for."""
    while True:
        page = read(**arguments)
        yield page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def every(read: Callable[..., Any], **arguments: Any) -> Iterator[Item]:  # noqa: ANN401 - as above
    """Yield the same item by item."""
    for found in pages(read, **arguments):
        yield from found

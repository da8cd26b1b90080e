"""Ask again for the people who were erased since the restore point (P2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Role
from chalicelib.service import erasure
from chalicelib.store.keys import ERASURE_SK
from chalicelib.store.paging import every
from chalicelib.store.people import as_erasure
from ops.restoring.payments import RESTORE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.service.services import Services


def erased_since(dynamodb: Any, table: str, since: datetime) -> Iterator[tuple[Role, str]]:  # noqa: ANN401 - botocore's
    """Return the people who asked from ``since`` on, from the table as it was before the restore. It reads the whole table."""
    found = every(
        dynamodb.scan,
        TableName=table,
        ConsistentRead=True,
        FilterExpression="sk = :erasure",
        ExpressionAttributeValues={":erasure": {"S": ERASURE_SK}},
    )
    asked = map(as_erasure, found)
    return ((it.role, it.person_id) for it in asked if it.asked_at >= since and not it.withdrawn_at)


def named(lines: Iterable[str]) -> Iterator[tuple[Role, str]]:
    """Yield the people of a list, written ``buyer:ann``. Raises ``ValueError`` for any other line."""
    for line in filter(None, map(str.strip, lines)):
        role, _, person_id = line.partition(":")
        if role not in (Role.BUYER, Role.SELLER) or not person_id:
            msg = f"{line!r} is no person: write buyer:ID or seller:ID"
            raise ValueError(msg)
        yield Role(role), person_id


def erase_again(services: Services, people: Iterable[tuple[Role, str]]) -> list[str]:
    """Ask for each person to be erased, and return them. Who is asked for twice is erased once more, and it changes nothing."""
    asked = []
    for role, person_id in people:
        erasure.ask(services, role, person_id, RESTORE)
        asked.append(f"{role}:{person_id}")
    return asked

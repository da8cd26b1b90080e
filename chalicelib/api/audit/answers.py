"""The shapes of the audit as operators see it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import Acting, Cursor, Given, Time


class AuditEntry(Given):
    """One request of the staff or of the marketplace's systems (P5). It holds ids and codes, and nobody's words."""

    id: str
    at: Time
    actor: Acting
    operation: Annotated[str, Field(description="The operation's id in this description, or subscribe for a live thread.")]
    outcome: Annotated[
        str,
        Field(
            description=(
                "done: it was answered or carried out. asked: it was asked for, and the person's own record says what became "
                "of it. Otherwise the code of the problem that refused it."
            )
        ),
    ]
    order_id: Annotated[str | None, Field(description="The order that the request named, also by one of its disputes.")]
    dispute_id: str | None
    person: Annotated[str | None, Field(description="The buyer or seller that the request named, as role:id.")]
    listed: Annotated[list[str], Field(description="The ids on the page of a list that spans cases, or in a command.")]
    reason: Annotated[str | None, Field(description="Why it was asked for, where the operation takes a reason.")]


class AuditPage(Given):
    """A page of the audit, newest first."""

    items: list[AuditEntry]
    cursor: Cursor

"""The shapes of answers about personal data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.answers import Count, Given, Time


class Erasure(Given):
    """A request to erase a person's data, and how far it is (P2)."""

    id: str
    role: Literal["buyer", "seller"]
    status: Annotated[
        Literal["pending", "waiting", "done"],
        Field(description="Pending until it has been gone through; waiting while orders go on; done."),
    ]
    asked_at: Time
    orders_erased: Annotated[Count, Field(description="Orders whose words are erased.")]
    orders_going_on: Annotated[Count, Field(description="Orders that have not ended: their words are still needed.")]
    waits_for: Annotated[list[str], Field(description="The first twenty of them.")]
    looks_again_at: Annotated[Time | None, Field(description="When it goes on; null once it is done.")]
    done_at: Time | None

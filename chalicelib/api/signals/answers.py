"""The shapes of patterns as staff see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.answers import AsOf, Count, Given, Time, growing
from chalicelib.domain.intervals import SMALL
from chalicelib.domain.signals import Kind

Millionths = Annotated[int, Field(ge=0, le=1_000_000, description="A share in millionths.")]


class Signal(Given):
    """A pattern that people may want to look at. It proves nothing, and nothing follows from it by itself."""

    kind: Annotated[str, *growing([it.value for it in Kind], "The pattern. docs/signals.md says what it does not mean.")]
    about: Annotated[str | None, Field(description="The reason, for many of one kind.")]
    count: Count
    of: Annotated[int, Field(ge=0, description="Of how many: orders for many of one kind, else disputes in which it could be.")]
    lower_ppm: Millionths
    upper_ppm: Millionths
    small: Annotated[bool, Field(description=f"True below {SMALL}, of which little can be said.")]
    cases: Annotated[list[str], Field(description="The disputes behind it, newest first, up to twenty.")]


class PersonSignals(Given):
    """The patterns in one person's disputes since a year ago."""

    role: Literal["buyer", "seller"]
    id: str
    since: Time
    as_of: AsOf
    orders: Annotated[int, Field(ge=0, description="Orders of that time, of the 100 newest.")]
    disputes: Annotated[int, Field(ge=0, description="Disputes of that time, of the 100 newest.")]
    more: Annotated[bool, Field(description="True if there may be more than were looked at.")]
    signals: list[Signal]


class PeopleWithSignals(Given):
    """The people with patterns among the newest disputes."""

    items: list[PersonSignals]
    as_of: AsOf

"""The bodies of the commands, for both peers."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Amount(BaseModel, strict=True, extra="forbid"):
    """So many minor units."""

    minor: int = Field(ge=0)
    currency: str = Field(pattern="^[A-Z]{3}$")


class Offer(BaseModel, strict=True, extra="forbid"):
    """The body of an offer."""

    type: str
    amount: Amount
    note: str = Field(max_length=2000)


class Claimed(BaseModel, strict=True, extra="forbid"):
    """A line and how many of it."""

    line_id: str
    quantity: int = Field(ge=1)


class Claim(BaseModel, strict=True, extra="forbid"):
    """The body of an opening."""

    reason: str
    issue: str
    items: list[Claimed]
    description: str = Field(max_length=2000)

"""The rights that a token gives: a role and, with it, the lead of mediators or the scopes of the marketplace's systems."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from chalicelib.domain.people import Actor


class Scope(StrEnum):
    """A part of the API that a system of the marketplace may use (section 1)."""

    ORDERS = "orders"
    """Orders, shipments and disputes."""
    TRACKING = "tracking"
    """The records of carriers."""
    PAYMENTS = "payments"
    """Payment instructions, their results, and external disputes."""
    PEOPLE = "people"
    """Contacts, devices and erasures."""


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Right:
    """The meaning of one word of a token. A token's words of one role add up."""

    role: Role
    lead: bool = False
    scopes: frozenset[Scope] = frozenset()


LEAD = "lead"

RIGHTS: dict[str, Right] = {
    **{role.value: Right(role) for role in (Role.BUYER, Role.SELLER, Role.MEDIATOR, Role.OPERATOR)},
    LEAD: Right(Role.MEDIATOR, lead=True),
    Role.PLATFORM.value: Right(Role.PLATFORM, scopes=ALL_SCOPES),
    **{f"{Role.PLATFORM.value}:{scope.value}": Right(Role.PLATFORM, scopes=frozenset({scope})) for scope in Scope},
}
"""The rights that a token can give, by our own words for them. The clock is no caller."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller that a token proves, and the scopes that it gives; none to people."""

    actor: Actor
    scopes: frozenset[Scope]

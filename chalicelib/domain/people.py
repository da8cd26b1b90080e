"""Actors and their roles, and the addresses to which sellers take returns (D3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """The role in which somebody acts. The clock has one too: it acts when a deadline passes (D9)."""

    BUYER = "buyer"
    SELLER = "seller"
    MEDIATOR = "mediator"
    OPERATOR = "operator"
    PLATFORM = "platform"
    CLOCK = "clock"

    @property
    def other_party(self) -> Role:
        """The opposite side of a dispute; only a buyer or a seller has one."""
        return {Role.BUYER: Role.SELLER, Role.SELLER: Role.BUYER}[self]


PARTIES = (Role.BUYER, Role.SELLER)
STAFF = (Role.MEDIATOR, Role.OPERATOR)
"""The people of the marketplace. They see cases that are not theirs, but none in which the same id is a party."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or machine in one role."""

    role: Role
    id: str
    lead: bool = field(default=False, compare=False)
    """True for a mediator who also hands cases to others (D4). It is a right at the door; events do not keep it."""


CLOCK = Actor(Role.CLOCK, "clock")


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """The address to which an item is returned (D3). ``country`` is ISO 3166-1 alpha-2."""

    name: str
    lines: tuple[str, ...]
    city: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class AddressesOnFile:
    """The return addresses of a seller's profile. For the clock they count from ``since`` on."""

    since: datetime
    addresses: tuple[ReturnAddress, ...]


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Every set of return addresses a seller has had on file, oldest first.

    The clock asks for the address that was on file before a deadline passed, so a late sweep and a punctual one find the
    same (D9). A person's command uses what is on file when it is carried out (D3).
    """

    history: tuple[AddressesOnFile, ...] = ()

    def on_file(self, at: datetime, country: str | None = None, *, for_clock: bool = False) -> ReturnAddress | None:
        """Return the address on file: in ``country`` if one is required, else the first; None without one.

        For the clock, that is what counted before ``at``: an address that counts from the very instant came too late.
        """
        known = (entry for entry in reversed(self.history) if entry.since < at or not for_clock)
        current = next((entry.addresses for entry in known), ())
        return next((a for a in current if country is None or a.country == country), None)

    def foreseen(self) -> AddressBook:
        """Return the book for what is only foreseen and shown: it decides nothing, and may be a moment behind."""
        return self

    def replaced(self, addresses: tuple[ReturnAddress, ...], at: datetime) -> AddressBook:
        """Return the book with ``addresses`` on file from ``at``; itself when nothing changes."""
        current = self.history[-1].addresses if self.history else ()
        return self if addresses == current else AddressBook((*self.history, AddressesOnFile(at, addresses)))

    def counting_later(self, since: datetime, later: datetime) -> AddressBook:
        """Return the book in which what counts from ``since`` on counts from ``later`` on instead."""
        return AddressBook(tuple(AddressesOnFile(later, it.addresses) if it.since == since else it for it in self.history))

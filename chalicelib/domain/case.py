"""The unit of consistency: one order with its disputes, judged by one policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Dispute
from chalicelib.domain.order import Order
from chalicelib.domain.policy import Policy

if TYPE_CHECKING:
    from datetime import datetime


class Abridged(Exception):  # noqa: N818 - it says what is there
    """Only the outline of a dispute was read, and more than that is asked for. The case must be read again with it whole."""

    def __init__(self, number: int) -> None:
        """Name the dispute by its ``number``."""
        super().__init__(f"dispute {number} was read without its words")
        self.number = number


@dataclass(frozen=True, slots=True)
class Case:
    """An order, every dispute about it, and the policy in force when it was paid (C6).

    They change together, in one transaction: escrow, line caps and "one open dispute a line" concern them all.
    The closed disputes in ``abridged``, by number, are outlines (``outline``): rules about other disputes ask for no more.
    """

    order: Order
    disputes: tuple[Dispute, ...]
    policy: Policy
    abridged: frozenset[int] = frozenset()

    def dispute(self, number: int) -> Dispute:
        """The order's nth dispute, whole, counting from 1. Raises ``KeyError``, and ``Abridged`` for an outline."""
        if not 1 <= number <= len(self.disputes):
            raise KeyError(number)
        if number in self.abridged:
            raise Abridged(number)
        return self.disputes[number - 1]

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        """The disputes that still go on."""
        return tuple(dispute for dispute in self.disputes if dispute.open)

    @property
    def closes_at(self) -> datetime:
        """The end of protection (O7)."""
        return self.order.closes_at(self.policy)

    @property
    def updated_at(self) -> datetime:
        """The time of the latest change to the order or to a dispute."""
        return max([self.order.updated_at, *(dispute.updated_at for dispute in self.disputes)])

"""The unit of work: a case, and the events that one command has recorded, each folded in at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.events import ORDER, Event, Payload
from chalicelib.domain.evolve import evolve
from chalicelib.domain.people import CLOCK, AddressBook

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor, ReturnAddress
    from chalicelib.domain.policy import PolicyBook


@dataclass(frozen=True, slots=True)
class Step:
    """One event, and the case on either side of it."""

    event: Event
    before: Case | None
    after: Case


class Changes:
    """The working set of one command: a case, and the events that have changed it. Time never runs backwards in it."""

    def __init__(self, case: Case | None, policies: PolicyBook, addresses: AddressBook | None = None) -> None:
        """Start from ``case``, or from nothing for an order about to be imported."""
        self._case = case
        self.policies = policies
        self.addresses = addresses or AddressBook()
        self.steps: list[Step] = []
        self._at: datetime | None = None
        self._actor: Actor | None = None

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        if self._case is None:
            msg = "nothing has been recorded yet"
            raise LookupError(msg)
        return self._case

    @property
    def events(self) -> list[Event]:
        """The events recorded so far, in order."""
        return [step.event for step in self.steps]

    @property
    def now(self) -> datetime:
        """The time at which events are recorded at present."""
        if self._at is None:
            msg = "call turn() first"
            raise LookupError(msg)
        return self._at

    @property
    def actor(self) -> Actor:
        """The person, machine or clock that acts at present."""
        if self._actor is None:
            msg = "call turn() first"
            raise LookupError(msg)
        return self._actor

    def turn(self, actor: Actor, at: datetime) -> datetime:
        """Let ``actor`` act from here on, at ``at`` or, if the case is newer, at its latest change. Returns that time."""
        self._actor = actor
        self._at = max(at, self._case.updated_at) if self._case else at
        return self._at

    def trial(self, actor: Actor, at: datetime) -> Changes:
        """Return a copy of the case as it stands, on which ``actor`` can try something at ``at``; nothing of it is kept."""
        copy = Changes(self.case, self.policies, self.addresses.foreseen())
        copy.turn(actor, at)
        return copy

    def address_on_file(self, country: str | None) -> ReturnAddress | None:
        """Return the seller's address on file for the actor of now, in ``country`` if one is required (D3, D9)."""
        return self.addresses.on_file(self.now, country, for_clock=self._actor == CLOCK)

    def dispute(self, number: int) -> Dispute:
        """The dispute as it stands now."""
        return self.case.dispute(number)

    def record(self, stream: int, payload: Payload) -> None:
        """Add one event to a stream and fold it in."""
        event = Event(stream, self._version(stream) + 1, self.now, self.actor, payload)
        before, self._case = self._case, evolve(self._case, event, self.policies)
        self.steps.append(Step(event, before, self._case))

    def _version(self, stream: int) -> int:
        if self._case is None:
            return 0
        if stream == ORDER:
            return self._case.order.version
        return self._case.dispute(stream).version if stream <= len(self._case.disputes) else 0

"""Say how a case counts in the statistics: which facts, of which day, under which reason, seller, currency and country.

What a case counts as is a function of its whole history, not a sum over events as they come. So it does not matter how often,
or in which order, the events arrive: the difference between what it counts as now and what was counted of it before is added.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evolve_dispute import on_dispute, opened
from chalicelib.domain.histogram import step_of
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.events import Event
    from chalicelib.domain.order import Order

Fact = tuple[str, str, int]
"""A day (UTC), such as ``2026-11-27``, a metric, and how much it counts."""

ORDERS, DISPUTED = "orders", "orders_disputed"
"""Orders, and those of them that were ever disputed. Both count on the day of payment, so the second is part of the first."""
OPENED, ANSWERED, RESOLVED, ESCALATED = "opened", "answered", "resolved", "escalated"
DECIDED, BY_DEFAULT, APPEALS, UPHELD = "decided", "decided_by_default", "appeals", "appeals_upheld"
KEPT, MISSED = "kept:", "missed:"
"""Deadlines that a party or the mediator kept or missed, by role."""
OUTCOME, BASIS = "outcome:", "basis:"
REFUNDS, REFUNDED = "refunds:", "refunded:"
"""Refunds of disputes, and their amount in minor units, by currency."""
ANSWER_STEP, END_STEP = "answer~", "end~"
"""How long the first answer and the whole dispute took, by the steps of the histogram."""
ENDINGS = (RESOLVED, OUTCOME, BASIS, REFUNDS, REFUNDED, END_STEP)
"""The facts of an end, of which the statistics by outcome are made."""

_ANSWERS = (e.ProposalMade, e.ProposalDeclined, e.ProposalAccepted)


@dataclass(frozen=True, slots=True)
class Counted:
    """How one order, or one dispute, counts. ``stage`` is that of an open dispute, and ``outcome`` that of a resolved one."""

    buyer_id: str
    seller_id: str
    currency: str
    country: str
    facts: tuple[Fact, ...]
    reason: str | None = None
    opened_on: str | None = None
    stage: str | None = None
    outcome: str | None = None


def day_of(at: datetime) -> str:
    """Return the day (UTC) of a moment, as ``2026-11-27``."""
    return at.date().isoformat()


def count_order(order: Order) -> Counted:
    """Return how an order itself counts, without its disputes."""
    terms = order.terms
    facts = ((day_of(terms.paid_at), ORDERS, 1),)
    return Counted(terms.buyer_id, terms.seller_id, terms.currency, terms.destination_country, facts)


def count_dispute(order: Order, log: Sequence[Event]) -> Counted:
    """Return how a dispute counts, given its order and all of its events. Raises ``BrokenLog`` where they are none."""
    found: Counter[tuple[str, str]] = Counter()
    last = None
    for before, event, after in _states(order, log):
        for metric, amount in _facts(before, event, after):
            found[day_of(event.at), metric] += amount
        last = after
    if last is None:
        msg = "a dispute without events cannot be counted"
        raise e.BrokenLog(msg)
    for at, metric in _questions(last):
        found[day_of(at), metric] += 1
    ended = next((event for event in reversed(log) if isinstance(event.payload, e.DisputeResolved)), None)
    if ended and not last.open:
        for metric, amount in _ending(last, ended.at):
            found[day_of(ended.at), metric] += amount
    terms = order.terms
    if last.number == 1:
        found[day_of(terms.paid_at), DISPUTED] += 1
    return Counted(
        buyer_id=terms.buyer_id,
        seller_id=terms.seller_id,
        currency=terms.currency,
        country=terms.destination_country,
        facts=tuple((day, metric, count) for (day, metric), count in sorted(found.items())),
        reason=last.claim.reason.value,
        opened_on=day_of(last.opened_at),
        stage=last.stage.value if last.open else None,
        outcome=last.outcome.value if last.outcome and not last.open else None,
    )


def _states(order: Order, log: Sequence[Event]) -> Iterator[tuple[Dispute | None, Event, Dispute]]:
    """Yield each event with the dispute before it, None at first, and after it."""
    state: Dispute | None = None
    for event in log:
        before = state
        if isinstance(event.payload, e.DisputeOpened):
            state = opened(event.payload, event, order.policy_version)
        elif before is not None:
            state = on_dispute(event.payload, before, event)
        if state is not None:
            yield before, event, state


def _facts(before: Dispute | None, event: Event, after: Dispute) -> Iterator[tuple[str, int]]:
    """Yield what one event counts as, apart from the dispute's end."""
    if before is None:
        yield OPENED, 1
        return
    by, payload = event.actor.role, event.payload
    if before.stage is Stage.OPENED and by is Role.SELLER and isinstance(payload, _ANSWERS):
        yield ANSWERED, 1
        yield f"{ANSWER_STEP}{step_of(_seconds(before.opened_at, event.at))}", 1
        yield f"{KEPT}{Role.SELLER.value}", 1
    if by is Role.CLOCK and after.stage is not before.stage:
        yield from ((f"{MISSED}{role.value}", 1) for role in _late(before))
    if isinstance(payload, e.ReturnShipped):
        yield f"{KEPT}{Role.BUYER.value}", 1
    if before.escalated_at is None and after.escalated_at is not None:
        yield ESCALATED, 1
    if isinstance(payload, e.Appealed):
        yield APPEALS, 1
    if isinstance(payload, e.DecisionMade):
        yield from _decision(before, payload)


def _late(before: Dispute) -> Iterator[Role]:
    """Yield the party that let the time of a stage pass. Nobody does while a carrier's record waits for objections (C5)."""
    if before.stage is Stage.OPENED and before.delivery_notice is None:
        yield Role.SELLER
    if before.stage is Stage.AWAITING_RETURN:
        yield Role.BUYER


def _decision(before: Dispute, payload: e.DecisionMade) -> Iterator[tuple[str, int]]:
    made = payload.decision
    if made.by is None:
        yield BY_DEFAULT, 1
        yield f"{MISSED}{Role.MEDIATOR.value}", 1
        return
    yield DECIDED, 1
    yield f"{KEPT}{Role.MEDIATOR.value}", 1
    if before.appeal:
        was = before.decision
        changed = (made.type, made.amount) != (was.type, was.amount) if was else made.amount != before.refund
        if changed:
            yield UPHELD, 1


def _questions(it: Dispute) -> Iterator[tuple[datetime, str]]:
    """Yield the mediator's questions whose deadlines were kept or missed. A carried one counts where it was asked."""
    for request in it.information_requests:
        if request.carried_from:
            continue
        if request.lapsed:
            yield request.due_at, f"{MISSED}{request.to.value}"
        elif request.answered_at:
            yield request.answered_at, f"{KEPT}{request.to.value}"


def _ending(it: Dispute, at: datetime) -> Iterator[tuple[str, int]]:
    yield RESOLVED, 1
    yield f"{END_STEP}{step_of(_seconds(it.opened_at, at))}", 1
    if it.outcome:
        yield f"{OUTCOME}{it.outcome.value}", 1
    if it.basis:
        yield f"{BASIS}{it.basis.value}", 1
    if it.refund and it.refund.minor:
        yield f"{REFUNDS}{it.refund.currency}", 1
        yield f"{REFUNDED}{it.refund.currency}", it.refund.minor


def _seconds(since: datetime, until: datetime) -> int:
    return int((until - since).total_seconds())

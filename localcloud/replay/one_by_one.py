"""Count cases one by one, from the state and the log of each, to compare the counters with."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.money import Money
from chalicelib.domain.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.events import Event

ANSWERS = ("proposal_made", "proposal_declined", "proposal_accepted")
REVIEWS = ("escalated", "delivery_objected", "return_doubted", "appealed")
GRANTS = ("dispute_resolved", "return_granted", "replacement_granted")
"""The ends of the time for the first answer."""
NOTICES = ("delivery_shown", "delivery_undone", "claim_narrowed")
Books = Counter[tuple[str, str, str]]
"""Counts by what they are counted by, its value, and the metric."""


def values_of(case: Case, it: Dispute | None) -> list[tuple[str, str]]:
    """Return under what a case, or a dispute, is counted, apart from the outcome."""
    terms = case.order.terms
    known = [("day", ""), ("seller", terms.seller_id), ("currency", terms.currency), ("country", terms.destination_country)]
    return [*known, ("reason", it.claim.reason.value)] if it else known


def count(cases: Iterable[tuple[Case, Sequence[Event]]]) -> tuple[Books, dict[str, list[int]]]:
    """Return what cases count as over all days, and how long first answers and whole disputes took, in seconds."""
    books: Books = Counter()
    took: dict[str, list[int]] = {"answer": [], "end": []}
    for case, log in cases:
        books["day", "", "orders"] += 1
        books["day", "", "orders_disputed"] += bool(case.disputes)
        for it in case.disputes:
            mine = [event for event in log if event.stream == it.number]
            for metric, amount in _metrics(it, mine, took).items():
                for by in values_of(case, it):
                    books[*by, metric] += amount
                if it.outcome and not it.open and metric.startswith(("resolved", "outcome", "basis", "refund")):
                    books["outcome", it.outcome.value, metric] += amount
    return Counter({key: n for key, n in books.items() if n}), took


def _metrics(it: Dispute, log: Sequence[Event], took: dict[str, list[int]]) -> Counter[str]:
    found: Counter[str] = Counter(opened=1)
    kinds = [event.payload.type for event in log]
    first = next((n for n, event in enumerate(log) if _leaves_opened(event)), None)
    if first is not None and log[first].actor.role is Role.SELLER and kinds[first] in ANSWERS:
        found["answered"] = found["kept:seller"] = 1
        took["answer"].append(int((log[first].at - it.opened_at).total_seconds()))
    if first is not None and log[first].actor.role is Role.CLOCK and kinds[first] in GRANTS:
        notices = [kind for kind in kinds[:first] if kind in NOTICES]
        found["missed:seller"] = not notices or notices[-1] != "delivery_shown"
    found["appeals_upheld"] = _upheld(log)
    found["escalated"] = bool(set(kinds) & set(REVIEWS)) or any(getattr(it.payload, "evidence", None) for it in _returned(log))
    found["kept:buyer"] = kinds.count("return_shipped")
    found["missed:buyer"] = it.outcome is Outcome.EXPIRED
    found["decided"] = found["kept:mediator"] = sum(made.by is not None for made in it.decisions)
    found["decided_by_default"] = found["missed:mediator"] = sum(made.by is None for made in it.decisions)
    found["appeals"] = kinds.count("appealed")
    for question in (q for q in it.information_requests if not q.carried_from):
        found[f"missed:{question.to.value}"] += question.lapsed
        found[f"kept:{question.to.value}"] += bool(question.answered_at) and not question.lapsed
    if it.stage is Stage.RESOLVED and it.outcome:
        found["resolved"] = found[f"outcome:{it.outcome.value}"] = 1
        if it.basis:
            found[f"basis:{it.basis.value}"] = 1
        if it.refund and it.refund.minor:
            found[f"refunds:{it.refund.currency}"], found[f"refunded:{it.refund.currency}"] = 1, it.refund.minor
        ended = [event.at for event in log if event.payload.type == "dispute_resolved"][-1]
        took["end"].append(int((ended - it.opened_at).total_seconds()))
    return found


def _returned(log: Sequence[Event]) -> list[Event]:
    return [event for event in log if event.payload.type == "return_acknowledged"]


def _leaves_opened(event: Event) -> bool:
    """Return whether an event is the seller's first answer, or ends the time for it."""
    by_seller = event.actor.role is Role.SELLER and event.payload.type in ANSWERS
    return by_seller or event.payload.type in (*REVIEWS, *GRANTS)


def _upheld(log: Sequence[Event]) -> int:
    """Return how many appeals a mediator decided differently from what they were against."""
    against: object = None
    appealed, upheld = False, 0
    for event in log:
        it: Any = event.payload
        match it.type:
            case "appealed":
                appealed = True
            case "appeal_withdrawn" | "appeal_lapsed" | "return_granted" | "replacement_granted":
                appealed = False
            case "decision_made":
                refunded = isinstance(against, Money)
                now = it.decision.amount if refunded else (it.decision.type, it.decision.amount)
                upheld += appealed and it.decision.by is not None and now != against
                against, appealed = (it.decision.type, it.decision.amount), False
            case "dispute_resolved":
                against, appealed = against or it.refund, False
    return upheld

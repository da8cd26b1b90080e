"""The guarantees and exclusions as a page, computed by asking ``domain.coverage`` about a made-up order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chalicelib.domain import orders
from chalicelib.domain.changes import Changes
from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered
from chalicelib.domain.coverage import decide
from chalicelib.domain.engine import begin
from chalicelib.domain.exclusions import EXPLANATIONS
from chalicelib.domain.guarantees import OFFERED_BY_SELLERS, Guarantee, OfferedGuarantee, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.order import Line, OrderTerms
from chalicelib.domain.people import Actor, AddressBook, Role
from chalicelib.domain.policy import published

_PAID = datetime(2026, 1, 1, tzinfo=UTC)
_PROMISED = _PAID + timedelta(days=10)
_PLATFORM, _BUYER = Actor(Role.PLATFORM, "platform"), Actor(Role.BUYER, "buyer")
_DELIVERIES = {"in time": _PROMISED - timedelta(days=1), "late": _PROMISED + timedelta(days=1), "not on record": None}

_HEAD = """# What is covered

This page is computed by asking `chalicelib/domain/coverage.py` (`make docs`). The order in
these tables has two lines of 100.00 and 50.00 EUR and shipping of 6.00 EUR; the claim is about everything, two days after the
promise passed.

## Reason, guarantee offered, delivery: the verdict

| reason | seller offers | delivery | verdict | remedies, at most |
|---|---|---|---|---|
"""


def page() -> str:
    """The page, in Markdown."""
    rows = [
        _row(reason, offered, delivery)
        for reason in Reason
        for offered in (None, *OFFERED_BY_SELLERS)
        for delivery in _DELIVERIES
    ]
    exclusions = "".join(f"| `{code.value}` | {words} |\n" for code, words in EXPLANATIONS.items())
    heading = "\n## Exclusions, in the order in which they are looked for\n\n| code | words |\n|---|---|\n"
    return _HEAD + "".join(rows) + heading + exclusions


def _row(reason: Reason, offered: Guarantee | None, delivery: str) -> str:
    now = _PROMISED + timedelta(days=2)
    changes = _order(offered)
    if delivery != "not on record":
        changes = begin(changes.case, published(), AddressBook(), _BUYER, _DELIVERIES[delivery] or now)
        orders.confirm_receipt(changes, ())
    verdict = decide(changes.case, Claim(reason, (ClaimItem("1", 1), ClaimItem("2", 1))), now)
    match verdict:
        case Covered(guarantee, _, remedies, _):
            says = f"covered: {guarantee.value}"
            gives = "; ".join(f"`{r.type.value}` {r.maximum}" for r in remedies)
        case NotCovered(exclusion, _):
            says, gives = f"not covered: `{exclusion.value}`", ""
        case _:
            says, gives = "not yet", ""
    return f"| `{reason.value}` | {offered.value if offered else 'nothing'} | {delivery} | {says} | {gives} |\n"


def _order(offered: Guarantee | None) -> Changes:
    euro = "EUR"
    terms = OrderTerms(
        order_id="example",
        buyer_id=_BUYER.id,
        seller_id="seller",
        currency=euro,
        lines=(Line("1", "Coat", 1, Money(100_00, euro)), Line("2", "Hat", 1, Money(50_00, euro))),
        shipping_fee=Money(6_00, euro),
        placed_at=_PAID,
        paid_at=_PAID,
        paid_on_platform=True,
        destination_country="DE",
        deliver_by=_PROMISED,
        guarantees=(OfferedGuarantee(offered),) if offered else (),
    )
    changes = begin(None, published(), AddressBook(), _PLATFORM, _PAID)
    orders.import_order(changes, terms)
    return changes

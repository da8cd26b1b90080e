"""Bring one order to a starting point, a ``Beginning``, by the product itself, both in the cloud and in the model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType, Reason
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.service import payments
from localcloud.memory.table import MemoryTable
from tests.reliability.acts import (
    BUYER,
    HOME,
    MIA,
    PLATFORM,
    REFUND,
    RETURN,
    SELLER,
    Act,
    act,
    asks,
    carried,
    extends,
    imports,
    opens,
    registers,
    ships,
    usd,
)
from tests.reliability.model import Model
from tests.reliability.seam import Hook, through
from tests.reliability.small_cloud import DAY, HOUR, PAID_AT, SECOND, Cloud, restored

DECIDES = c.Decide(REFUND, usd(5000), Finding.NOT_AS_DESCRIBED, "The photos show it.")
RECEIVED = c.AcknowledgeReturn(AcknowledgementType.ITEM_RECEIVED)
SENDS_BACK = c.ShipReturn(Carrier.TNT, RETURN)
DELIVERED_AT = PAID_AT + 10 * DAY
OPENED_AT = DELIVERED_AT + DAY
LATE = PAID_AT + 30 * DAY + SECOND
DAMAGED = opens(Reason.NOT_AS_DESCRIBED, "opens", ("a", 1))

_KNOWN: tuple[Act | timedelta, ...] = (registers(SELLER, HOME), registers(BUYER))
_IMPORTED = (*_KNOWN, imports())
_SHIPPED = (*_IMPORTED, DAY, ships())
_DELIVERED = (*_SHIPPED, 9 * DAY, carried(CarrierStatus.DELIVERED, DELIVERED_AT))
_OPENED = (*_DELIVERED, DAY, DAMAGED)
_NEGOTIATING = (*_OPENED, HOUR, act(SELLER, c.Propose(REFUND, usd(1000)), "first"))
_ESCALATED = (*_NEGOTIATING, HOUR, act(BUYER, c.Escalate(), "first"))
_REVIEWED = (*_ESCALATED, HOUR, act(MIA, c.Assign(), "first"))
_ON_TABLE = (*_REVIEWED, HOUR, act(MIA, c.Propose(REFUND, usd(4000)), "first"))
_DECIDED = (*_REVIEWED, HOUR, act(MIA, DECIDES, "first"))
_APPEALED = (*_DECIDED, HOUR, act(BUYER, c.Appeal(EvidenceType.PHOTO, "Another."), "first"))
_REPLACING = (
    *(*_OPENED, HOUR, act(SELLER, c.Propose(OfferType.REPLACEMENT, usd(0)), "first")),
    *(HOUR, act(BUYER, c.Accept("2"), "first")),
)
_AWAITING = (*_OPENED, HOUR, act(SELLER, c.Accept("1"), "first"))
_RETURNING = (*_AWAITING, HOUR, act(BUYER, SENDS_BACK, "first"))
_RESOLVED = (*_RETURNING, HOUR, act(SELLER, RECEIVED, "first"))
_LATE = (*_SHIPPED, LATE - PAID_AT - DAY, opens(Reason.NOT_RECEIVED, "opens"), 3 * DAY)
_SHOWN = (*_LATE, carried(CarrierStatus.DELIVERED, PAID_AT + 29 * DAY))

BEGINNINGS: dict[str, tuple[Act | timedelta, ...]] = {
    "nothing": (),
    "known": _KNOWN,
    "imported": _IMPORTED,
    "shipped": _SHIPPED,
    "delivered": (*_DELIVERED, DAY),
    "opened": (*_OPENED, HOUR),
    "extension asked": (*_SHIPPED, extends(PAID_AT + 70 * DAY, None), HOUR),
    "opened 3 days": (*_OPENED, 3 * DAY),
    "negotiating": (*_NEGOTIATING, HOUR),
    "escalated": (*_ESCALATED, HOUR),
    "under_review": (*_REVIEWED, HOUR),
    "proposed in review": (*_ON_TABLE, HOUR),
    "decided": (*_DECIDED, HOUR),
    "opened 5 days": (*_OPENED, 5 * DAY),
    "appealed": (*_APPEALED, HOUR),
    "awaiting_replacement": (*_REPLACING, HOUR),
    "awaiting_return": (*_AWAITING, HOUR),
    "return_in_transit": (*_RETURNING, HOUR),
    "resolved": (*_RESOLVED, HOUR),
    "not received": _LATE,
    "delivery shown": (*_SHOWN, HOUR),
}
"""Acts and the time between them. In ``negotiating`` it is the buyer's turn, on proposal 2 of 10.00."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A point that any number of tests can start from."""

    table: MemoryTable
    records: tuple[dict[str, Any], ...]
    subscriptions: dict[str, Any]
    at: datetime
    model: Model

    def cloud(self, under: Hook = through) -> Cloud:
        """Return a new cloud at this point, which has sent every message so far."""
        cloud = restored(self.table, self.records, self.subscriptions, self.at)
        cloud.under = under
        return cloud


@cache
def begun(name: str) -> Beginning:
    """Return the beginning called ``name``."""
    cloud, model = Cloud(), Model()
    for step in BEGINNINGS[name]:
        if isinstance(step, timedelta):
            cloud.clock.at += step
            continue
        outcome = step.outcome(cloud.services())
        assert outcome[0] == "answer", (step.name, outcome)
        assert outcome == model.does(step, cloud.clock.at), step.name
    cloud.publish()
    model.clock.at = cloud.clock.at
    return Beginning(cloud.table, tuple(cloud.records), dict(cloud.sns.subscriptions), cloud.clock.at, model)


def first_payment() -> str:
    """Return the id of the first payment in ``resolved``, which ends in a part made from what is paid (M1)."""
    case = begun("resolved").model.case
    assert case
    return case.order.instructions[0].id


def pays(key: str, failure: str | None = None, attempt: int | None = None) -> Act:
    """Let the payment system report the first instruction as settled or failed."""
    reference = None if failure else "paid"
    return Act(
        f"pays {key}",
        lambda services: payments.report_result(
            services, first_payment(), asks(PLATFORM, key), reference=reference, failure=failure, attempt=attempt
        ),
    )

"""The races: the starting point of each, and the acts that may meet there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.parcel import CarrierStatus
from tests.reliability.acts import (
    BUYER,
    MIA,
    NOOR,
    REFUND,
    RETURN,
    SELLER,
    Act,
    act,
    carried,
    confirms,
    extends,
    imports,
    opens,
    registers,
    ships,
    sweeps,
    time_comes,
    usd,
)
from tests.reliability.beginnings import DECIDES, DELIVERED_AT, LATE, OPENED_AT, RECEIVED, SENDS_BACK, Beginning, begun, pays
from tests.reliability.small_cloud import DAY, HOUR, PAID_AT, SECOND

if TYPE_CHECKING:
    from random import Random

SWEEPS = (sweeps("one"), sweeps("two"))
PHOTO = c.AddEvidence(EvidenceType.PHOTO, "A photo.")
DELIVERED = CarrierStatus.DELIVERED


NOT_DOUBLED = ("acme registers", *(f"carrier {it}" for it in (DELIVERED, f"{DELIVERED} again", CarrierStatus.IN_TRANSIT)))
"""The acts that are not sent twice in a race.

A batch of carrier events is not one command, because each event is. Of two changes of contacts at one moment one is refused,
and says so.
"""


@dataclass(frozen=True, slots=True)
class Race:
    """A beginning, the acts that always meet there, and those that may join them."""

    name: str
    start: str
    always: tuple[Act, ...]
    others: tuple[Act, ...]

    @property
    def beginning(self) -> Beginning:
        """Return the point at which it begins."""
        return begun(self.start)

    def drawn(self, random: Random) -> tuple[Act, ...]:
        """Draw 2 to 5 acts, each of which may be sent twice under its key."""
        joined = list(self.always)
        joined += random.sample(self.others, random.randint(0, min(len(self.others), 5 - len(joined))))
        if len(joined) < 5 and random.random() < 0.3:
            joined.append(random.choice([it for it in joined if it.name not in NOT_DOUBLED]))
        return tuple(joined)


def _race(name: str, start: str, always: tuple[Act, ...], *others: Act) -> Race:
    return Race(name, start, always, others)


_SAME = opens(Reason.NOT_AS_DESCRIBED, "same", ("a", 1))
_ACCEPTS, _WITHDRAWS, _ESCALATES = act(BUYER, c.Accept("2")), act(BUYER, c.Withdraw()), act(BUYER, c.Escalate())
_IMPROVES = act(SELLER, c.Propose(REFUND, usd(2000)), "more")
_COUNTERS = act(BUYER, c.Propose(REFUND, usd(3000)), "counter")
_SELLER_ACCEPTS = act(SELLER, c.Accept("1"))

RACES: tuple[Race, ...] = (
    _race("the same order, imported", "known", (imports(), imports()), *SWEEPS, imports()),
    _race(
        "identical opens, one key",
        "delivered",
        (_SAME, _SAME),
        _SAME,
        confirms(),
        time_comes(DELIVERED_AT + 15 * DAY),
        *SWEEPS,
        extends(None, DELIVERED_AT + 20 * DAY),
    ),
    _race(
        "opens, different keys",
        "delivered",
        tuple(opens(Reason.NOT_AS_DESCRIBED, key, ("a", 1)) for key in ("x", "y")),
        opens(Reason.NOT_AS_DESCRIBED, "z", ("b", 1)),
        opens(Reason.NOT_AS_DESCRIBED, "x", ("b", 1)),
        opens(Reason.NOT_AS_DESCRIBED, "whole"),
        time_comes(DELIVERED_AT + 15 * DAY),
        *SWEEPS,
    ),
    _race(
        "accept and counter-propose", "negotiating", (_ACCEPTS, _IMPROVES), _COUNTERS, _ESCALATES, act(BUYER, PHOTO), *SWEEPS
    ),
    _race(
        "accept and the end of negotiation",
        "negotiating",
        (_ACCEPTS, time_comes(OPENED_AT + HOUR + 7 * DAY), sweeps("one")),
        _WITHDRAWS,
        sweeps("two"),
        act(SELLER, c.Escalate()),
    ),
    _race(
        "withdraw and decide",
        "under_review",
        (_WITHDRAWS, act(MIA, DECIDES)),
        act(MIA, c.Propose(REFUND, usd(2500))),
        act(NOOR, c.Assign()),
        act(SELLER, PHOTO),
        *SWEEPS,
    ),
    _race(
        "both accept",
        "proposed in review",
        (act(BUYER, c.Accept("3")), act(SELLER, c.Accept("3"))),
        _WITHDRAWS,
        act(MIA, DECIDES),
        *SWEEPS,
    ),
    _race(
        "the seller's answer and its deadline",
        "opened",
        (_SELLER_ACCEPTS, time_comes(OPENED_AT + 5 * DAY), sweeps("one")),
        sweeps("two"),
        act(SELLER, c.Decline()),
        act(SELLER, c.Propose(REFUND, usd(100))),
    ),
    _race(  # contacts are written within a minute of their time stamp, so the clock does not jump in this one
        "a return address and the deadline",
        "opened 5 days",
        (_SELLER_ACCEPTS, registers(SELLER, email="new@example.com"), sweeps("one")),
        sweeps("two"),
        act(SELLER, c.Decline()),
    ),
    _race("two mediators", "escalated", (act(MIA, c.Assign()), act(NOOR, c.Assign())), _WITHDRAWS, act(BUYER, PHOTO), *SWEEPS),
    _race(
        "two sweeps",
        "opened",
        (time_comes(OPENED_AT + 5 * DAY), *SWEEPS),
        sweeps("three"),
        _WITHDRAWS,
        act(BUYER, c.GrantTime(OPENED_AT + 8 * DAY)),
    ),
    _race(
        "delivery and escalation",
        "not received",
        (carried(DELIVERED, PAID_AT + 29 * DAY), _ESCALATES),
        carried(DELIVERED, PAID_AT + 29 * DAY, key="again"),
        carried(CarrierStatus.IN_TRANSIT, PAID_AT + 2 * DAY),
        confirms(),
        *SWEEPS,
        time_comes(LATE + 5 * DAY),
    ),
    _race(
        "results of a payment",
        "resolved",
        (pays("paid"), pays("failed", "card closed", 1)),
        pays("failed again", "card closed"),
        time_comes(OPENED_AT + 2 * DAY),
        *SWEEPS,
    ),
    _race(
        "a return arrives",
        "return_in_transit",
        (act(SELLER, RECEIVED), time_comes(OPENED_AT + 2 * HOUR + 30 * DAY), sweeps("one")),
        carried(DELIVERED, OPENED_AT + 2 * HOUR + SECOND, RETURN),
        sweeps("two"),
        act(SELLER, PHOTO),
    ),
    _race("sent back and withdrawn", "awaiting_return", (act(BUYER, SENDS_BACK), _WITHDRAWS), *SWEEPS, act(SELLER, PHOTO)),
    _race("shipped twice", "imported", (ships(), ships()), *SWEEPS, extends(PAID_AT + 40 * DAY, None)),
)

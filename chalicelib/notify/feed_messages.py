"""Define the messages to machines, field by field. ``asyncapi.json`` describes them by these very types (N1, M1)."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.domain.dispute import Outcome, Stage, Status
from chalicelib.domain.ledger import Movement
from chalicelib.domain.people import Role

AMOUNTS = (
    "charged",
    "decided",
    "disputed",
    "granted",
    "held",
    "maximum",
    "postponed",
    "price",
    "proposed",
    "refund",
    "refunded",
    "released",
    "requested",
)
"""The names of the amounts that events are about."""


def _says(description: str, **more: object) -> msgspec.Meta:
    return msgspec.Meta(description=description, extra_json_schema=more or None)


Text = Annotated[str, msgspec.Meta(min_length=1)]
Moment = Annotated[
    str, _says("UTC, to the second, ending in Z.", format="date-time", pattern="^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$")
]
Seq = Annotated[int, msgspec.Meta(ge=1, description="Counts the events of an order, or of a dispute, from 1 without gaps.")]
Attempt = Annotated[int, msgspec.Meta(ge=1, description="Counts from 1. A failed payment is issued again as the next.")]


class Amount(msgspec.Struct, frozen=True):
    """An amount of money: 1050 EUR is 10.50 euros, 1050 JPY is 1050 yen."""

    minor: Annotated[int, msgspec.Meta(ge=0, description="Whole minor units.")]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217.")]


class EventMessage(msgspec.Struct, frozen=True):
    """One event of an order or of a dispute: ids, states and amounts, and nobody's own words."""

    id: Annotated[str, msgspec.Meta(min_length=1, description="Unique among all events: deduplicate by it.")]
    type: Annotated[str, _says("What happened. New types may come.")]
    at: Moment
    seq: Seq
    actor_role: Annotated[Role, _says("The role of the person who acted; clock when a deadline passed.")]
    order_id: Text
    buyer_id: Text
    seller_id: Text
    dispute_id: Annotated[str | None, _says("Null for an event of the order that concerns no dispute.")]
    status_before: Annotated[Status | None, _says("The dispute's status before; null for a new dispute or an order's event.")]
    status: Annotated[Status | None, _says("The dispute's status after the event.")]
    stage: Annotated[Stage | None, _says("The dispute's stage after the event.")]
    outcome: Annotated[Outcome | None, _says("How the dispute ended; null while it goes on.")]
    instruction_id: Annotated[str | None, _says("The payment instruction that the event issues or reports on.")]
    amounts: Annotated[
        dict[str, Amount], _says("Every amount that the event is about, by name.", propertyNames={"enum": [*AMOUNTS]})
    ]


class PaymentMessage(msgspec.Struct, frozen=True):
    """An order to pay. The same id and attempt may come more than once; pay it once (M1, M2)."""

    id: Annotated[str, msgspec.Meta(min_length=1, description="The same in every attempt: the key to pay once by.")]
    movement: Annotated[
        Movement, _says("refund and release pay out what is held in escrow; charge moves money from payer to payee.")
    ]
    amount: Amount
    payee: Annotated[str, msgspec.Meta(min_length=1, description="The person who is paid, by the marketplace's id.")]
    payer: Annotated[str | None, _says("Who is charged; null where the money comes from escrow.")]
    order_id: Text
    attempt: Attempt
    issued_at: Moment


class TestMessage(msgspec.Struct, frozen=True):
    """The content of a test webhook, which a person asked for."""

    __test__ = False  # pytest collects classes of this name otherwise

    endpoint_id: Text

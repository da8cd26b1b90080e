"""The exclusions, and the words that explain each to the buyer (C2, O9)."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.domain.exhaustive import table


class Exclusion(StrEnum):
    """The reasons why a claim is not covered (C2), in the order in which coverage looks for them."""

    UNAUTHORISED_CHARGE = "unauthorised_charge"
    PAID_OUTSIDE_PLATFORM = "paid_outside_platform"
    CARRIER_SHOWS_DELIVERED = "carrier_shows_delivered"
    SELLER_PROVED_AS_DESCRIBED = "seller_proved_as_described"
    CHANGED_MIND = "changed_mind"
    DEADLINE_PASSED = "deadline_passed"
    ALREADY_REFUNDED = "already_refunded"
    ALREADY_SETTLED = "already_settled"
    DISPUTE_ALREADY_OPEN = "dispute_already_open"


EXPLANATIONS: dict[Exclusion, str] = table(
    Exclusion,
    {
        Exclusion.UNAUTHORISED_CHARGE: "A charge you did not authorise is a matter for the issuer of your card."
        " Report it to your card company now; they can stop the card and return the money.",
        Exclusion.PAID_OUTSIDE_PLATFORM: "Only orders paid through this marketplace are protected; this one was paid elsewhere."
        " Ask the seller, or whoever took the payment.",
        Exclusion.CARRIER_SHOWS_DELIVERED: "The shipping company's records, or your own confirmation of receipt, show that this"
        " was delivered within the promised time."
        " Look where parcels are left at your address, and ask the shipping company for proof of delivery.",
        Exclusion.SELLER_PROVED_AS_DESCRIBED: "A mediator has found that the item is as the seller described it.",
        Exclusion.CHANGED_MIND: "The seller offers neither Domestic Returns nor Extra Returns with this order, so a change of"
        " mind is not covered. You can still ask the seller.",
        Exclusion.DEADLINE_PASSED: "Protection for this order has ended. A dispute has to be opened before that.",
        Exclusion.ALREADY_REFUNDED: "Everything paid for this has been refunded.",
        Exclusion.ALREADY_SETTLED: "A dispute about this, for the same reason, has ended. Its outcome stands.",
        Exclusion.DISPUTE_ALREADY_OPEN: "A dispute about this is open. Go on with that one.",
    },
)
"""Each exclusion in words a buyer understands (O9)."""

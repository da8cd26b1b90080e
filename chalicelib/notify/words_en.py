"""The domain's values in English words."""

from __future__ import annotations

WORDS = {
    "reason": {
        "not_received": "not received",
        "not_as_described": "not as described",
        "counterfeit": "counterfeit",
        "no_longer_wanted": "no longer wanted",
        "unauthorised_charge": "unauthorised charge",
    },
    "remedy": {
        "nothing": "no refund",
        "refund": "a refund of {amount}",
        "refund_with_return": "a refund of {amount} for the item sent back",
    },
    "basis": {
        "agreement": "Both sides have agreed.",
        "seller_silent": "The seller did not answer in time, so the buyer's request is granted as asked.",
        "guarantee": "The returns guarantee of the order gives it.",
        "decision": "A mediator has decided so.",
        "default_decision": "The review ended without a mediator's decision, so the policy's default applies.",
        "carrier_shows_delivered": "The carrier's records show delivery within the promised time.",
    },
    "item": {"kept": "There was no address to send the item back to, so the buyer keeps it."},
    "postage": {"buyer": "The buyer pays the postage.", "seller": "The seller pays the postage."},
    "finding": {
        "not_received": "the item was not received.",
        "delivered_late": "the item was delivered after the promised time.",
        "carrier_shows_delivered": "the carrier's records show delivery within the promised time.",
        "not_as_described": "the item is not as described.",
        "seller_proved_as_described": "the seller has shown that the item is as described.",
        "counterfeit": "the item is counterfeit.",
        "genuine": "the item is genuine.",
        "return_received": "the return was received.",
        "return_not_as_sent": "what was sent back is not what was sold.",
        "no_answer_from_buyer": "the buyer left the mediator's question unanswered.",
        "no_answer_from_seller": "the seller left the mediator's question unanswered.",
        "not_decided_in_time": "the time for a review has passed.",
    },
    "problem": {
        "item_received": "no problem",
        "item_not_received": "it did not arrive",
        "damaged": "it came back damaged",
        "empty_package_or_different": "the parcel is empty or holds something else",
        "missing_items": "something is missing",
    },
    "carrier": {
        "tnt": "TNT",
        "ems": "EMS",
        "ups": "UPS",
        "fedex": "FedEx",
        "dhl": "DHL",
        "china_post": "China Post",
        "hongkong_post": "Hongkong Post",
        "sf_express": "S.F. Express",
    },
}
"""By kind of value, then by value."""

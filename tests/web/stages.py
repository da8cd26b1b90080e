"""Bring a dispute into each stage that has a deadline, by calls of the API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.carriers import Carrier
from localcloud.tracking_numbers import made_up
from tests.web.people import Marketplace, days

MEDIATOR = "mediator:mira"


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute of two people."""

    market: Marketplace
    buyer: str
    seller: str
    order: str
    id: str

    def act(self, who: str, path: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        """Act in the dispute as the `buyer`, the `seller` or the mediator."""
        name = MEDIATOR if who == "mediator" else f"{who}:{getattr(self, who)}"
        return self.market.api.post(name, f"/disputes/{self.id}{path}", body)


def euros(minor: int) -> dict[str, Any]:
    """Return an amount."""
    return {"minor": minor, "currency": "EUR"}


def opened(market: Marketplace, buyer: str, seller: str, **asked: Any) -> Case:  # noqa: ANN401 - any JSON
    """Return a dispute that waits for the seller."""
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "quality"} | (asked or {"request_type": "refund_with_return"})
    return Case(market, buyer, seller, order, market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"])


def not_received(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute about a parcel that is late."""
    order = market.sale(buyer, seller, promised=-1)
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", {"reason": "not_received"})
    return Case(market, buyer, seller, order, dispute["id"])


def shown_as_delivered(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute about a parcel of which the carrier then says that it was delivered in time."""
    order = market.sale(buyer, seller, paid=20, promised=-1)
    number = market.market.ship(order, Carrier.DHL, market.now() - days(15))
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", {"reason": "not_received"})
    market.market.carrier_says(Carrier.DHL, number, "delivered", market.now() - days(3))
    return Case(market, buyer, seller, order, dispute["id"])


def negotiating(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute in which the seller has declined."""
    it = opened(market, buyer, seller, request_type="refund", request_amount=euros(40_00))
    it.act("seller", "/decline", note="No.")
    return it


def under_review(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute that a mediator has."""
    it = negotiating(market, buyer, seller)
    it.act("buyer", "/escalate")
    it.act("mediator", "/assignment")
    return it


def asked(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute in which the mediator asks the buyer something."""
    it = under_review(market, buyer, seller)
    it.act("mediator", "/information-requests", to="buyer", question="Which wool was promised?")
    return it


def decided(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute with a decision that can be appealed."""
    it = under_review(market, buyer, seller)
    found = {"finding": "not_as_described", "rationale": "The photo shows it."}
    it.act("mediator", "/decision", type="refund", amount=euros(30_00), **found)
    return it


def awaiting_return(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute in which the buyer is to send the item back."""
    it = opened(market, buyer, seller)
    it.act("seller", "/proposals/1/accept")
    return it


def return_in_transit(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute whose return is on its way."""
    it = awaiting_return(market, buyer, seller)
    it.act("buyer", "/return/shipment", carrier="dhl", tracking_number=made_up(Carrier.DHL, f"{it.order} back"))
    return it


def returned(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute whose return has arrived, of which the seller says nothing."""
    it = return_in_transit(market, buyer, seller)
    market.market.carrier_says(Carrier.DHL, made_up(Carrier.DHL, f"{it.order} back"), "delivered", market.now())
    return it


def awaiting_replacement(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute in which the seller is to send another one."""
    it = opened(market, buyer, seller)
    it.act("seller", "/proposals", type="replacement", amount=euros(0))
    it.act("buyer", "/proposals/2/accept")
    return it


def replacement_sent(market: Marketplace, buyer: str, seller: str) -> Case:
    """Return a dispute whose replacement is on its way."""
    it = awaiting_replacement(market, buyer, seller)
    number = made_up(Carrier.UPS, f"{it.order} again")
    it.act("seller", "/replacement/shipment", carrier="ups", tracking_number=number)
    market.market.carrier_says(Carrier.UPS, number, "in_transit", market.now())
    return it


Stage = Callable[[Marketplace, str, str], Case]
WITH_A_DEADLINE: dict[Stage, str] = {
    opened: "seller",
    not_received: "seller",
    shown_as_delivered: "buyer",
    negotiating: "buyer",
    under_review: "buyer",
    asked: "buyer",
    decided: "seller",
    awaiting_return: "buyer",
    return_in_transit: "buyer",
    returned: "seller",
    awaiting_replacement: "seller",
    replacement_sent: "buyer",
}
"""Every stage that ends by itself, and whose page is looked at."""

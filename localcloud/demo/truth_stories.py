"""Tell four stories in which the truth wins: a replacement, an old tracking number, a settlement and a chargeback."""

from collections.abc import Iterator

from chalicelib.domain.carriers import Carrier
from localcloud.demo.market import PLATFORM, days
from localcloud.demo.story import Story, Sweep, Until
from localcloud.tracking_numbers import made_up

CONFLICT = 409
MEDIATOR = "mediator:mira"


def replaced(it: Story) -> Iterator[Until]:
    """The item comes damaged, the seller sends another one, and that one stays."""
    sale = it.sell([("teapot", 1, 58_00)], shipping=6_00, promised_in=10)
    yield Until(1.3)
    number = it.ship(Carrier.UPS)
    yield Until(4.3)
    it.carrier_says(Carrier.UPS, number, "delivered")
    yield Until(5.3)
    claim = {"reason": "not_as_described", "issue": "damaged", "description": "The spout is broken."}
    it.open(claim, f"claims the spout is broken, and would send it back for {it.words(64_00)}")
    yield Until(6.3)
    another = {"type": "replacement", "amount": it.money(0), "note": "Keep it; I send another one."}
    it.act(it.seller, "/proposals", another, "offers another one, and the buyer keeps the first")
    yield Until(6.7)
    agreed = it.act(it.buyer, "/proposals/2/accept", {}, "accepts")
    it.expect("the seller is to ship", "awaiting_replacement", agreed["stage"])
    it.expect_messages("replacement_granted", "buyer", "seller", "sms")
    yield Until(8)
    written = made_up(Carrier.UPS, f"{it.script.order_id}-again")
    sent = {"carrier": "ups", "tracking_number": written}
    it.act(it.seller, "/replacement/shipment", sent, f"sends another one with ups, {written}")
    it.expect_messages("replacement_shipped", "buyer")
    yield Until(12)
    it.carrier_says(Carrier.UPS, written, "delivered")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    it.expect("the replacement has arrived", expected=True, seen=it.dispute()["replacement"]["arrived"])
    yield Until(27.1, Sweep.NOW)
    it.say("the clock", "completes the order 15 days later: the seller is paid")
    it.expect_end("resolved_with_agreement", 0, sale.price)


def old_number(it: Story) -> Iterator[Until]:
    """The seller names a parcel that was delivered to somebody else before the sale, and sends nothing."""
    sale = it.sell([("headphones", 1, 149_00)], shipping=4_00, promised_in=10)
    yield Until(1.2)
    number = it.ship(Carrier.TNT)
    it.market.carrier_says(Carrier.TNT, number, "delivered", it.market.now() - days(16))
    it.say("tnt", f"records {number}: delivered, sixteen days ago")
    parcel = it.order()["parcels"][0]
    it.expect("the old record is shown and does not count", [False], [record["counts"] for record in parcel["records"]])
    it.expect("nothing has arrived", None, parcel["delivered_at"])
    yield Until(10.1, Sweep.NOW)
    it.expect("the seller has not been paid", it.money(sale.price), it.order()["escrow"]["held"])
    it.open({"reason": "not_received"}, f"claims it never arrived, and asks for {it.words(sale.price)}")
    yield Until(15.2, Sweep.NOW)
    it.say("the clock", "grants the request as asked: the seller was silent")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(25.3, Sweep.NOW)
    it.expect_end("resolved_buyer_favour", sale.price, sale.price)


def settled_in_review(it: Story) -> Iterator[Until]:
    """A mediator has the case, and the two agree all the same."""
    sale = it.sell([("rug", 1, 210_00)], shipping=20_00, promised_in=10)
    yield Until(1.4)
    number = it.ship(Carrier.FEDEX)
    yield Until(4.4)
    it.carrier_says(Carrier.FEDEX, number, "delivered")
    yield Until(5.4)
    claim = {"reason": "not_as_described", "issue": "quality", "description": "It sheds."}
    asked = {"request_type": "refund", "request_amount": it.money(120_00)}
    it.open(claim | asked, f"claims it sheds, and asks for {it.words(120_00)}")
    yield Until(6.4)
    it.act(it.seller, "/decline", {"note": "New rugs do."}, "declines")
    it.act(it.buyer, "/escalate", {}, "asks for a mediator")
    it.expect_messages("escalated", "seller", "mediators")
    yield Until(7.4)
    it.act(MEDIATOR, "/assignment", {}, "takes the case")
    offer = {"type": "refund", "amount": it.money(70_00), "note": "Let us not wait for it."}
    offered = it.act(it.seller, "/proposals", offer, f"offers {it.words(70_00)} while the mediator looks")
    it.expect("the mediator still has the case", "under_review", offered["stage"])
    yield Until(8.4)
    wanted = offered["current_proposal"]["id"]
    it.act(it.buyer, f"/proposals/{wanted}/accept", {}, f"accepts proposal {wanted}")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(19.5, Sweep.NOW)
    it.expect_end("resolved_with_agreement", 70_00, sale.price)


def charged_back(it: Story) -> Iterator[Until]:
    """The buyer's bank takes the money back, so nobody pays it a second time."""
    sale = it.sell([("desk", 1, 260_00)], shipping=30_00, promised_in=10)
    yield Until(1.5)
    number = it.ship(Carrier.DHL)
    yield Until(5.5)
    it.carrier_says(Carrier.DHL, number, "delivered")
    path, amount = f"/orders/{it.script.order_id}/external-dispute", it.money(sale.price)
    it.market.api.put(PLATFORM, path, {"status": "open", "amount": amount})
    it.say("the marketplace", "reports that the buyer's bank disputes the payment: nothing is paid out meanwhile")
    it.expect_messages("external_dispute_reported", "buyer", "seller")
    yield Until(20.8, Sweep.NOW)
    it.expect("the order waits for the bank", "in_protection", it.order()["status"])
    it.market.api.put(PLATFORM, path, {"status": "lost", "amount": amount})
    it.say("the marketplace", "reports that the bank took the money back: it counts as refunded")
    yield Until(21.2, Sweep.NOW)
    it.expect_end(None, sale.price, sale.price)

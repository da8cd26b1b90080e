"""Tell five stories of disputes, from silence to an appeal, and one of an order without a dispute."""

from collections.abc import Iterator

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from localcloud.demo.story import Story, Sweep, Until

CONFLICT = 409
MEDIATOR, SECOND_MEDIATOR = "mediator:mira", "mediator:noor"


def never_arrived(it: Story) -> Iterator[Until]:
    """The parcel never comes, and the seller never answers."""
    sale = it.sell([("phone", 1, 129_00)], shipping=9_90, promised_in=12)
    yield Until(1)
    number = it.ship(Carrier.CHINA_POST)
    yield Until(2)
    it.carrier_says(Carrier.CHINA_POST, number, "in_transit")
    early = (CONFLICT, "not_yet_covered")
    it.refused(it.buyer, it.disputes, {"reason": "not_received"}, "asks for the money back already", early)
    yield Until(12)
    it.guarantee(Guarantee.ON_TIME_DELIVERY, "asks what guarantees there are")
    opened = it.open({"reason": "not_received"}, f"claims it never arrived, and asks for {it.words(sale.price)}")
    it.expect("who is waited for", "waiting_for_seller_response", opened["status"])
    it.say(it.seller, "says nothing for five days")
    yield Until(17.05, Sweep.BY_SCHEDULE)
    it.say("the clock", "grants the request as asked: the seller was silent")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(27.1, Sweep.NOW)
    it.expect_end("resolved_buyer_favour", sale.price, sale.price)


def agreed_on_a_part(it: Story) -> Iterator[Until]:
    """Damaged goods: a partial offer, a counter-offer, an agreement."""
    sale = it.sell([("lamp", 2, 40_00)], shipping=5_00, promised_in=10)
    yield Until(1.1)
    number = it.ship(Carrier.DHL)
    yield Until(4)
    it.carrier_says(Carrier.DHL, number, "delivered")
    yield Until(5)
    claim = {"reason": "not_as_described", "issue": "damaged", "items": [{"line_id": "1", "quantity": 1}]}
    asked = {"request_type": "refund", "request_amount": it.money(35_00), "description": "One shade is dented."}
    opened = it.open(claim | asked, f"claims one lamp came damaged, and would keep it for {it.words(35_00)}")
    it.expect("what is still to be shown", {"buyer": ["photo"], "seller": []}, opened["missing_evidence"])
    it.show(it.buyer, "The dent, from above.", "uploads a photo of the dent")
    it.expect("nothing is left to be shown", {"buyer": [], "seller": []}, it.dispute()["missing_evidence"])
    it.expect_messages("evidence_added", "seller")
    yield Until(5.5)
    offer = {"type": "refund", "amount": it.money(15_00), "note": "The dent is small."}
    it.act(it.seller, "/proposals", offer, f"offers {it.words(15_00)}")
    it.expect_messages("proposal_made", "buyer", "seller", "sms")
    better = {"type": "refund", "amount": it.money(20_00), "note": "Let us say a quarter."}
    it.act(it.seller, "/proposals", better, f"improves the offer to {it.words(20_00)}")
    yield Until(6.1)
    accept, unseen = f"/disputes/{it.dispute_id}/proposals/2/accept", "accepts the first offer, not having seen the other"
    it.refused(it.buyer, accept, {}, unseen, (CONFLICT, "stale_proposal"))
    counter = {"type": "refund", "amount": it.money(25_00), "note": "It is where everybody sees it."}
    countered = it.act(it.buyer, "/proposals", counter, f"asks for {it.words(25_00)}")
    wanted = countered["current_proposal"]["id"]
    yield Until(6.6)
    it.act(it.seller, f"/proposals/{wanted}/accept", {}, f"accepts proposal {wanted}")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(19.1, Sweep.NOW)
    it.say("the clock", "completes the order: the seller gets what is left")
    it.expect_messages("order_completed", "seller")
    it.expect_end("resolved_with_agreement", 25_00, sale.price)


def sent_back(it: Story) -> Iterator[Until]:
    """The wrong item goes back, and its price and postage are refunded."""
    sale = it.sell([("camera", 1, 32_000)], shipping=1_200, promised_in=10, country="JP")
    yield Until(1.2)
    number = it.ship(Carrier.EMS)
    yield Until(5.1)
    it.carrier_says(Carrier.EMS, number, "delivered")
    yield Until(6.2)
    claim = {"reason": "not_as_described", "issue": "wrong_item", "request_type": "refund_with_return"}
    it.open(claim, f"claims it is another model, and would send it back for {it.words(sale.price)}")
    yield Until(7.1)
    agreed = it.act(it.seller, "/proposals/1/accept", {}, "accepts; the return goes to the address of the profile")
    it.expect("the buyer is to ship", "awaiting_return", agreed["stage"])
    it.expect("where to", "Osaka", agreed["return"]["return_address"]["city"])
    it.expect_messages("return_granted", "buyer")
    yield Until(8.1)
    sent = {"carrier": "fedex", "tracking_number": it.return_number(Carrier.FEDEX)}
    shipped = it.act(it.buyer, "/return/shipment", sent, "sends it back with fedex")
    it.expect_messages("return_shipped", "seller", "sms")
    yield Until(12.1)
    it.carrier_says(Carrier.FEDEX, shipped["return"]["parcel"]["tracking_number"], "delivered")
    it.expect_messages("return_carrier_reported", "seller", "sms")
    yield Until(13)
    it.act(it.seller, "/return/acknowledgement", {"type": "item_received"}, "acknowledges: the item is back")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(20.2, Sweep.NOW)
    it.expect_end("resolved_with_agreement", sale.price, sale.price)


def decided_by_a_mediator(it: Story) -> Iterator[Until]:
    """The two do not agree; a mediator asks, and decides."""
    sale = it.sell([("coat", 1, 240_00)], shipping=18_00, promised_in=9)
    yield Until(1.3)
    number = it.ship(Carrier.UPS)
    yield Until(3)
    it.carrier_says(Carrier.UPS, number, "delivered")
    yield Until(4.1)
    claim = {"reason": "not_as_described", "issue": "quality", "description": "Sold as wool, the label says half of it."}
    asked = {"request_type": "refund", "request_amount": it.money(120_00)}
    it.open(claim | asked, f"claims it is not the wool it was sold as, and asks for {it.words(120_00)}")
    yield Until(5.2)
    it.act(it.seller, "/decline", {"note": "The listing said wool blend."}, "declines")
    it.expect_messages("proposal_declined", "buyer")
    it.act(it.buyer, "/escalate", {"note": "The listing said wool."}, "asks for a mediator")
    it.expect_messages("escalated", "seller", "mediators")
    yield Until(6.3)
    it.queued(MEDIATOR)
    it.act(MEDIATOR, "/assignment", {}, "takes the case")
    question = {"to": "seller", "question": "What did the listing say of the material?"}
    it.act(MEDIATOR, "/information-requests", question, "asks the seller what the listing said")
    it.expect_messages("information_requested", "seller", "sms")
    yield Until(7.2)
    answer = {"type": "document", "note": "The listing as published: 'warm winter coat, wool'."}
    it.act(it.seller, "/evidence", answer, "answers with the listing")
    it.expect_messages("evidence_added", "buyer")
    yield Until(9.1)
    finding = {"finding": "not_as_described", "rationale": "The listing says wool and names no blend; half of it is wool."}
    decision = {"type": "refund", "amount": it.money(90_00)} | finding
    decided = it.act(MEDIATOR, "/decision", decision, f"decides on {it.words(90_00)}")
    it.expect("a decision can be appealed", "decided", decided["stage"])
    it.expect_messages("decision_made", "buyer", "seller", "sms")
    it.act(it.buyer, "/decision/accept", {}, "accepts the decision")
    it.say(it.seller, "neither accepts nor appeals")
    yield Until(16.1, Sweep.NOW)
    it.say("the clock", "ends the appeal window: the decision is carried out")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(18.1, Sweep.NOW)
    it.say("the clock", "completes the order: the seller gets what is left")
    it.expect_messages("order_completed", "seller")
    it.expect_end("resolved_buyer_favour", 90_00, sale.price)


def appealed(it: Story) -> Iterator[Until]:
    """The seller appeals a decision with new evidence; another mediator decides, for good."""
    sale = it.sell([("guitar", 1, 650_00)], shipping=40_00, promised_in=8)
    yield Until(1.8)
    number = it.ship(Carrier.DHL)
    yield Until(3.2)
    it.carrier_says(Carrier.DHL, number, "delivered")
    yield Until(4.4)
    claim = {"reason": "not_as_described", "issue": "quality", "description": "Sold as solid cedar; it looks like laminate."}
    asked = {"request_type": "refund", "request_amount": it.money(300_00)}
    it.open(claim | asked, f"claims the top is not solid cedar, and asks for {it.words(300_00)}")
    yield Until(5.6)
    it.act(it.seller, "/decline", {"note": "It is solid cedar."}, "declines")
    it.expect_messages("proposal_declined", "buyer")
    it.act(it.seller, "/escalate", {"note": "Let somebody else look at it."}, "asks for a mediator")
    it.expect_messages("escalated", "buyer", "mediators")
    photo = {"type": "photo", "note": "The edge of the sound hole, from close by."}
    it.act(it.buyer, "/evidence", photo, "adds a photo")
    it.expect_messages("evidence_added", "seller")
    yield Until(6.6)
    it.queued(MEDIATOR)
    it.act(MEDIATOR, "/assignment", {}, "takes the case")
    yield Until(7.6)
    why = {"finding": "not_as_described", "rationale": "The photo shows a laminate edge; the seller has shown nothing else."}
    decision = {"type": "refund", "amount": it.money(300_00)} | why
    it.act(MEDIATOR, "/decision", decision, f"decides on {it.words(300_00)}")
    it.expect_messages("decision_made", "buyer", "seller", "sms")
    yield Until(8.3)
    proof = {"type": "document", "note": "The maker's certificate for this serial number: solid cedar top."}
    it.act(it.seller, "/appeal", proof, "appeals, with the maker's certificate as new evidence")
    it.expect_messages("appealed", "buyer", "mediators")
    again = f"/disputes/{it.dispute_id}/assignment"
    it.refused(MEDIATOR, again, {}, "would take the case again", (CONFLICT, "wrong_party"))
    yield Until(9.3)
    it.queued(SECOND_MEDIATOR)
    it.act(SECOND_MEDIATOR, "/assignment", {}, "takes the case")
    finding = {
        "finding": "seller_proved_as_described",
        "rationale": "The certificate names this guitar: solid cedar.",
    }
    final = {"type": "refund", "amount": it.money(0)} | finding
    ended = it.act(SECOND_MEDIATOR, "/decision", final, "decides for good: no refund; carried out at once")
    it.expect("no appeal window follows", "resolved", ended["stage"])
    it.expect("the decision is final", expected=True, seen=ended["decision"]["final"])
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(10.2)
    proved = (CONFLICT, "seller_proved_as_described")
    it.refused(it.buyer, it.disputes, claim, "claims the same once more", proved)
    yield Until(18.3, Sweep.NOW)
    it.say("the clock", "completes the order: the seller is paid")
    it.expect_messages("order_completed", "seller")
    it.expect_end("resolved_seller_favour", 0, sale.price)


def nothing_wrong(it: Story) -> Iterator[Until]:
    """Nothing is wrong: the order completes, and the seller is paid."""
    sale = it.sell([("teapot", 1, 62_500), ("cup", 4, 2_500)], shipping=3_000, promised_in=14)
    yield Until(1.4)
    number = it.ship(Carrier.SF_EXPRESS)
    yield Until(6)
    it.carrier_says(Carrier.SF_EXPRESS, number, "delivered")
    in_time = (CONFLICT, "carrier_shows_delivered")
    it.refused(it.buyer, it.disputes, {"reason": "not_received"}, "tries to claim it never arrived", in_time)
    yield Until(21.1, Sweep.NOW)
    it.say("the clock", "ends protection and completes the order: the seller is paid")
    it.expect_messages("order_completed", "seller")
    it.expect_end(None, 0, sale.price)

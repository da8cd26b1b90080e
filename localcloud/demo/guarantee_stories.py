"""Tell the stories of two guarantees, and of a charge and a payout that go other ways."""

from collections.abc import Iterator

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from localcloud.demo.market import PLATFORM
from localcloud.demo.report import ledger_of
from localcloud.demo.story import Story, Sweep, Until
from localcloud.demo.verify import payments_told

CONFLICT, UNPROCESSABLE = 409, 422
MEDIATOR = "mediator:noor"


def no_longer_wanted(it: Story) -> Iterator[Until]:
    """The buyer changed their mind; the seller offers Domestic Returns, and an address in the buyer's country."""
    price = 259_00
    sale = it.sell([("jacket", 1, price)], 14_90, promised_in=8, guarantee=Guarantee.DOMESTIC_RETURNS, country="PL")
    yield Until(1.5)
    number = it.ship(Carrier.DHL)
    yield Until(3.1)
    it.carrier_says(Carrier.DHL, number, "delivered")
    yield Until(5.3)
    answer = it.guarantee(Guarantee.DOMESTIC_RETURNS, "does not like the jacket after all, asks what guarantees there are")
    terms = {"type": "refund_with_return", "maximum": it.money(price), "return_postage": "buyer"}
    it.expect("what the guarantee gives", [terms], answer["remedies"])
    claim, unused = {"reason": "no_longer_wanted"}, {"attests_unused": True}
    it.refused(it.buyer, it.disputes, claim, "asks to send it back", (UNPROCESSABLE, "attestation_required"))
    it.open(claim | unused, f"confirms that it is unused, and asks to send it back for {it.words(price)}")
    asked = it.dispute()
    it.say("the guarantee", "grants the return at once, to the seller's address in Poland; the buyer pays the postage")
    it.expect("the buyer is to ship", "awaiting_return", asked["stage"])
    it.expect("where to", ("Gdynia", "PL"), tuple(asked["return"]["return_address"][name] for name in ("city", "country")))
    it.expect("who pays the postage", "buyer", asked["return"]["return_postage"])
    it.expect_messages("return_granted", "buyer", "seller")
    decline = f"/disputes/{it.dispute_id}/decline"
    it.refused(it.seller, decline, {"note": "No reason given."}, "tries to decline", (CONFLICT, "wrong_state"))
    yield Until(6.4)
    sent = {"carrier": "ups", "tracking_number": it.return_number(Carrier.UPS)}
    it.act(it.buyer, "/return/shipment", sent, "sends it back with ups")
    it.expect_messages("return_shipped", "seller", "sms")
    yield Until(9.2)
    it.act(it.seller, "/return/acknowledgement", {"type": "item_received"}, "acknowledges: the item is back")
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(18.2, Sweep.NOW)
    it.say("the clock", "completes the order: the seller keeps the shipping fee")
    it.expect_messages("order_completed", "seller")
    it.expect_end("resolved_buyer_favour", price, sale.price)


def not_genuine(it: Story) -> Iterator[Until]:
    """The seller guarantees that the watch is genuine, and it is not."""
    sale = it.sell([("watch", 1, 480_00)], 12_00, promised_in=9, guarantee=Guarantee.GUARANTEED_GENUINE, country="CH")
    yield Until(1.6)
    number = it.ship(Carrier.FEDEX)
    yield Until(4.2)
    it.carrier_says(Carrier.FEDEX, number, "delivered")
    yield Until(5.4)
    claim = {"reason": "counterfeit", "description": "The maker says there is no watch with this number."}
    opened = it.open(claim, f"claims the watch is a counterfeit, and asks for {it.words(sale.price)}, shipping included")
    it.expect("the guarantee", "guaranteed_genuine", opened["guarantee"])
    refund = {"type": "refund", "maximum": it.money(sale.price), "return_postage": None}
    it.expect("a full refund, shipping included, and nothing to send back", [refund], opened["remedies"])
    yield Until(6.2)
    it.act(it.seller, "/decline", {"note": "We only sell originals."}, "declines")
    it.expect_messages("proposal_declined", "buyer")
    it.act(it.buyer, "/escalate", {"note": "I have the maker's answer in writing."}, "asks for a mediator")
    it.expect_messages("escalated", "seller", "mediators")
    yield Until(7.3)
    it.queued(MEDIATOR)
    it.act(MEDIATOR, "/assignment", {}, "takes the case")
    question = {"to": "seller", "question": "From whom did you buy this watch?"}
    it.act(MEDIATOR, "/information-requests", question, "asks the seller where the watch comes from")
    it.expect_messages("information_requested", "seller", "sms")
    letter = {"type": "correspondence", "note": "The maker's letter: the number was never given out."}
    it.act(it.buyer, "/evidence", letter, "adds the maker's letter")
    it.expect_messages("evidence_added", "seller")
    it.say(it.seller, "leaves the question unanswered")
    yield Until(10.4, Sweep.NOW)
    it.expect("the question lapsed", [True], [request["lapsed"] for request in it.dispute()["information_requests"]])
    it.expect_messages("information_request_lapsed", "seller")
    why = {"finding": "counterfeit", "rationale": "The maker never gave out this number; the seller names no source."}
    decision = {"type": "refund", "amount": it.money(sale.price)} | why
    it.act(MEDIATOR, "/decision", decision, f"decides on all of it, {it.words(sale.price)}")
    it.expect_messages("decision_made", "buyer", "seller", "sms")
    yield Until(11.1)
    it.act(it.buyer, "/decision/accept", {}, "accepts the decision")
    it.expect_messages("decision_accepted", "seller")
    ended = it.act(it.seller, "/decision/accept", {}, "accepts it too, so it is carried out at once")
    it.expect("nobody has to wait", "resolved", ended["stage"])
    it.expect_messages("dispute_resolved", "buyer", "seller")
    yield Until(19.3, Sweep.NOW)
    it.expect_end("resolved_buyer_favour", sale.price, sale.price)


def fails_at_first(it: Story) -> Iterator[Until]:
    """A charge that is not the order's is the card company's matter; and the seller's payment fails once."""
    sale = it.sell([("pair of boots", 1, 189_00)], shipping=16_00, promised_in=9, country="CA")
    yield Until(1.7)
    number = it.ship(Carrier.TNT)
    yield Until(4.35)
    it.carrier_says(Carrier.TNT, number, "delivered")
    yield Until(8.2)
    unknown = "claims a second charge on her card, one she did not make"
    it.refused(it.buyer, it.disputes, {"reason": "unauthorised_charge"}, unknown, (CONFLICT, "unauthorised_charge"))
    it.market.declined[it.script.order_id] = "the payee's account cannot be reached"
    yield Until(19.45, Sweep.NOW)
    it.say("the clock", "ends protection and completes the order: the seller is to be paid")
    it.expect_messages("order_completed", "seller")
    failed = it.market.api.get(PLATFORM, "/payment-instructions?status=failed")["items"]
    payment = next(one["id"] for one in ledger_of(it)["payment_instructions"])
    it.say("the bank", f"cannot pay {payment}: {', '.join(one['failure'] for one in failed)}; the payment is listed as failed")
    it.expect("the payments listed as failed", [payment], [one["id"] for one in failed])
    it.expect("what the payment system was told so far", {(payment, 1)}, payments_told(it.market.api, it))
    yield Until(19.55, Sweep.NOW)
    it.say("the clock", f"issues {payment} again an hour after it failed, under the same id")
    left = it.market.api.get(PLATFORM, "/payment-instructions?status=failed")["items"]
    it.expect("the payments still listed as failed", [], [one["id"] for one in left])
    paid = it.market.api.get(PLATFORM, f"/orders/{it.script.order_id}/ledger")["payment_instructions"]
    it.expect("the payment", [(payment, "settled", 2)], [(one["id"], one["status"], one["attempts"]) for one in paid])
    it.say("the bank", f"pays {payment}")
    it.expect_end(None, 0, sale.price)

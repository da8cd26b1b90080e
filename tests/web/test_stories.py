"""Disputes are played through the pages, as a buyer and a seller in browsers of their own; the API has the same outcome."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from localcloud.forms import PHOTO
from tests.web.people import Marketplace


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo in a file."""
    path = tmp_path / "dent.jpg"
    path.write_bytes(PHOTO)
    return path


class Taps:
    """Counts what a person taps."""

    def __init__(self, page: Page) -> None:
        """Tap on this page."""
        self.page, self.count = page, 0

    def __call__(self, name: str, role: str = "link") -> None:
        """Tap the link or button of this name."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.count += 1


def test_not_received_is_claimed_in_five_taps_and_granted_when_the_seller_is_silent(market: Marketplace) -> None:
    """From the list of orders to a dispute in at most five taps; the clock grants it, and the page shows the refund."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, title="kettle", promised=-1)
    page = market.sign_in(buyer, "orders")
    tap = Taps(page)

    tap("kettle")
    tap("Something is wrong")
    tap("It has not arrived", "button")
    tap("Get your money back", "button")
    tap("Send to the seller", "button")
    expect(page.get_by_text("Your dispute was sent to the seller")).to_be_visible()
    assert tap.count <= 5
    expect(page.get_by_role("heading", name="Waiting for the seller")).to_be_visible()

    market.advance(5.1)
    page.reload()
    expect(page.get_by_role("heading", name="Refund: €90.00")).to_be_visible()
    dispute = market.dispute(f"buyer:{buyer}", f"{order}-d1")
    assert ("resolved_buyer_favour", 90_00) == (dispute["outcome"], dispute["refund"]["minor"])
    ledger = market.api.get(f"buyer:{buyer}", f"/orders/{order}/ledger")["balance"]
    assert (0, 90_00) == (ledger["held"]["minor"], ledger["refunded"]["minor"])


def test_damage_is_claimed_with_a_photo_in_nine_taps_and_settled_on_the_seller_link(market: Marketplace, photo: Path) -> None:
    """At most nine taps beside the picker and typing; the photo arrives; the seller accepts in two taps from the link."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    page = market.sign_in(buyer, "orders")
    tap = Taps(page)

    tap("lamp")
    tap("Something is wrong")
    tap("Not as described", "button")
    tap("Damaged", "button")
    tap("Keep it and get money back", "button")
    tap("50 %", "button")
    tap("Continue", "button")
    page.set_input_files("input[type=file]", photo)
    expect(page.get_by_role("button", name="Remove dent.jpg")).to_be_visible()
    tap("Continue", "button")
    tap("Send to the seller", "button")
    expect(page.get_by_text("Your dispute was sent to the seller")).to_be_visible()
    assert tap.count <= 9
    expect(page.get_by_role("link", name="See one piece")).to_be_visible()
    dispute = market.dispute(f"buyer:{buyer}", f"{order}-d1")
    assert ([], ["photo"]) == (dispute["missing_evidence"]["buyer"], [it["type"] for it in dispute["evidence"]])

    other = market.sign_in(seller, f"disputes/{order}-d1")
    tap = Taps(other)
    tap("Accept €45.00")
    tap("Accept €45.00", "button")
    expect(other.get_by_role("heading", name="The buyer is refunded €45.00")).to_be_visible()
    assert 2 == tap.count
    dispute = market.dispute(f"buyer:{buyer}", f"{order}-d1")
    assert ("resolved_with_agreement", 45_00) == (dispute["outcome"], dispute["refund"]["minor"])


def test_an_offer_is_countered_and_a_return_goes_back(market: Marketplace) -> None:
    """The seller offers less, the buyer asks for a return, the seller agrees, the item goes back and is refunded."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "wrong_item", "request_type": "refund_with_return"}
    dispute_id = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
    theirs = market.sign_in(seller, f"disputes/{dispute_id}")
    mine = market.sign_in(buyer, f"disputes/{dispute_id}")

    theirs.get_by_role("link", name="Offer something else").click()
    theirs.get_by_role("radio", name="Keep it and get money back").check()
    theirs.get_by_role("button", name="25 %").click()
    theirs.get_by_label("A few words to the other side").fill("Would you keep it for a quarter?")
    theirs.get_by_role("button", name="Offer €22.50").click()
    expect(theirs.get_by_role("heading", name="Waiting for the buyer")).to_be_visible()

    mine.reload()
    expect(mine.get_by_text("Would you keep it for a quarter?")).to_be_visible()
    mine.get_by_role("link", name="Ask for something else").click()
    mine.get_by_role("radio", name="Send it back and get a refund").check()
    mine.get_by_role("button", name="100 %").click()
    mine.get_by_role("button", name="Ask for €90.00").click()
    expect(mine.get_by_role("heading", name="Waiting for the seller")).to_be_visible()

    theirs.reload()
    theirs.get_by_role("link", name="Accept: return for €90.00").click()
    theirs.get_by_role("button", name="Accept: return for €90.00").click()
    expect(theirs.get_by_role("heading", name="The buyer is to send it back")).to_be_visible()

    mine.reload()
    mine.get_by_role("link", name="I have sent it").click()
    mine.get_by_label("Carrier").select_option("dhl")
    mine.get_by_label("Tracking number").fill("12345678")
    mine.get_by_role("button", name="It is on its way").click()
    expect(mine.locator(".wrong")).to_be_visible()
    mine.get_by_label("Tracking number").fill("3318810025")
    mine.get_by_role("button", name="It is on its way").click()
    expect(mine.get_by_role("heading", name="Your return is on its way")).to_be_visible()

    theirs.reload()
    theirs.get_by_role("link", name="Say how it arrived").click()
    theirs.get_by_role("radio", name="Everything is fine").check()
    theirs.get_by_role("button", name="Refund €90.00 now").click()
    expect(theirs.get_by_role("heading", name="The buyer is refunded €90.00")).to_be_visible()
    ledger = market.api.get(f"buyer:{buyer}", f"/orders/{order}/ledger")["balance"]
    assert 90_00 == ledger["refunded"]["minor"]


def test_a_mediator_decides_and_the_decision_is_accepted(market: Marketplace) -> None:
    """The seller declines, the buyer asks for a mediator and answers a question; the decision is read and accepted."""
    buyer, seller = market.person("buyer"), market.person("seller")
    mediator = "mediator:mira"
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "quality", "request_type": "refund"}
    asked = {"request_amount": {"minor": 40_00, "currency": "EUR"}}
    dispute_id = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim | asked)["id"]
    theirs = market.sign_in(seller, f"disputes/{dispute_id}")
    theirs.get_by_role("link", name="Decline").click()
    theirs.get_by_label("Why?").fill("It is as the listing says.")
    theirs.get_by_role("button", name="Decline").click()
    expect(theirs.get_by_text("Waiting for the buyer")).to_be_visible()

    mine = market.sign_in(buyer, f"disputes/{dispute_id}")
    mine.get_by_role("link", name="Ask for a mediator").click()
    mine.get_by_role("button", name="Ask for a mediator").click()
    expect(mine.get_by_role("heading", name="Waiting for a mediator")).to_be_visible()
    market.api.post(mediator, f"/disputes/{dispute_id}/assignment", {})
    question = {"to": "buyer", "question": "Which wool was promised?"}
    market.api.post(mediator, f"/disputes/{dispute_id}/information-requests", question)

    mine.reload()
    expect(mine.get_by_text("Which wool was promised?")).to_be_visible()
    mine.get_by_role("link", name="Answer the question").click()
    mine.get_by_label("What does it show?").fill("Merino, in the title.")
    mine.get_by_role("button", name="Add it").click()
    expect(mine.get_by_role("heading", name="A mediator is looking at it")).to_be_visible()
    decision = {
        "type": "refund", "amount": {"minor": 30_00, "currency": "EUR"}, "finding": "not_as_described",
        "rationale": "The title says merino.",
    }  # fmt: skip
    market.api.post(mediator, f"/disputes/{dispute_id}/decision", decision)

    mine.reload()
    expect(mine.get_by_text("The title says merino.")).to_be_visible()
    mine.get_by_role("link", name="Accept the decision").click()
    mine.get_by_role("button", name="Accept the decision").click()
    expect(mine.get_by_role("heading", name="You have accepted the decision")).to_be_visible()
    theirs.goto(f"{market.app}disputes/{dispute_id}")
    theirs.get_by_role("link", name="Accept the decision").click()
    theirs.get_by_role("button", name="Accept the decision").click()
    expect(theirs.get_by_role("heading", name="The buyer is refunded €30.00")).to_be_visible()
    assert 30_00 == market.dispute(f"buyer:{buyer}", dispute_id)["refund"]["minor"]


def test_an_act_of_the_other_side_shows_by_itself(market: Marketplace, photo: Path) -> None:
    """A message with a photo and an offer come into open pages without a reload, by the live connection."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "quality", "request_type": "refund_with_return"}
    dispute_id = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
    mine = market.sign_in(buyer, f"disputes/{dispute_id}")
    thread = market.sign_in(seller, f"orders/{order}/messages")
    expect(mine.get_by_role("heading", name="Waiting for the seller")).to_be_visible()
    thread.set_input_files("input[type=file]", photo)
    thread.get_by_label("Write a message").fill("Is this the scratch?")
    thread.get_by_role("button", name="Send").click()
    expect(thread.locator(".bubble.mine .attached img")).to_have_count(1)

    offer = {"type": "refund", "amount": {"minor": 20_00, "currency": "EUR"}}
    market.api.post(f"seller:{seller}", f"/disputes/{dispute_id}/proposals", offer)
    expect(mine.get_by_role("heading", name="There is an offer for you")).to_be_visible()

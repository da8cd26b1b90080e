"""What people do most takes few taps; the API has the outcome that the pages show."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chalicelib.domain.carriers import Carrier
from localcloud.forms import PHOTO
from tests.web.people import Marketplace
from tests.web.stages import awaiting_return


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

    def __call__(self, name: str | re.Pattern[str], role: str = "link") -> None:
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


def test_a_return_is_shipped_in_four_taps(market: Marketplace) -> None:
    """From the list of orders to a return on its way in at most four taps; a wrong number is refused beside its field."""
    buyer, seller = market.person("buyer"), market.person("seller")
    it = awaiting_return(market, buyer, seller)
    page = market.sign_in(buyer, "orders")
    tap = Taps(page)

    tap(re.compile("lamp.*Dispute:"))
    tap("See the dispute")
    tap("I have sent it")
    page.get_by_label("Carrier").select_option("dhl")
    page.get_by_label("Tracking number").fill("12345678")
    page.get_by_role("button", name="It is on its way").click()
    expect(page.locator(".wrong")).to_be_visible()
    page.get_by_label("Tracking number").fill("3318810025")
    tap("It is on its way", "button")
    expect(page.get_by_role("heading", name="Your return is on its way")).to_be_visible()
    assert tap.count <= 4
    assert "return_in_transit" == market.dispute(f"buyer:{buyer}", it.id)["stage"]


def test_receipt_is_confirmed_in_three_taps(market: Marketplace) -> None:
    """From the list of orders to a confirmed receipt in three taps, one of which is on a page that says what it does."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.market.ship(order, Carrier.DHL, market.now())
    page = market.sign_in(buyer, "orders")
    tap = Taps(page)

    tap("lamp")
    tap("It has arrived")
    tap("Yes, everything is here", "button")
    expect(page.get_by_role("heading", name="Delivered")).to_be_visible()
    assert 3 == tap.count
    assert all(line["delivered_at"] for line in market.api.get(f"buyer:{buyer}", f"/orders/{order}")["lines"])

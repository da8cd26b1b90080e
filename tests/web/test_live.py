"""What the other side does comes into the open page: by the live connection, after it was cut, and without one."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from localcloud.forms import PHOTO
from tests.web.case import Case, make
from tests.web.pace import Line, PageTime
from tests.web.people import EVERYTHING, Marketplace
from tests.web.shots import settled

AN_OFFER = {"type": "refund", "amount": {"minor": 20_00, "currency": "EUR"}}
WAITING, OFFERED = "Waiting for the seller", "There is an offer for you"
HALF_AN_HOUR = 1800.0


class Watched:
    """A buyer looks at a dispute that the seller is to answer, on a page whose time and line the test holds."""

    def __init__(self, market: Marketplace, *, line: bool = True) -> None:
        """Open the page."""
        self.market = market
        buyer, self.seller = market.person("buyer"), market.person("seller")
        order = market.sale(buyer, self.seller)
        market.delivered(order)
        claim = {"reason": "not_as_described", "issue": "quality", "request_type": "refund_with_return"}
        self.dispute_id = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
        context = market.context()
        context.clock.install()
        self.line = Line(context)
        self.line.up = line
        self.page = market.enter(context.new_page(), buyer, f"disputes/{self.dispute_id}")
        expect(self.page.get_by_role("heading", name=WAITING)).to_be_visible()
        while line and not self.line.subscriptions:
            self.page.wait_for_timeout(20)
        self.time = PageTime(self.page)

    def offer(self) -> None:
        """Make an offer as the seller."""
        self.market.api.post(f"seller:{self.seller}", f"/disputes/{self.dispute_id}/proposals", AN_OFFER)

    def offered(self) -> bool:
        """Return whether the page shows the offer."""
        return self.page.get_by_role("heading", name=OFFERED).is_visible()


def test_after_two_minutes_without_a_line_the_page_is_right_within_five_seconds(market: Marketplace) -> None:
    """The line is cut for two minutes, in which the seller makes an offer: it shows within 5 s of the line's return."""
    it = Watched(market)
    it.line.cut()
    it.page.context.set_offline(True)
    it.offer()
    it.time.passes(120, step=5)
    assert not it.offered()

    it.line.mend()
    it.page.context.set_offline(False)
    took = it.time.passes(10, it.offered)
    print(f"right {took} s after the line came back")  # noqa: T201 - a figure
    assert took <= 5


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` plays it")
def test_without_a_live_connection_the_page_is_right_within_35_seconds(market: Marketplace) -> None:
    """No live connection can be opened: the page asks by itself, and shows the offer within 35 s."""
    it = Watched(market, line=False)
    it.offer()
    took = it.time.passes(60, it.offered, step=1)
    print(f"right after {took} s without a live connection")  # noqa: T201 - a figure
    assert took <= 35


def test_an_act_of_the_other_side_shows_by_itself(market: Marketplace, tmp_path: Path) -> None:
    """A message with a photo is written, and an offer comes into an open page without a reload, by the live connection."""
    photo = tmp_path / "dent.jpg"
    photo.write_bytes(PHOTO)
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "quality", "request_type": "refund_with_return"}
    dispute_id = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
    mine = market.sign_in(buyer, f"disputes/{dispute_id}")
    thread = market.sign_in(seller, f"orders/{order}/messages")
    expect(mine.get_by_role("heading", name=WAITING)).to_be_visible()
    thread.set_input_files("input[type=file]", photo)
    thread.get_by_label("Write a message").fill("Is this the scratch?")
    thread.get_by_role("button", name="Send").click()
    expect(thread.locator(".bubble.mine .attached img")).to_have_count(1)

    market.api.post(f"seller:{seller}", f"/disputes/{dispute_id}/proposals", AN_OFFER)
    expect(mine.get_by_role("heading", name=OFFERED)).to_be_visible()
    # What has changed the page, and whose act it was, is said above it.
    expect(mine.get_by_role("status").filter(has_text="Offer made")).to_contain_text("Seller")


@pytest.fixture(scope="module")
def case(market: Marketplace) -> Case:
    """Two people with a dispute in each of the main states."""
    return make(market, market.person("buyer"), market.person("seller"))


def _idle(market: Marketplace, page: Page, address: str) -> int:
    """Return how often a page asks the API in half an hour in which nobody does anything."""
    settled(page, address)
    time = PageTime(page)
    market.seen[page].requests.clear()
    time.passes(HALF_AN_HOUR, step=15)
    page.clock.resume()
    return len(market.seen[page].of_api())


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` leaves each page alone for half an hour of its own time")
@pytest.mark.parametrize("live", [True, False], ids=["with a live connection", "without"])
def test_half_an_hour_of_rest_costs_at_most_90_requests(market: Marketplace, case: Case, *, live: bool) -> None:
    """Any page that is left alone for 30 minutes asks the API at most 90 times, with a live connection and without."""
    context = market.context()
    context.clock.install()
    line = Line(context)
    line.up = live
    page = market.enter(context.new_page(), case.buyer, "")
    asked: dict[str, int] = {name: _idle(market, page, f"{market.app}{path}") for name, path in case.pages.items()}
    print(f"requests in half an hour: {asked}")  # noqa: T201 - a figure
    assert {} == {name: count for name, count in asked.items() if count > 90}

"""Nothing that a person does in the app is lost, and nothing is doubled."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from localcloud.forms import PHOTO
from tests.web.people import EVERYTHING, Marketplace

TIMES = 20 if EVERYTHING else 5
"""How often a disturbance is tried."""


def _disputed(market: Marketplace, amount: int = 40_00) -> tuple[str, str, str]:
    """Return a buyer, a seller and the id of the dispute between them, in which the buyer asks for an amount."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "quality", "request_type": "refund"}
    asked = {"request_amount": {"minor": amount, "currency": "EUR"}}
    return buyer, seller, market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim | asked)["id"]


@contextmanager
def losing_answers(page: Page, path: str, times: int) -> Iterator[list[str]]:
    """Carry out the POSTs to `path`, but lose the answers to the first ones; yields the keys that were sent."""
    keys: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) <= times:
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(re.compile(path), lose)
    yield keys
    page.unroute(re.compile(path))


def test_a_double_tap_sends_one_message(market: Marketplace) -> None:
    """Each of several double taps writes one message."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    page = market.sign_in(buyer, f"orders/{order}/messages")
    for number in range(TIMES):
        page.get_by_label("Write a message").fill(f"Hello {number}")
        page.get_by_role("button", name="Send").dblclick()
        expect(page.locator(".bubble")).to_have_count(number + 1)
    written = market.api.get(f"buyer:{buyer}", f"/orders/{order}/messages")["items"]
    assert [f"Hello {number}" for number in reversed(range(TIMES))] == [it["text"] for it in written]


def test_a_lost_answer_is_asked_for_again_under_the_same_key(market: Marketplace) -> None:
    """The seller's acceptance is carried out, its answer lost twice: it is sent again by itself, and happens once."""
    buyer, seller, dispute_id = _disputed(market)
    page = market.sign_in(seller, f"disputes/{dispute_id}/accept/1")
    with losing_answers(page, "/proposals/1/accept", 2) as keys:
        page.get_by_role("button", name="Accept €40.00").click()
        expect(page.get_by_role("heading", name="The buyer is refunded €40.00")).to_be_visible()
    assert (3, 1) == (len(keys), len(set(keys)))
    assert 1 == market.events(f"buyer:{buyer}", dispute_id).count("proposal_accepted")


def test_a_reload_while_sending_goes_on_with_what_was_sent(market: Marketplace) -> None:
    """The tab is reloaded before an answer came: the app sends it again under the same key, and it happens once."""
    buyer, seller, dispute_id = _disputed(market)
    page = market.sign_in(seller, f"disputes/{dispute_id}/accept/1")
    with losing_answers(page, "/proposals/1/accept", 1) as keys:
        page.get_by_role("button", name="Accept €40.00").click()
        page.wait_for_timeout(300)
        page.reload()
        expect(page.get_by_role("heading", name=re.compile("refunded €40.00|cannot be done"))).to_be_visible()
    assert 1 == len(set(keys))
    assert 1 == market.events(f"buyer:{buyer}", dispute_id).count("proposal_accepted")


def test_what_is_sent_without_a_line_is_sent_once_when_it_is_back(market: Marketplace) -> None:
    """Offline, the page says that it is kept, shows it in the outbox, and sends it by itself afterwards."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    page = market.sign_in(buyer, f"orders/{order}/messages")
    page.get_by_label("Write a message").wait_for()
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.get_by_label("Write a message").fill("Is it on its way?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="One thing waits to be sent")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".bubble")).to_have_count(1)
    assert 1 == len(market.api.get(f"buyer:{buyer}", f"/orders/{order}/messages")["items"])


def test_two_tabs_send_one_thing(market: Marketplace) -> None:
    """The same acceptance is confirmed in two tabs of one person: both end where it was accepted, and it happens once."""
    buyer, seller, dispute_id = _disputed(market)
    first = market.sign_in(seller, f"disputes/{dispute_id}")
    # The session of a tab is its own, so the second tab is signed in too.
    second = first.context.new_page()
    second.goto(market.app)
    second.get_by_role("button", name=seller, exact=True).click()
    second.locator("nav.places").wait_for()
    for page in (first, second):
        page.goto(f"{market.app}disputes/{dispute_id}/accept/1")
        page.get_by_role("button", name="Accept €40.00").wait_for()
    for page in (first, second):
        page.get_by_role("button", name="Accept €40.00").evaluate("it => it.click()")
    for page in (first, second):
        expect(page.get_by_role("heading", name=re.compile("refunded €40.00|cannot be done"))).to_be_visible()
    assert 1 == market.events(f"buyer:{buyer}", dispute_id).count("proposal_accepted")


def test_an_offer_that_was_replaced_is_never_accepted(market: Marketplace) -> None:
    """The seller changes the offer while the buyer reads the confirmation: nothing is accepted, both are shown, with focus."""
    buyer, seller, dispute_id = _disputed(market)
    offer = {"type": "refund", "amount": {"minor": 15_00, "currency": "EUR"}}
    market.api.post(f"seller:{seller}", f"/disputes/{dispute_id}/proposals", offer)
    page = market.sign_in(buyer, f"disputes/{dispute_id}")
    page.get_by_role("link", name="Accept €15.00").click()
    page.get_by_role("button", name="Accept €15.00").wait_for()
    market.api.post(
        f"seller:{seller}", f"/disputes/{dispute_id}/proposals", offer | {"amount": {"minor": 20_00, "currency": "EUR"}}
    )
    page.get_by_role("button", name="Accept €15.00").click()

    expect(page.get_by_text("The offer has changed")).to_be_visible()
    expect(page.locator(".banner.warn")).to_be_focused()
    expect(page.locator(".side")).to_have_count(2)
    assert "proposal_accepted" not in market.events(f"buyer:{buyer}", dispute_id)
    assert "negotiating" == market.dispute(f"buyer:{buyer}", dispute_id)["stage"]


@pytest.mark.parametrize("step", ["issue", "want", "show", "check"] if EVERYTHING else ["check"])
def test_a_draft_and_its_photo_survive_a_killed_tab(market: Marketplace, tmp_path: Path, step: str) -> None:
    """The tab is closed at a step of the opening: another one shows the same answers, and the photo."""
    photo = tmp_path / "dent.jpg"
    photo.write_bytes(PHOTO)
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    page = market.sign_in(buyer, f"orders/{order}/dispute/new")
    page.get_by_role("button", name="Not as described").click()
    page.get_by_role("button", name="Damaged").wait_for()
    if step != "issue":
        page.get_by_role("button", name="Damaged").click()
        page.get_by_role("button", name="Keep it and get money back").click()
        page.get_by_label("How much? (EUR)").fill("12.50")
    if step in {"show", "check"}:
        page.get_by_role("button", name="Continue").click()
        page.set_input_files("input[type=file]", photo)
        page.get_by_label("Describe it").fill("A dent on the left.")
    if step == "check":
        page.get_by_role("button", name="Continue").click()
    page.wait_for_timeout(300)
    page.close()

    again = page.context.new_page()
    again.goto(market.app)
    again.get_by_role("button", name=buyer, exact=True).click()
    again.locator("nav.places").wait_for()
    again.goto(f"{market.app}orders/{order}/dispute/new/{step}")
    if step == "issue":
        expect(again.get_by_role("button", name="Damaged")).to_be_visible()
    if step == "want":
        expect(again.get_by_label("How much? (EUR)")).to_have_value("12.50")
    if step == "show":
        expect(again.get_by_label("Describe it")).to_have_value("A dent on the left.")
        expect(again.locator(".picked img")).to_have_count(1)
    if step == "check":
        for text in ("Not as described: Damaged", "€12.50", "1 file", "A dent on the left."):
            expect(again.get_by_text(text).first).to_be_visible()


def test_without_a_line_the_app_opens_with_what_was_read_last(market: Marketplace) -> None:
    """Reloaded offline, the app shows the orders that were read last, says of when they are, and catches up afterwards."""
    buyer, seller = market.person("buyer"), market.person("seller")
    market.sale(buyer, seller, title="teapot")
    page = market.sign_in(buyer, "orders", service_workers="allow")
    expect(page.get_by_text("teapot")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.reload()
    expect(page.get_by_text("teapot")).to_be_visible()
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("teapot")).to_be_visible()
    expect(page.get_by_text("Not up to date: shown as of").first).to_be_visible()
    market.sale(buyer, seller, title="saucer")
    page.context.set_offline(False)
    expect(page.get_by_text("saucer")).to_be_visible()

"""Nothing that a person has written or read in the app is lost: with a killed tab, and without a line."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from localcloud.forms import PHOTO
from tests.waiting import awaited
from tests.web.hand import Pointer
from tests.web.opening import answer
from tests.web.party import Party
from tests.web.people import EVERYTHING, Marketplace
from tests.web.stored import stored

STEPS = ["reason", "issue", "items", "want", "show", "check"]
CLAIM = {
    "reason": "not_as_described",
    "issue": "damaged",
    "items": [{"line_id": "1", "quantity": 1}],
    "request_type": "refund",
    "request_amount": {"minor": 12_50, "currency": "EUR"},
    "description": "A dent on the left.",
}


def _half_done(by: Party, step: str, photo: Path) -> None:
    """Do what this step asks, and leave it unsent."""
    page = by.page
    if step == "items":
        page.get_by_role("button", name="One less").click()
    if step == "want":
        page.get_by_role("button", name="Keep it and get money back").click()
        page.get_by_label("How much? (EUR)").fill("12.50")
        _until_kept(page, "12.50")
    if step == "show":
        page.set_input_files("input[type=file]", photo)
        page.locator(".picked img").wait_for()
        page.get_by_label("Describe it").fill("A dent on the left.")
        _until_kept(page, "A dent on the left.")


def _until_kept(page: Page, text: str) -> None:
    while text not in stored(page):
        page.wait_for_timeout(50)


@pytest.mark.parametrize("step", STEPS if EVERYTHING else ["check"])
def test_a_draft_and_its_photo_survive_a_killed_tab(market: Marketplace, tmp_path: Path, step: str) -> None:
    """The tab is closed at a step of the opening: another one shows the same answers, and the photo."""
    photo = tmp_path / "dent.jpg"
    photo.write_bytes(PHOTO)
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, quantity=2)
    market.delivered(order)
    by = Party(market, f"buyer:{buyer}", Pointer())
    by.go(f"orders/{order}/dispute/new")
    for place in STEPS[: max(STEPS.index(step), 1) + 1]:
        answer(by, CLAIM, until=place)
        _half_done(by, place, photo)
    if step == "reason":
        by.page.go_back()
        expect(by.page.get_by_role("heading", name="What happened?")).to_be_visible()
    by.page.close()

    again = by.page.context.new_page()
    again.goto(f"{market.app}orders/{order}/dispute/new/{'issue' if step == 'reason' else step}")
    again.get_by_role("button", name=buyer, exact=True).click()
    match step:
        case "reason" | "issue":
            expect(again.get_by_role("button", name="Damaged")).to_be_visible()
        case "items":
            expect(again.locator("output")).to_have_text("1")
        case "want":
            expect(again.get_by_label("How much? (EUR)")).to_have_value("12.50")
        case "show":
            expect(again.get_by_label("Describe it")).to_have_value("A dent on the left.")
            expect(again.locator(".picked img")).to_have_count(1)
        case "check":
            for text in ("Not as described: Damaged", "1 × lamp", "€12.50", "1 file", "A dent on the left."):
                expect(again.get_by_text(text).first).to_be_visible()


def test_what_was_sent_without_a_line_is_sent_whole_after_a_killed_tab(market: Marketplace, tmp_path: Path) -> None:
    """A claim with a photo is sent offline and the tab is closed: the next visit sends both, once, and forgets the draft."""
    photo = tmp_path / "dent.jpg"
    photo.write_bytes(PHOTO)
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, quantity=2)
    market.delivered(order)
    by = Party(market, f"buyer:{buyer}", Pointer())
    by.go(f"orders/{order}/dispute/new")
    answer(by, CLAIM, until="show")
    by.page.context.set_offline(True)
    _half_done(by, "show", photo)
    answer(by, CLAIM, until="check")
    by.page.locator("main form button[type=submit]").click()
    by.page.locator(".strip.press").wait_for()
    by.page.close()
    by.page.context.set_offline(False)

    again = by.page.context.new_page()
    market.enter(again, buyer, f"orders/{order}")
    expect(again.locator("main .hero a", has_text="See the dispute")).to_be_visible()
    dispute = f"{order}-d1"
    awaited(lambda: market.events(f"buyer:{buyer}", dispute) == ["dispute_opened", "evidence_added"])
    while f"draft:{buyer}:open/{order}" in stored(again):
        again.wait_for_timeout(50)
    again.goto(f"{market.app}disputes/{dispute}/evidence")
    expect(again.locator("main li img")).to_have_count(1)


def test_nobody_is_sent_to_a_login_without_a_line(market: Marketplace) -> None:
    """Offline the page of who is not signed in says to wait, and its buttons lead nowhere; then they do again."""
    buyer = market.person("buyer")
    page = market.context().new_page()
    page.goto(market.app)
    button = page.get_by_role("button", name=buyer, exact=True)
    button.wait_for()
    page.context.set_offline(True)
    expect(page.get_by_text("once there is a connection again")).to_be_visible()
    button.click(force=True)
    expect(button).to_be_disabled()
    page.context.set_offline(False)
    button.click()
    page.locator("nav.places").wait_for()


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

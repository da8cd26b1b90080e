"""A person's place on a page stays theirs: the focus, and what they opened, outlive what is drawn again."""

from playwright.sync_api import Page, expect

from tests.web.people import Marketplace
from tests.web.shots import quiet, settled, step

FOCUS = "document.activeElement"


def _offer(market: Marketplace, seller: str, dispute: str, minor: int) -> None:
    offer = {"type": "refund", "amount": {"minor": minor, "currency": "EUR"}}
    market.api.post(f"seller:{seller}", f"/disputes/{dispute}/proposals", offer)


def _focused(page: Page, path: str) -> None:
    expect(page.locator(f'main a[href$="/{path}"]').first).to_be_focused()


def test_what_the_other_side_changes_takes_neither_the_focus_nor_what_is_open(market: Marketplace) -> None:
    """The other ways stay open and the focus in them; if its link is gone, the focus is beside it and not nowhere."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "quality", "request_type": "refund_with_return"}
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
    _offer(market, seller, dispute, 10_00)
    page = market.sign_in(buyer, f"disputes/{dispute}")
    quiet(page)
    page.locator("details.more summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    path = page.evaluate(f"{FOCUS}.pathname").rsplit("/", 1)[1]
    _offer(market, seller, dispute, 20_00)
    expect(page.locator(f'main a[href$="/disputes/{dispute}/accept/3"]')).to_be_visible()
    _focused(page, path)

    page.locator(f'main a[href$="/{dispute}/accept/3"]').focus()
    _offer(market, seller, dispute, 25_00)
    expect(page.locator(f'main a[href$="/disputes/{dispute}/accept/4"]')).to_be_visible()
    expect(page.locator("main .hero .buttons")).to_be_focused()
    page.keyboard.press("Tab")
    _focused(page, f"{dispute}/accept/4")


def test_a_number_at_its_end_keeps_the_focus(market: Marketplace) -> None:
    """The button that takes one away keeps the focus at nothing, and does no more; the other one at all of them."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, quantity=2)
    market.delivered(order)
    page = market.sign_in(buyer)
    settled(page, f"{market.app}orders/{order}/dispute/new")
    step("items")(page)
    less, more = (page.locator("main li.card button").nth(it) for it in (0, 1))
    for button, end in ((less, "0"), (more, "2")):
        button.focus()
        for _ in range(3):
            page.keyboard.press("Enter")
        expect(page.locator("main li.card output")).to_have_text(end)
        expect(button).to_be_focused()

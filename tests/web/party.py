"""A buyer or a seller in a browser of their own, in their language, with a hand that taps or types."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, expect

from chalicelib.domain.money import Money
from tests.web.hand import Hand
from tests.web.people import Marketplace
from tests.web.words import Words

Body = Mapping[str, Any]


class Party:
    """A person with a page, a language and a hand."""

    def __init__(self, market: Marketplace, who: str, hand: Hand) -> None:
        """Sign `who`, such as `buyer:alice`, in."""
        self.role, _, name = who.partition(":")
        self.who, self.app, self.hand = who, market.app, hand
        self.page = market.sign_in(name, hand=hand)
        self.language = market.api.get(who, "/me")["language"] or "en"
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        self.words = Words(self.language)

    def go(self, path: str) -> None:
        """Open a page as a link of a message does, and wait until what it is about is read anew."""
        # What the browser kept is shown first; an offer that is sent from it would be refused as too old.
        reads = f"**/app/api/{path}" if path.count("/") == 1 else "**/app/api/**"
        with self.page.expect_response(reads):
            self.page.goto(f"{self.app}{path}")
        self.page.locator(".hero, form, .empty, .choices, .card").first.wait_for()

    def follow(self, path: str) -> None:
        """Press the link that leads to `path`, among the other ways too."""
        links = self.page.locator(f'main a[href$="/{path}"]')
        links.first.wait_for(state="attached")
        # The page may be drawn again at any moment, with the link before the other ways or among them.
        # The link is pressed if it is seen when the press comes; otherwise the other ways are, and then the link.
        seen = links.filter(visible=True)
        closed = self.page.locator("main details.more:not([open]) > summary").filter(visible=True)
        self.hand.press(seen.or_(closed).first)
        if not self.page.evaluate("path => location.pathname.endsWith(path)", f"/{path}"):
            self.hand.press(seen.first)

    def button(self, key: str) -> Locator:
        """Return the button with this text."""
        return self.page.get_by_role("button", name=self.words(key))

    def field(self, key: str) -> Locator:
        """Return the field with this label."""
        return self.page.get_by_label(self.words(key))

    def send(self, *, done: str) -> None:
        """Press the form's button, and wait for the page that says that it is `done`."""
        button = self.page.locator("main form button[type=submit]")
        expect(button).to_be_enabled()
        self.hand.press(button)
        self.page.wait_for_url(re.compile(rf"\?done={re.escape(done)}$"))
        self.page.locator("main .hero").wait_for()
        self.hand.rest(self.page)


def decimal(amount: Body) -> str:
    """Return an amount as a person types it."""
    return str(Money(amount["minor"], amount["currency"])).split()[0]

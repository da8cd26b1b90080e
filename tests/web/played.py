"""Tell a story of the demo through the pages: the same script, the same checks, and what the pages show besides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playwright.sync_api import expect

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from localcloud import cognito
from localcloud.demo.cast import BUYERS, SELLERS
from localcloud.demo.checks import Checks
from localcloud.demo.market import Market
from localcloud.demo.runner import StoryRunner
from localcloud.demo.story import Script, Story
from localcloud.demo.verify import verify
from localcloud.tracking_numbers import made_up
from tests.web.hand import HANDS
from tests.web.pages import ByPages, show_photo
from tests.web.party import Party
from tests.web.people import Marketplace
from tests.web.sums import of_api, shown, written


@dataclass
class PlayedStory(Story):
    """A story whose buyer and seller look at pages."""

    parties: dict[str, Party] = field(default_factory=dict)

    def ship(self, carrier: Carrier) -> str:
        """Put the parcel on record as the seller, and return its tracking number."""
        order, number = self.script.order_id, made_up(carrier, self.script.order_id)
        body = {"carrier": carrier.value, "tracking_number": number}
        self.market.api.post(self.seller, f"/orders/{order}/shipments", body)
        return number

    def show(self, who: str, note: str, what: str) -> None:
        """Show a photo as evidence; the other side sees it."""
        by, other = self.parties[who], self.parties[self.seller if who == self.buyer else self.buyer]
        by.go(f"disputes/{self.dispute_id}")
        by.follow("evidence/add")
        show_photo(by, note)
        self.say(who, what)
        other.go(f"disputes/{self.dispute_id}/evidence")
        expect(other.page.get_by_text(note)).to_be_visible()
        expect(other.page.locator("main li img").first).to_be_visible()

    def refused(self, who: str, path: str, body: Mapping[str, Any], what: str, why: tuple[int, str]) -> None:
        """Check that the API refuses it, and that the person's pages do not offer it."""
        super().refused(who, path, body, what, why)
        by = self.parties.get(who)
        if by is None:
            return
        if path != self.disputes:
            by.go(path.removeprefix("/").replace("proposals/2/accept", "accept/2"))
            expect(by.page.locator("main form")).to_have_count(0)
            expect(by.page.locator("main").get_by_text(by.words(_REFUSED[why[1]]))).to_be_visible()
            return
        by.go(f"orders/{self.script.order_id}/dispute/new")
        reason = by.button(f"reason.title.{body['reason']}")
        if why[1] == "attestation_required":
            by.hand.press(reason)
            expect(by.button("check.send")).to_be_disabled()
        else:
            by.page.locator("main .choices, main .empty").first.wait_for()
            expect(reason).to_have_count(0)

    def guarantee(self, guarantee: Guarantee, what: str) -> dict[str, Any]:
        """Read the guarantee on the buyer's page too: that it covers, and why."""
        answer = super().guarantee(guarantee, what)
        by = self.parties[self.buyer]
        by.go(f"orders/{self.script.order_id}/protection")
        card = by.page.locator("main li.card").filter(has_text=by.words.plain(f"Guarantee.{guarantee.value}"))
        expect(card.locator(".tag")).to_have_text(by.words.plain("protection.yes"))
        return answer

    def look(self) -> None:
        """Check that both pages show the order's money line by line as the API has it, and the refund."""
        for by in self.parties.values():
            order = self.market.api.get(by.who, f"/orders/{self.script.order_id}")
            expected = of_api(by, order)
            self.expect(f"the money on the page of {by.who}", expected, shown(by, self.script.order_id, expected))
            if self.dispute_id:
                refund = self.market.api.get(by.who, f"/disputes/{self.dispute_id}")["refund"]
                by.go(f"disputes/{self.dispute_id}")
                title = by.page.locator("main .hero h2")
                if refund and refund["minor"]:
                    expect(title).to_contain_text(written(refund, by.language))
                expect(by.page.locator("main .hero a.button")).to_have_count(0)


_REFUSED = {"stale_proposal": "stale.title", "wrong_state": "act.over"}
"""What a page says in place of a form, by the API's refusal."""


def play(market: Marketplace, script: Script, by: str) -> Checks:
    """Play a script from its first day to its last, by taps or by keys. Return all checks that were made."""
    script = replace(script, order_id=f"{script.order_id}-{by.rpartition(' ')[2]}")
    for role, name in (("buyer", script.buyer), ("seller", script.seller)):
        cognito.enrol(market.cloud.endpoints, role, name)
    market.market.register_buyer(script.buyer, *BUYERS[script.buyer])
    market.market.register_seller(script.seller, *SELLERS[script.seller])
    parties = [Party(market, who, HANDS[by]()) for who in (f"buyer:{script.buyer}", f"seller:{script.seller}")]
    pages = Market(ByPages(market.cloud.endpoints, *parties))
    checks = Checks()
    story = PlayedStory(script, pages, checks, print, pages.now(), parties={it.who: it for it in parties})
    StoryRunner(market.cloud, pages, story.began).play([story])
    verify(market.api, [story], checks)
    story.look()
    return checks

"""Play the marketplace, and open the web app as each of its people in a browser of their own."""

import itertools
import os
import re
import urllib.request
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from localcloud import cognito
from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api
from localcloud.demo.market import Market, Sale
from tests.waiting import awaited
from tests.web.hand import Hand, Pointer

EVERYTHING = "E2E" in os.environ
"""True in `make e2e`, which tries everything; `make test` tries the core of it."""
LANGUAGES = ("en", "es", "pt", "ru", "zh") if EVERYTHING else ("en", "es", "ru")
"""The languages in which pages are tried. Spanish has the longest words, Russian the most plural forms."""
PHONE = {"width": 390, "height": 844}
PATIENCE = 30_000.0  # milliseconds for a page to show something
expect.set_options(timeout=PATIENCE)

# What a browser says of a refusal that a test brings about: the page shows it.
EXPECTED_NOISE = re.compile(r"status of (4\d\d|503)|net::ERR_|Failed to load resource")


@dataclass(slots=True)
class Seen:
    """What a page did on the network and in its console."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def of_api(self) -> list[str]:
        """Return the requests to the API, as `GET /orders`."""
        return [line for line in self.requests if " /app/api/" in line]


class Marketplace:
    """The backend of a marketplace with people of its own for each test."""

    def __init__(self, cloud: LocalCloud, browser: Browser) -> None:
        """Use this cloud and this browser."""
        self.cloud, self.browser = cloud, browser
        self.market = Market(Api(cloud.endpoints))
        self.api = self.market.api
        self._number = itertools.count(1)
        self._open: list[tuple[BrowserContext, Seen]] = []
        self.seen: dict[Page, Seen] = {}

    @property
    def app(self) -> str:
        """The app's address, with a slash at its end."""
        return str(self.cloud.endpoints["web"])

    def person(self, role: str, name: str = "", **habits: str) -> str:
        """Register somebody new, who can sign in, and return their id."""
        who = name or f"{role}-{next(self._number)}"
        cognito.enrol(self.cloud.endpoints, role, who)
        if role == "seller":
            self.market.register_seller(who, "+351912345601", ("Porto", "PT"))
        else:
            self.market.register_buyer(who, **habits)
        return who

    def followed(self, person: str) -> None:
        """Wait until the outbox follows the topic of a person, such as ``seller:acme``. What left before, it does not show."""

        def known() -> bool:
            with urllib.request.urlopen(f"{self.cloud.outbox}/") as page:
                return re.search(rf"{re.escape(person)}\b", page.read().decode()) is not None

        awaited(known)

    def sale(  # noqa: PLR0913 - all but the people are named
        self,
        buyer: str,
        seller: str,
        *,
        title: str = "lamp",
        price: int = 90_00,
        quantity: int = 1,
        currency: str = "EUR",
        paid: float = 10,
        promised: float = 3,
        guarantees: tuple[Guarantee, ...] = (),
        order_id: str = "",
    ) -> str:
        """Import an order that was paid so many days ago and promised for so many days from now; return its id."""
        order_id = f"{order_id}w-{next(self._number)}"
        now = self.now()
        lines = [(title, quantity, price)]
        self.market.import_order(
            Sale(order_id, buyer, seller, currency, lines, 0, now - days(paid), now + days(promised), "PT", guarantees)
        )
        return order_id

    def delivered(self, order_id: str, *, paid: float = 10, ago: float = 1) -> None:
        """Report the order's parcel, and its delivery so many days ago."""
        now = self.now()
        number = self.market.ship(order_id, Carrier.DHL, now - days(paid - 1))
        self.market.carrier_says(Carrier.DHL, number, "delivered", now - days(ago))

    def now(self) -> datetime:
        """Return the sandbox's time."""
        self.market.clock_moved(self.api.get("platform:market", "/sandbox/clock")["offset_seconds"])
        return self.market.now()

    def advance(self, count: float) -> None:
        """Move the clock forward by so many days, and run the sweep."""
        self.cloud.advance_clock(int(count * 86_400))
        self.cloud.sweep_now()

    def context(self, **options: Any) -> BrowserContext:  # noqa: ANN401 - as Playwright takes them
        """Return a browser of its own, the size of a phone."""
        defaults: dict[str, Any] = {"viewport": PHONE, "locale": "en-GB", "service_workers": "block"}
        context = self.browser.new_context(**defaults | options)
        context.set_default_timeout(PATIENCE)
        seen = Seen()
        self._open.append((context, seen))
        context.on("page", lambda page: self._watch(page, seen))
        return context

    def _watch(self, page: Page, seen: Seen) -> None:
        self.seen[page] = seen
        page.on("request", lambda it: seen.requests.append(f"{it.method} {_path(it.url)}"))
        page.on("pageerror", lambda error: seen.errors.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _note(seen, said.type, said.text))

    def sign_in(self, who: str, path: str = "", hand: Hand | None = None, **options: Any) -> Page:  # noqa: ANN401
        """Open the app at `path` as this person, who signs in by one tap or key."""
        return self.enter(self.context(**options).new_page(), who, path, hand)

    def enter(self, page: Page, who: str, path: str = "", hand: Hand | None = None) -> Page:
        """Sign in on this page; return it."""
        page.goto(f"{self.app}{path}")
        (hand or Pointer()).press(page.get_by_role("button", name=who, exact=True))
        page.wait_for_url(f"{self.app}{path}")
        page.locator("nav.places").wait_for()
        return page

    def dispute(self, who: str, dispute_id: str) -> dict[str, Any]:
        """Return a dispute as the API has it."""
        return self.api.get(who, f"/disputes/{dispute_id}")

    def events(self, who: str, dispute_id: str) -> list[str]:
        """Return the types of what happened in a dispute, in order."""
        return [str(it["type"]) for it in self.api.get(who, f"/disputes/{dispute_id}/timeline")["events"]]

    def close(self) -> list[str]:
        """Close all pages; return the errors that they logged."""
        errors = [error for _, seen in self._open for error in seen.errors]
        for context, _ in self._open:
            # A request that is answered by the test itself may be under way: its failure would end the next test.
            for page in context.pages:
                page.unroute_all(behavior="ignoreErrors")
            context.close()
        self._open.clear()
        self.seen.clear()
        return errors


def _note(seen: Seen, kind: str, text: str) -> None:
    if kind == "error" and not EXPECTED_NOISE.search(text):
        seen.errors.append(text)


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def days(count: float) -> timedelta:
    """Return a span of so many days."""
    return timedelta(days=count)

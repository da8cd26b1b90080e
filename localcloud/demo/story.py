"""Play one story of the demo: an order, its people, what they do, and the expected outcome."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from chalicelib.domain.money import Money
from chalicelib.notify.audience import REACH, Audience, Urgency
from chalicelib.store.pictures import copies_of
from localcloud.demo.checks import Checks
from localcloud.demo.market import Market, Sale, days, money
from localcloud.forms import PHOTO, read, send
from localcloud.tracking_numbers import made_up

PATIENCE = 30.0  # seconds that a file may take to be looked at
PAUSE = 0.2


class Sweep(Enum):
    """The sweep that records what has expired by then: none, one at once, or the deployment's own schedule."""

    NOT_NEEDED = auto()
    NOW = auto()
    BY_SCHEDULE = auto()


@dataclass(frozen=True, slots=True)
class Until:
    """A pause in a story: until so many days of the demo have passed, and the sweep has run if one is needed."""

    day: float
    sweep: Sweep = Sweep.NOT_NEEDED


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody did something."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Script:
    """A story as written: who is in it, and how it goes."""

    title: str
    order_id: str
    buyer: str
    seller: str
    currency: str
    play: "Callable[[Story], Iterator[Until]]"


@dataclass(slots=True)
class Story:
    """A script as it is played. `expected_messages` are those that have to go out: (order, recipient, channel, event type)."""

    script: Script
    market: Market
    checks: Checks
    live: Callable[[str], None]
    began: datetime
    acts: list[Act] = field(default_factory=list)
    dispute_id: str | None = None
    expected_messages: set[tuple[str, str, str, str]] = field(default_factory=set)

    @property
    def buyer(self) -> str:
        """The buyer, as callers are written."""
        return f"buyer:{self.script.buyer}"

    @property
    def seller(self) -> str:
        """The seller, as callers are written."""
        return f"seller:{self.script.seller}"

    def say(self, who: str, what: str) -> None:
        """Note what somebody does, and print it."""
        at = self.market.now()
        self.acts.append(Act(at, who, what))
        self.live(f"day {(at - self.began).days:>2}  {self.script.order_id}  {who} {what}")

    def expect(self, what: str, expected: object, seen: object) -> None:
        """Check something about this story."""
        self.checks.same(f"{self.script.order_id}: {what}", expected, seen)

    def expect_messages(self, event_type: str, *to: str) -> None:
        """Check, at the end, that messages about this event went out.

        The `buyer` gets them in every channel for news, the `seller`, who has no device, by e-mail. `sms` is the seller's
        phone, and the `mediators` are told by topic.
        """
        routes = {
            "buyer": [(self.buyer, channel.value) for channel in REACH[Audience.BUYER, Urgency.NEWS]],
            "seller": [(self.seller, "email")],
            "sms": [(self.seller, "sms")],
            "mediators": [("mediators", "topic")],
        }
        order = self.script.order_id
        self.expected_messages |= {(order, *route, event_type) for one in to for route in routes[one]}

    def money(self, minor: int) -> dict[str, Any]:
        """Return an amount of this story's currency, as on the wire."""
        return money(minor, self.script.currency)

    def words(self, minor: int) -> str:
        """Return an amount of this story's currency, as people write it."""
        return str(Money(minor, self.script.currency))

    def sell(
        self,
        lines: Sequence[tuple[str, int, int]],
        shipping: int,
        promised_in: int,
        guarantee: Guarantee | None = None,
        country: str = "PT",
    ) -> Sale:
        """Pay and import the order, with delivery promised on that day of the demo."""
        it = self.script
        promise = self.began + days(promised_in)
        offered = (guarantee,) if guarantee else ()
        paid = self.market.now()
        sale = Sale(it.order_id, it.buyer, it.seller, it.currency, lines, shipping, paid, promise, country, offered)
        self.market.import_order(sale)
        titles = " and ".join(f"{quantity} x {title}" for title, quantity, _ in lines)
        terms = f"promised by day {promised_in}" + (f", with {_named(guarantee).title()}" if guarantee else "")
        self.say(self.buyer, f"buys {titles} for {self.words(sale.price)}, {terms}; the payment is held")
        return sale

    def ship(self, carrier: Carrier) -> str:
        """Report the order's parcel, and return its tracking number."""
        number = self.market.ship(self.script.order_id, carrier, self.market.now())
        self.say(self.seller, f"ships with {carrier.value}, {number}")
        return number

    def carrier_says(self, carrier: Carrier, number: str, status: str) -> None:
        """Report a carrier's record of a parcel."""
        self.market.carrier_says(carrier, number, status, self.market.now())
        self.say(carrier.value, f"records {number}: {status}")

    def refused(self, who: str, path: str, body: Mapping[str, Any], what: str, why: tuple[int, str]) -> None:
        """Try what the API refuses, and check the reason: the status, and the exclusion or otherwise the code."""
        answer = self.market.api.call(who, "POST", path, body)
        told = answer.body.get("detail", "it is done")
        self.say(who, f"{what}, and is told: {told}")
        self.expect(what, why, (answer.status, answer.body.get("exclusion") or answer.body.get("code")))

    def guarantee(self, guarantee: Guarantee, what: str) -> dict[str, Any]:
        """Ask for the guarantees as the buyer, and return what the API says of one of them."""
        known = self.market.api.get(self.buyer, f"/orders/{self.script.order_id}/protection")["guarantees"]
        answer: dict[str, Any] = next(one for one in known if one["guarantee"] == guarantee.value)
        self.say(self.buyer, f"{what}, and is told of {_named(guarantee)}: {answer['explanation']}")
        self.expect(f"{guarantee.value} can be claimed", expected=True, seen=answer["applies"])
        return answer

    def queued(self, mediator: str) -> None:
        """Check that the mediators' queue holds this story's dispute."""
        queue = self.market.queue(mediator)
        self.expect("the mediators' queue holds the case", expected=True, seen=self.dispute_id in queue)

    def return_number(self, carrier: Carrier) -> str:
        """Return the number of this order's return as its label prints it, in groups of four."""
        number = made_up(carrier, f"{self.script.order_id} back")
        return " ".join(number[at : at + 4] for at in range(0, len(number), 4))

    @property
    def disputes(self) -> str:
        """The path at which this order's disputes are opened."""
        return f"/orders/{self.script.order_id}/disputes"

    def open(self, claim: Mapping[str, Any], what: str) -> dict[str, Any]:
        """Open the dispute as the buyer."""
        opened = self.market.api.post(self.buyer, self.disputes, claim)
        self.dispute_id = opened["id"]
        self.say(self.buyer, what)
        if opened["stage"] == "opened":  # a return that is granted at once is told as that
            self.expect_messages("dispute_opened", "seller", "sms", "buyer")
        return opened

    def act(self, who: str, path: str, body: Mapping[str, Any], what: str) -> dict[str, Any]:
        """Take an action in the dispute, and return the dispute afterwards."""
        answer = self.market.api.post(who, f"/disputes/{self.dispute_id}{path}", body)
        self.say(who, what)
        return answer

    def show(self, who: str, note: str, what: str) -> None:
        """Upload a photo as evidence, and check that the seller then reads a copy of it, without what the camera wrote."""
        path = f"/disputes/{self.dispute_id}/evidence"
        wanted = {"type": "photo", "content_type": "image/jpeg", "size": len(PHOTO), "note": note}
        form = self.market.api.post(who, f"{path}/uploads", wanted)
        self.expect("storage takes the file", (204, ""), send(form, PHOTO))
        self.say(who, what)
        given_up = time.monotonic() + PATIENCE
        pieces: list[dict[str, Any]] = []
        while not pieces and time.monotonic() < given_up:
            time.sleep(PAUSE)
            pieces = [it for it in self.market.api.get(self.seller, path)["evidence"] if it["note"] == note]
        self.expect("the other side reads a copy of the photo", [copies_of(PHOTO)[0]], [read(it["link"]) for it in pieces])

    def dispute(self) -> dict[str, Any]:
        """Return the dispute as the buyer sees it now."""
        return self.market.api.get(self.buyer, f"/disputes/{self.dispute_id}")

    def order(self) -> dict[str, Any]:
        """Return the order as the buyer sees it now."""
        return self.market.api.get(self.buyer, f"/orders/{self.script.order_id}")

    def expect_end(self, outcome: str | None, refunded: int, paid: int) -> None:
        """Check how the dispute ended, and where all of the payment went once the order was completed."""
        if outcome:
            ended = self.dispute()
            self.expect("the outcome", outcome, ended["outcome"])
            self.expect("the refund", self.money(refunded), ended["refund"])
        order = self.order()
        balance = {"paid": paid, "held": 0, "refunded": refunded, "released": paid - refunded}
        self.expect("the order", "completed", order["status"])
        self.expect("the balance", {name: self.money(minor) for name, minor in balance.items()}, order["escrow"])


def _named(guarantee: Guarantee) -> str:
    return guarantee.value.replace("on_time", "on-time").replace("_", " ")

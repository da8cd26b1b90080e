"""Play the marketplace's own backend: register people, import orders, report parcels, and pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from chalicelib.domain.money import Money
from localcloud.demo.api import Api
from localcloud.tracking_numbers import made_up

PLATFORM = "platform:market"

Shop = tuple[str, *tuple[tuple[str, str], ...]]
"""A seller's phone, and the cities and countries for returns, the usual one first."""

Habits = tuple[str, str]
"""A buyer's language and time zone."""


@dataclass(frozen=True, slots=True)
class Sale:
    """An order: prices in minor units of the currency; the lines are (title, quantity, unit price)."""

    order_id: str
    buyer: str
    seller: str
    currency: str
    lines: Sequence[tuple[str, int, int]]
    shipping: int
    paid_at: datetime
    deliver_by: datetime
    country: str = "PT"
    guarantees: Sequence[Guarantee] = ()

    @property
    def price(self) -> int:
        """Everything paid, in minor units."""
        return sum(quantity * price for _, quantity, price in self.lines) + self.shipping


class Market:
    """Calls the API as the platform."""

    def __init__(self, api: Api) -> None:
        """Call through `api`."""
        self.api = api
        self.declined: dict[str, str] = {}
        """Orders whose next payment the bank declines, and the bank's reason."""
        self._ahead: timedelta | None = None

    def register_seller(self, seller: str, phone: str, *places: tuple[str, str]) -> None:
        """Give a seller an e-mail address, a phone and a return address in each of `places`, (city, country)."""
        home = {"name": seller.title(), "lines": ["1 Market Street"], "postal_code": "1000"}
        addresses = [home | {"city": city, "country": country} for city, country in places]
        address = f"{seller}@shops.example"
        body = {"email": address, "phone": phone, "phone_verified": True, "language": "en", "return_addresses": addresses}
        self.api.put(PLATFORM, f"/sellers/{seller}/contacts", body)

    def register_buyer(self, buyer: str, language: str = "en", time_zone: str = "UTC") -> None:
        """Give a buyer an e-mail address, and have their app register their phone for push messages."""
        contacts = {"email": f"{buyer}@mail.example", "language": language, "time_zone": time_zone}
        self.api.put(PLATFORM, f"/buyers/{buyer}/contacts", contacts)
        device = {"platform": "fcm", "token": f"made-up-token-of-{buyer}"}
        self.api.post(f"buyer:{buyer}", f"/buyers/{buyer}/devices", device)

    def import_order(self, sale: Sale) -> None:
        """Import a paid order."""
        self.api.put(PLATFORM, f"/orders/{sale.order_id}", self.body_of(sale))

    @staticmethod
    def body_of(sale: Sale) -> dict[str, Any]:
        """Return the order as it is imported."""
        lines = [
            {"id": str(number), "title": title, "quantity": quantity, "unit_price": amount(price, sale.currency)}
            for number, (title, quantity, price) in enumerate(sale.lines, 1)
        ]
        return {
            "buyer_id": sale.buyer,
            "seller_id": sale.seller,
            "currency": sale.currency,
            "lines": lines,
            "shipping_fee": amount(sale.shipping, sale.currency),
            "paid_at": wire(sale.paid_at),
            "destination_country": sale.country,
            "deliver_by": wire(sale.deliver_by),
            "guarantees": [{"type": guarantee.value} for guarantee in sale.guarantees],
        }

    def ship(self, order_id: str, carrier: Carrier, at: datetime) -> str:
        """Report the parcel of an order, and return its tracking number."""
        number = made_up(carrier, order_id)
        body = {"carrier": carrier.value, "tracking_number": number, "shipped_at": wire(at)}
        self.api.post(PLATFORM, f"/orders/{order_id}/shipments", body)
        return number

    def queue(self, mediator: str) -> list[str]:
        """Return the ids of the disputes that wait for a mediator, from all pages of the queue."""
        found, cursor = [], ""
        while True:
            page = self.api.get(mediator, f"/mediation/queue?limit=100{cursor}")
            found += [str(case["id"]) for case in page["items"]]
            if not page["cursor"]:
                return found
            cursor = f"&cursor={page['cursor']}"

    def carrier_says(self, carrier: Carrier, number: str, status: str, at: datetime) -> None:
        """Pass on a carrier's record of an order's or a return's parcel."""
        event = {"carrier": carrier.value, "tracking_number": number, "status": status, "occurred_at": wire(at)}
        self.api.post(PLATFORM, "/carrier-events", {"events": [event]})

    def pay_out(self) -> int:
        """Act as the payment system: pay what it is told to pay, report each result, and return how many there were."""
        pending: list[dict[str, Any]] = self.api.get(PLATFORM, "/payment-instructions?status=pending&limit=100")["items"]
        for instruction in pending:
            result = {"status": "settled", "reference": f"bank-{instruction['id']}"}
            order_id = instruction["id"].rpartition("-p")[0]
            if order_id in self.declined:
                result = {"status": "failed", "failure": self.declined.pop(order_id)}
            self.api.post(PLATFORM, f"/payment-instructions/{instruction['id']}/result", result)
        return len(pending)

    def now(self) -> datetime:
        """Return the sandbox's time."""
        if self._ahead is None:
            self.clock_moved(self.api.get(PLATFORM, "/sandbox/clock")["offset_seconds"])
        return datetime.now(UTC).replace(microsecond=0) + (self._ahead or days(0))

    def clock_moved(self, offset_seconds: int) -> None:
        """Note how far ahead the sandbox is now."""
        self._ahead = timedelta(seconds=offset_seconds)


def amount(minor: int, currency: str) -> dict[str, Any]:
    """Return an amount as every release takes it."""
    return {"minor": minor, "currency": currency}


def money(minor: int, currency: str) -> dict[str, Any]:
    """Return an amount as answers have it, and as requests may have it."""
    return amount(minor, currency) | {"exponent": Money(minor, currency).exponent}


def wire(at: datetime) -> str:
    """Return a moment as on the wire."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def days(count: float) -> timedelta:
    """Return a span of so many days."""
    return timedelta(days=count)

"""Load a small marketplace to try out: three sellers, four buyers, and eight orders, each at another point of its life."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.money import Money
from localcloud import cognito
from localcloud.demo.api import Api
from localcloud.demo.market import Market, Sale, Shop, days, money

SELLERS: dict[str, Shop] = {
    "acme": ("+351912345601", ("Porto", "PT")),
    "lumen": ("+15125550102", ("Austin", "US")),
    "hikari": ("+819012345603", ("Osaka", "JP")),
}
BUYERS = ("alice", "bruno", "chen", "dora")


@dataclass(frozen=True, slots=True)
class Life:
    """An order and its progress, in days before now; `stage` describes it."""

    order_id: str
    buyer: str
    seller: str
    price: tuple[str, int, int, str]
    """Title, price and shipping in minor units, currency."""
    paid: float
    promised: float
    """Days from now; negative when the promise has passed."""
    stage: str
    carrier: Carrier | None = None
    records: tuple[tuple[float, str], ...] = ()
    """The carrier's records, each so many days before now."""


DELIVERED, IN_TRANSIT = "delivered", "in_transit"
LIVES = (
    Life("order-1", "alice", "acme", ("headphones", 89_00, 6_50, "EUR"), 0.1, 12, "just paid"),
    Life("order-2", "alice", "lumen", ("desk lamp", 45_00, 9_00, "USD"), 5, 6, "on its way", Carrier.DHL, ((3, IN_TRANSIT),)),
    Life("order-3", "alice", "acme", ("keyboard", 120_00, 0, "EUR"), 20, -1, "overdue", Carrier.EMS),
    Life("order-4", "bruno", "acme", ("bag", 64_90, 5_00, "EUR"), 9, 3, "delivered", Carrier.UPS, ((1, DELIVERED),)),
    Life("order-5", "bruno", "hikari", ("teapot", 8_400, 900, "JPY"), 25, -4, "came late", Carrier.FEDEX, ((2, DELIVERED),)),
    Life("order-6", "chen", "hikari", ("camera", 32_000, 1_200, "JPY"), 14, 1, "in dispute", Carrier.EMS, ((3, DELIVERED),)),
    Life("order-7", "dora", "lumen", ("chair", 150_00, 25_00, "USD"), 12, 2, "delivered", Carrier.TNT, ((0.5, DELIVERED),)),
    Life("order-8", "dora", "acme", ("monitor", 210_00, 12_00, "EUR"), 30, -12, "completed", Carrier.DHL, ((16, DELIVERED),)),
)


def load(endpoints: Mapping[str, Any], show: Callable[[str], None] = print) -> None:
    """Load it over HTTP into the local cloud that `endpoints` describes, and print the orders."""
    market = Market(Api(endpoints))
    now = market.now()
    for seller, shop in SELLERS.items():
        cognito.enrol(endpoints, "seller", seller)
        market.register_seller(seller, *shop)
    for buyer in BUYERS:
        cognito.enrol(endpoints, "buyer", buyer)
        market.register_buyer(buyer)
    for life in LIVES:
        _live(market, life, now)
    claim = {"reason": "not_as_described", "issue": "wrong_item", "description": "The parcel held another model."}
    asked = {"request_type": "refund_with_return", "request_amount": money(33_200, "JPY")}
    market.api.post("buyer:chen", "/orders/order-6/disputes", claim | asked)
    for line in _table():
        show(line)


def _live(market: Market, life: Life, now: datetime) -> None:
    title, price, shipping, currency = life.price
    paid, promise = now - days(life.paid), now + days(life.promised)
    lines = [(title, 1, price)]
    market.import_order(Sale(life.order_id, life.buyer, life.seller, currency, lines, shipping, paid, promise))
    if life.carrier:
        number = market.ship(life.order_id, life.carrier, paid + days(1))
        for ago, status in life.records:
            market.carrier_says(life.carrier, number, status, now - days(ago))


def _table() -> Iterator[str]:
    yield ""
    yield f"  {'order':<9} {'buyer':<7} {'seller':<7} {'what':<13} {'paid':>12}  stage"
    for life in LIVES:
        title, price, shipping, currency = life.price
        paid = str(Money(price + shipping, currency))
        yield f"  {life.order_id:<9} {life.buyer:<7} {life.seller:<7} {title:<13} {paid:>12}  {life.stage}"

"""All that the pages can show, for pictures and for looking at every page: the case, and the states beside it."""

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Guarantee
from localcloud import cognito
from localcloud.demo.market import wire
from localcloud.forms import PHOTO, send
from localcloud.tracking_numbers import made_up
from tests.web import desk as desks
from tests.web.case import MEDIATOR, Case, make
from tests.web.lost import lose
from tests.web.people import Marketplace, days

ALL_GUARANTEES = (Guarantee.GUARANTEED_GENUINE, Guarantee.DOMESTIC_RETURNS, Guarantee.EXTRA_RETURNS)
LONG = "Unübertrefflichdauerhafte" * 8
"""A title of 200 characters without a space."""
LONG_TEXT = "The finish of the table top is scratched from one edge to the other, see the photo. " * 23
FAILED = {"status": "failed", "failure": "the card was closed"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is in it by their parts, and the path of each state by its name."""

    people: dict[str, str]
    pages: dict[str, str]


def build(market: Marketplace, names: dict[str, str] | None = None, photo: bytes = PHOTO) -> Scene:
    """Return the scene, with people of these names or of new ones."""
    named = names or {}
    buyer = market.person("buyer", name=named.get("buyer", ""))
    seller = market.person("seller", name=named.get("seller", ""))
    people = {
        "buyer": buyer,
        "seller": seller,
        "newcomer": market.person("buyer", name=named.get("newcomer", "")),
        "new seller": market.person("seller", name=named.get("new seller", "")),
        "homeless seller": market.person("seller", name=named.get("homeless seller", "")),
        "long buyer": _long_person(market, "buyer", buyer),
        "long seller": _long_person(market, "seller", seller),
        "nobody": "",
    }
    case = _paid(market, make(market, buyer, seller, photo))
    pages = case.pages | _orders(market, case) | _disputes(market, case) | _sellers(market, case, people)
    pages |= _long(market, people) | _desk(market, people, photo)
    return Scene(people, pages | _night(market, people, case))


def _night(market: Marketplace, people: dict[str, str], case: Case) -> dict[str, str]:
    """Let an operator look, once some messages to the seller were refused by their provider."""
    cognito.enrol(market.cloud.endpoints, "operator", "olga")
    people["operator"] = "olga"
    lose(market, case.seller, "w-1", "opened", "reminder", "escalated")
    return {
        "health": "ops/health",
        "health empty": "ops/health?from=2020-01-01&to=2020-01-28",
        "all disputes": "ops/disputes",
        "sellers": "ops/sellers",
        "money failed": "ops/money?list=failed",
        "plumbing": "ops/plumbing",
        "audit": "ops/audit",
    }


def _desk(market: Marketplace, people: dict[str, str], photo: bytes) -> dict[str, str]:
    """Let cases of different kinds wait for a mediator, and give the mediator two of them."""
    desk = desks.make(market, photo=photo, names=(f"{people['buyer']}-2", f"{people['seller']}-2"))
    mediator, other = desk.mediator(name="mira"), desk.mediator(name="noor")
    people |= {"mediator": mediator, "lead": desk.mediator("lead", "lena")}
    for case in desk.cases[:2]:
        market.api.post(f"mediator:{mediator}", f"/disputes/{case}/assignment", {})
    market.api.post(f"mediator:{other}", f"/disputes/{desk.cases[5]}/assignment", {})
    question = {"to": "seller", "question": "When did the parcel leave your house?"}
    market.api.post(f"mediator:{mediator}", f"/disputes/{desk.cases[1]}/information-requests", question)
    market.api.post(f"mediator:{mediator}", f"/disputes/{desk.cases[0]}/notes", {"text": "The two photos show another table?"})
    return {
        "queue": "mediation?tab=unassigned",
        "queue by amount": "mediation?tab=all&sort=amount",
        "case": f"disputes/{desk.cases[0]}",
        "case ask": f"disputes/{desk.cases[0]}?do=ask",
        "case decide": f"disputes/{desk.cases[0]}?do=decide",
        "work": "mediation/work",
    }


def _long_person(market: Marketplace, role: str, like: str) -> str:
    """Register somebody whose id has 64 characters, the most in an order."""
    who = f"{like}-".ljust(64, role[0])
    cognito.enrol(market.cloud.endpoints, role, who)
    home = {"name": LONG, "lines": [LONG], "postal_code": "1000", "city": LONG, "country": "PT"}
    extra = {"return_addresses": [home]} if role == "seller" else {}
    market.api.put("platform:market", f"/{role}s/{who}/contacts", {"email": f"{role}@long.example", "language": "en"} | extra)
    return who


def _paid(market: Marketplace, case: Case) -> Case:
    """Pay the case's refund, and let another one fail."""
    failing = _disputed(market, case, "Wool carpet", request_type="refund", request_amount=_euros(30_00))
    market.api.post(f"seller:{case.seller}", f"/disputes/{failing}/proposals/1/accept", {})
    waiting = market.api.get("platform:market", "/payment-instructions?status=pending&limit=100")["items"]
    for it in waiting:
        if it["id"].startswith(f"{failing.removesuffix('-d1')}-p") and it["movement"] == "refund":
            market.api.post("platform:market", f"/payment-instructions/{it['id']}/result", FAILED)
    market.market.pay_out()
    return replace(case, pages=case.pages | {"failed": f"disputes/{failing}"})


def _euros(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "EUR"}


def _disputed(market: Marketplace, case: Case, title: str, **asked: Any) -> str:  # noqa: ANN401 - any JSON
    order = market.sale(case.buyer, case.seller, title=title)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "damaged", "description": "It came with a crack."}
    return str(market.api.post(f"buyer:{case.buyer}", f"/orders/{order}/disputes", claim | asked)["id"])


def _orders(market: Marketplace, case: Case) -> dict[str, str]:
    coming = market.sale(case.buyer, case.seller, title="Cherry bookshelf", promised=4)
    number = market.market.ship(coming, Carrier.DHL, market.now() - days(3))
    market.market.carrier_says(Carrier.DHL, number, "in_transit", market.now() - days(1))
    covered = market.sale(
        case.buyer, case.seller, title="Signed lithograph", price=180_00, quantity=2, guarantees=ALL_GUARANTEES
    )
    market.delivered(covered)
    asked = market.sale(case.buyer, case.seller, title="Hand-made rug", promised=5)
    until = wire(market.now() + days(60))
    market.api.post(f"seller:{case.seller}", f"/orders/{asked}/extensions", {"deliver_by": until})
    return {
        "transit": f"orders/{coming}",
        "receipt": f"orders/{coming}/receipt",
        "not yet": f"orders/{coming}/dispute/new",
        "covered": f"orders/{covered}/protection",
        "claim": f"orders/{covered}/dispute/new",
        "asked": f"orders/{asked}",
        "later": f"orders/{asked}/later",
        "ship": f"orders/{asked}/ship",
        "extend": f"orders/{coming}/extend",
        "forget": "settings/forget",
        "nowhere": "no/such/page",
    }


def _disputes(market: Marketplace, case: Case) -> dict[str, str]:
    as_buyer, as_seller = f"buyer:{case.buyer}", f"seller:{case.seller}"
    questioned = _disputed(market, case, "Garden bench", request_type="refund", request_amount=_euros(50_00))
    market.api.post(as_seller, f"/disputes/{questioned}/decline", {"note": "It left here whole."})
    market.api.post(as_buyer, f"/disputes/{questioned}/escalate", {})
    market.api.post(MEDIATOR, f"/disputes/{questioned}/assignment", {})
    question = {"to": "buyer", "question": "Was the box damaged too? A photo of it would help."}
    market.api.post(MEDIATOR, f"/disputes/{questioned}/information-requests", question)
    changed = _disputed(market, case, "Desk lamp", request_type="refund", request_amount=_euros(45_00))
    for minor in (20_00, 25_00):
        offer = {"type": "refund", "amount": _euros(minor), "note": "A little more, and we are done?"}
        market.api.post(as_seller, f"/disputes/{changed}/proposals", offer)
        if minor == 20_00:
            market.api.post(as_buyer, f"/disputes/{changed}/decline", {"note": "That is too little."})
    back = _disputed(market, case, "Wicker chair", request_type="refund_with_return")
    market.api.post(as_seller, f"/disputes/{back}/proposals/1/accept", {})
    parcel = {"carrier": "dhl", "tracking_number": made_up(Carrier.DHL, f"{back} back")}
    market.api.post(as_buyer, f"/disputes/{back}/return/shipment", parcel)
    return {
        "questioned": f"disputes/{questioned}",
        "stale": f"disputes/{changed}/accept/2",
        "escalate": f"disputes/{changed}/escalate",
        "decline": f"disputes/{changed}/decline",
        "withdraw": f"disputes/{changed}/withdraw",
        "returned": f"disputes/{back}/returned",
        "returning": f"disputes/{back}",
        "sent": f"{case.pages['opened']}?done=opened",
        "seller accept": f"{case.pages['opened']}/accept/1",
        "viewer": f"{case.pages['opened']}/evidence?show=e1",
        "decision": f"{case.pages['decided']}/decision",
        "time": f"{case.pages['opened']}/time",
    }


def _sellers(market: Marketplace, case: Case, people: dict[str, str]) -> dict[str, str]:
    homeless = people["homeless seller"]
    contacts = {"email": f"{homeless}@shops.example", "language": "en", "return_addresses": []}
    market.api.put("platform:market", f"/sellers/{homeless}/contacts", contacts)
    theirs = replace(case, seller=homeless)
    dispute = _disputed(market, theirs, "Camp bed", request_type="refund_with_return")
    return {"no address": f"disputes/{dispute}/accept/1"}


def _long(market: Marketplace, people: dict[str, str]) -> dict[str, str]:
    buyer, seller = people["long buyer"], people["long seller"]
    order = market.sale(buyer, seller, title=LONG, price=123_456_789_00, order_id="o" * 56)
    market.delivered(order)
    claim = {
        "reason": "not_as_described", "issue": "wrong_size_or_colour", "description": LONG_TEXT[:2000],
        "request_type": "refund", "request_amount": _euros(123_456_788_99),
    }  # fmt: skip
    dispute = str(market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"])
    note = {"type": "statement", "note": "W" * 2000}
    for form in ("photo", "document"):
        asked = {"type": form, "content_type": "image/jpeg", "size": len(PHOTO), "note": LONG}
        send(market.api.post(f"buyer:{buyer}", f"/disputes/{dispute}/evidence/uploads", asked), PHOTO)
    market.api.post(f"buyer:{buyer}", f"/disputes/{dispute}/evidence", note)
    offer = {"type": "refund", "amount": _euros(1), "note": LONG_TEXT[:2000]}
    market.api.post(f"seller:{seller}", f"/disputes/{dispute}/proposals", offer)
    market.api.post(f"buyer:{buyer}", f"/orders/{order}/messages", {"text": "W" * 2000})
    at = f"disputes/{dispute}"
    return {
        "long": at,
        "long order": f"orders/{order}",
        "long messages": f"orders/{order}/messages",
        "long evidence": f"{at}/evidence",
        "long accept": f"{at}/accept/2",
        "long offer": f"{at}/offer",
    }

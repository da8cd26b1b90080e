"""A buyer and a seller with a dispute in each of the main states, for looking at pages."""

from dataclasses import dataclass
from typing import Any

from localcloud.forms import PHOTO, send
from tests.waiting import awaited
from tests.web.people import Marketplace

MEDIATOR = "mediator:mira"
TITLES = {
    "late": "Cast-iron kettle, 1.2 l",
    "coming": "Porcelain teapot",
    "opened": "Reading lamp, brass",
    "offered": "Oak chair",
    "decided": "Walnut side table",
    "returning": "Wall shelf",
    "resolved": "Linen curtains",
}


@dataclass(frozen=True, slots=True)
class Case:
    """The two people, and the path of a page in each state by its name."""

    buyer: str
    seller: str
    pages: dict[str, str]


def make(market: Marketplace, buyer: str, seller: str, photo: bytes = PHOTO) -> Case:
    """Return the case of these two people. `photo` is a JPEG."""
    as_buyer, as_seller = f"buyer:{buyer}", f"seller:{seller}"
    claim = {"reason": "not_as_described", "issue": "quality", "description": "The finish is scratched, see the photo."}

    def money(minor: int) -> dict[str, Any]:
        return {"minor": minor, "currency": "EUR"}

    def disputed(name: str, **asked: Any) -> str:  # noqa: ANN401 - any JSON
        order = market.sale(buyer, seller, title=TITLES[name])
        market.delivered(order)
        return str(market.api.post(as_buyer, f"/orders/{order}/disputes", claim | asked)["id"])

    partly = {"request_type": "refund", "request_amount": money(40_00)}
    resolved = disputed("resolved", **partly)
    market.api.post(as_seller, f"/disputes/{resolved}/proposals/1/accept", {})
    returning = disputed("returning", request_type="refund_with_return")
    market.api.post(as_seller, f"/disputes/{returning}/proposals/1/accept", {})
    decided = disputed("decided", **partly)
    market.api.post(as_seller, f"/disputes/{decided}/decline", {"note": "It is as the pictures show."})
    market.api.post(as_buyer, f"/disputes/{decided}/escalate", {})
    market.api.post(MEDIATOR, f"/disputes/{decided}/assignment", {})
    found = {"finding": "not_as_described", "rationale": "The photo shows scratches that the listing does not mention."}
    market.api.post(MEDIATOR, f"/disputes/{decided}/decision", {"type": "refund", "amount": money(30_00)} | found)
    offered = disputed("offered", **partly)
    offer = {"type": "refund", "amount": money(15_00), "note": "Would you keep it for a little back?"}
    market.api.post(as_seller, f"/disputes/{offered}/proposals", offer)
    opened = disputed("opened", request_type="refund_with_return")
    form = {"type": "photo", "content_type": "image/jpeg", "size": len(photo), "note": "The scratch, from above."}
    send(market.api.post(as_buyer, f"/disputes/{opened}/evidence/uploads", form), photo)
    late = market.sale(buyer, seller, title=TITLES["late"], promised=-1)
    coming = market.sale(buyer, seller, title=TITLES["coming"])
    market.api.post(as_buyer, f"/orders/{coming}/messages", {"text": "Hello! When will the teapot be sent?"})
    form = {"content_type": "image/jpeg", "size": len(photo)}
    box = market.api.post(as_seller, f"/orders/{coming}/messages/uploads", form)
    send(box, photo)
    said = {"text": "Tomorrow morning. It is packed already, see the photo.", "attachments": [box["upload_id"]]}
    # The picture is looked at first; until then the message is refused.
    awaited(lambda: market.api.call(as_seller, "POST", f"/orders/{coming}/messages", said).status == 201)
    pages = {
        "orders": "orders",
        "order": f"orders/{late}",
        "protection": f"orders/{late}/protection",
        "messages": f"orders/{coming}/messages",
        "new": f"orders/{late}/dispute/new",
        "disputes": "disputes",
        "opened": f"disputes/{opened}",
        "offered": f"disputes/{offered}",
        "accept": f"disputes/{offered}/accept/2",
        "offer": f"disputes/{offered}/offer",
        "decided": f"disputes/{decided}",
        "appeal": f"disputes/{decided}/appeal",
        "return": f"disputes/{returning}/return",
        "resolved": f"disputes/{resolved}",
        "evidence": f"disputes/{opened}/evidence",
        "add": f"disputes/{opened}/evidence/add",
        "settings": "settings",
    }
    return Case(buyer, seller, pages)

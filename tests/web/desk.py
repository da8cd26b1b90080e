"""Ten cases of different kinds that wait for a mediator."""

from dataclasses import dataclass, field
from typing import Any

from localcloud import cognito
from localcloud.forms import PHOTO, send
from tests.web.people import Marketplace

Json = dict[str, Any]


@dataclass(slots=True)
class Desk:
    """The two parties of the cases, their mediators, and the ids of the cases."""

    market: Marketplace
    buyer: str
    seller: str
    photo: bytes = PHOTO
    cases: list[str] = field(default_factory=list)

    def mediator(self, role: str = "mediator", name: str = "") -> str:
        """Register a mediator, a lead or an operator, who can sign in, and return their id."""
        who = name or f"{self.buyer}-{role}-{len(self.cases)}"
        cognito.enrol(self.market.cloud.endpoints, role, who)
        return who

    def claim(self, title: str, claim: Json, *, currency: str = "EUR", delivered: bool = True, promised: float = 3) -> str:
        """Open a dispute about a new order, and return its id."""
        order = self.market.sale(self.buyer, self.seller, title=title, currency=currency, promised=promised)
        if delivered:
            self.market.delivered(order)
        return str(self.market.api.post(f"buyer:{self.buyer}", f"/orders/{order}/disputes", claim)["id"])

    def show(self, role: str, dispute: str, note: str) -> None:
        """Add a photo."""
        form = {"type": "photo", "content_type": "image/jpeg", "size": len(self.photo), "note": note}
        who = f"{role}:{self.buyer if role == 'buyer' else self.seller}"
        send(self.market.api.post(who, f"/disputes/{dispute}/evidence/uploads", form), self.photo)

    def escalate(self, dispute: str, words: str, by: str = "buyer") -> None:
        """Let the seller decline, and one of the two ask for a mediator."""
        self.market.api.post(f"seller:{self.seller}", f"/disputes/{dispute}/decline", {"note": words})
        who = f"{by}:{self.buyer if by == 'buyer' else self.seller}"
        self.market.api.post(who, f"/disputes/{dispute}/escalate", {"note": "Please look at it."})
        self.cases.append(dispute)


def described(issue: str, words: str, **asked: Any) -> Json:  # noqa: ANN401 - any JSON
    """Return a claim about something that is not as described."""
    return {"reason": "not_as_described", "issue": issue, "description": words} | asked


def part(minor: int, currency: str = "EUR") -> Json:
    """Return the request of a part of the price."""
    return {"request_type": "refund", "request_amount": {"minor": minor, "currency": currency}}


def damaged(desk: Desk) -> None:
    """A leg is broken; both show a photo."""
    it = desk.claim("Walnut side table", described("damaged", "A leg is broken.", **part(40_00)))
    desk.show("buyer", it, "The broken leg.")
    desk.show("seller", it, "As it left us.")
    desk.escalate(it, "It was whole when it left.")


def lost(desk: Desk) -> None:
    """It never came."""
    it = desk.claim(
        "Cast-iron kettle", {"reason": "not_received", "description": "It never came."}, delivered=False, promised=-2
    )
    desk.escalate(it, "It was sent.")


def another(desk: Desk) -> None:
    """It is another one; the seller offers a little, and the buyer wants to send it back."""
    it = desk.claim("Reading lamp, brass", described("wrong_item", "I got a steel one.", request_type="refund_with_return"))
    desk.show("buyer", it, "It is steel.")
    desk.escalate(it, "Keep it for a little back?")


def in_yen(desk: Desk) -> None:
    """The curtains fade; the order is in yen."""
    it = desk.claim("Linen curtains", described("quality", "They fade.", **part(3000, "JPY")), currency="JPY")
    desk.show("buyer", it, "Faded.")
    desk.escalate(it, "They are dyed by hand.")


def copied(desk: Desk) -> None:
    """It is not genuine."""
    it = desk.claim("Silver ring", {"reason": "counterfeit", "description": "It is not silver."})
    desk.show("buyer", it, "The stamp is missing.")
    desk.escalate(it, "It is real.")


def incomplete(desk: Desk) -> None:
    """Parts are missing."""
    it = desk.claim("Wall shelf", described("missing_parts", "Two screws are missing.", **part(10_00)))
    desk.show("buyer", it, "The bag of screws.")
    desk.escalate(it, "All screws were in it.")


def broken(desk: Desk) -> None:
    """It does not work; all of the price is asked for."""
    it = desk.claim("Desk clock", described("defective", "It does not run."))
    desk.show("buyer", it, "It stands still.")
    desk.escalate(it, "Wind it up.")


def colour(desk: Desk) -> None:
    """It has another colour; the seller asks for the mediator."""
    it = desk.claim("Porcelain teapot", described("wrong_size_or_colour", "It is green.", request_type="refund_with_return"))
    desk.show("buyer", it, "Green.")
    desk.escalate(it, "Green was ordered.", "seller")


def appealed(desk: Desk) -> None:
    """A mediator has decided, and the seller appeals."""
    it = desk.claim("Woollen blanket", described("quality", "It has holes.", **part(50_00)))
    desk.show("buyer", it, "The holes.")
    desk.escalate(it, "They are the pattern.")
    first, api = f"mediator:{desk.mediator(name=f'{desk.buyer}-first')}", desk.market.api
    api.post(first, f"/disputes/{it}/assignment", {})
    amount = {"minor": 50_00, "currency": "EUR"}
    found = {"finding": "not_as_described", "rationale": "The photo shows holes."}
    api.post(first, f"/disputes/{it}/decision", {"type": "refund", "amount": amount} | found)
    api.post(f"seller:{desk.seller}", f"/disputes/{it}/appeal", {"type": "statement", "note": "Holes are the pattern."})


def noisy(desk: Desk) -> None:
    """Something else is not as described."""
    it = desk.claim("Wall clock", described("other", "It ticks loudly.", **part(20_00)))
    desk.show("buyer", it, "Listen.")
    desk.escalate(it, "Clocks tick.")


KINDS = (damaged, lost, another, in_yen, copied, incomplete, broken, colour, appealed, noisy)


def make(market: Marketplace, count: int = len(KINDS), photo: bytes = PHOTO, names: tuple[str, str] = ("", "")) -> Desk:
    """Return two people with so many cases that wait for a mediator, each of another kind."""
    desk = Desk(market, market.person("buyer", name=names[0]), market.person("seller", name=names[1]), photo)
    for kind in KINDS[:count]:
        kind(desk)
    return desk

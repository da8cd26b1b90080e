"""Bring every command to a situation that accepts it: each service function that writes, each action in a dispute."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.order import ExternalStatus
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Role
from tests.reliability.acts import (
    BUYER,
    HOME,
    LEAD,
    MIA,
    NOOR,
    REFUND,
    RETURN,
    SELLER,
    Act,
    act,
    answers_extension,
    carried,
    charged_back,
    confirms,
    extends,
    imports,
    imports_in_a_batch,
    opens,
    registers,
    ships,
    takes_back,
    usd,
)
from tests.reliability.beginnings import DAMAGED, DECIDES, OPENED_AT, RECEIVED, SENDS_BACK, pays
from tests.reliability.small_cloud import DAY, HOUR, PAID_AT

PHOTO = c.AddEvidence(EvidenceType.PHOTO, "A photo.")


@dataclass(frozen=True, slots=True)
class Situation:
    """A beginning, and a command that is accepted there. ``by`` names the service function that carries it out."""

    start: str
    by: str
    act: Act
    move: type[c.DisputeCommand] | None = None

    @property
    def name(self) -> str:
        """Return the name of the command."""
        return f"{self.act.name} in {self.start}"


def _moves() -> list[Situation]:
    moves = {
        "opened": ((SELLER, c.Accept("1")), (SELLER, c.Decline()), (BUYER, c.Withdraw()), (SELLER, PHOTO)),
        "opened 3 days": ((BUYER, c.Escalate()), (BUYER, c.GrantTime(OPENED_AT + 9 * DAY))),
        "negotiating": ((BUYER, c.Accept("2")), (BUYER, c.Propose(REFUND, usd(3000))), (SELLER, c.Propose(REFUND, usd(14000)))),
        "escalated": ((MIA, c.Assign()),),
        "under_review": (
            *((MIA, c.RequestInformation(Role.SELLER, "When was it sent?")), (MIA, DECIDES), (MIA, c.GiveBack())),
            (LEAD, c.HandOver(NOOR.id)),
        ),
        "proposed in review": ((BUYER, c.Accept("3")),),
        "decided": ((BUYER, c.Appeal(EvidenceType.PHOTO, "Another.")), (SELLER, c.AcceptDecision())),
        "appealed": ((BUYER, c.WithdrawAppeal()),),
        "delivery shown": ((BUYER, c.ObjectToDelivery("It is not here.")),),
        "awaiting_replacement": ((SELLER, c.ShipReplacement(Carrier.TNT, "800000001")),),
        "awaiting_return": ((BUYER, SENDS_BACK),),
        "return_in_transit": (
            (SELLER, RECEIVED),
            (SELLER, c.AcknowledgeReturn(AcknowledgementType.DAMAGED, "It is broken.", came=True)),
        ),
    }
    return [Situation(start, "act", act(*it), type(it[1])) for start, taken in moves.items() for it in taken]


COMMANDS: tuple[Situation, ...] = (
    Situation("known", "import_order", imports()),
    Situation("nothing", "put_contacts", registers(SELLER, HOME)),
    Situation("known", "put_contacts", registers(SELLER, email="new@example.com")),
    Situation("imported", "add_shipment", ships()),
    Situation("shipped", "extend", extends(PAID_AT + 40 * DAY, PAID_AT + 90 * DAY)),
    Situation("shipped", "take_back_parcel", takes_back()),
    Situation("extension asked", "answer_extension", answers_extension(accepted=True)),
    Situation("shipped", "put_external_dispute", charged_back(ExternalStatus.LOST, usd(500))),
    Situation("shipped", "confirm_receipt", confirms()),
    Situation("shipped", "record_carrier_events", carried(CarrierStatus.DELIVERED, PAID_AT + DAY)),
    Situation("not received", "record_carrier_events", carried(CarrierStatus.DELIVERED, PAID_AT + 29 * DAY)),
    Situation("return_in_transit", "record_carrier_events", carried(CarrierStatus.DELIVERED, OPENED_AT + 3 * HOUR, RETURN)),
    Situation("delivered", "open_dispute", DAMAGED),
    Situation("delivered", "open_dispute", opens(Reason.NOT_AS_DESCRIBED, "all")),
    Situation("resolved", "report_result", pays("paid")),
    Situation("resolved", "report_result", pays("failed", "card closed", 1)),
    Situation("known", "import_orders", imports_in_a_batch()),
    *_moves(),
)
SWEPT: tuple[tuple[str, int], ...] = (
    ("opened", 6),
    ("negotiating", 30),
    ("under_review", 15),
    ("decided", 8),
    ("awaiting_return", 11),
    ("return_in_transit", 31),
    ("delivered", 16),
    ("not received", 40),
    ("delivery shown", 4),
    ("awaiting_replacement", 11),
)
"""The beginnings at which something is due, and how many days later."""

"""An event with the case around it, as the table's stream brings it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.domain.dispute import Dispute, Stage
from chalicelib.domain.events import Event, Payload
from chalicelib.domain.people import Role
from chalicelib.store.cases import event_of
from chalicelib.store.items import text
from chalicelib.store.keys import THREAD
from chalicelib.store.messages import message_of
from chalicelib.store.schema import stored_value

if TYPE_CHECKING:
    from collections.abc import Mapping

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True, slots=True)
class MessageWritten(Payload):
    """Somebody wrote in the thread. The parties in ``news_to`` are told that there is a message, not what it says."""

    type = "message_written"
    news_to: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class EventInContext:
    """One event of an order or of a dispute.

    ``dispute`` is the dispute right after the event. ``stage_after`` is the stage that the event's
    actor left it in at that moment.
    ``return_country`` is the country that a return address has to be in, where one is asked for (D3).
    """

    event: Event
    order_id: str
    buyer_id: str
    seller_id: str
    dispute: Dispute | None = None
    status_before: str | None = None
    stage_after: Stage | None = None
    return_country: str | None = None

    @property
    def id(self) -> str:
        """The event's name, unique among all orders: order, stream and sequence number."""
        return f"{self.order_id}#{self.event.stream}#{self.event.seq}"

    @property
    def kind(self) -> str:
        """The event's type, as on the wire."""
        return self.event.payload.type

    def party(self, role: Role) -> str:
        """Return the id of the order's buyer or seller."""
        return {Role.BUYER: self.buyer_id, Role.SELLER: self.seller_id}[role]

    def payload(self, kind: type[P]) -> P:
        """Return the payload, which has to be of ``kind``. Raises ``TypeError`` when it is not."""
        if not isinstance(self.event.payload, kind):
            msg = f"{self.id} is {self.kind}, not {kind.type}"
            raise TypeError(msg)
        return self.event.payload

    @property
    def the_dispute(self) -> Dispute:
        """The dispute that the event is about. Raises ``TypeError`` for an event of an order."""
        if self.dispute is None:
            msg = f"{self.id} ({self.kind}) is not about a dispute"
            raise TypeError(msg)
        return self.dispute


def name_in(image: Mapping[str, Any]) -> str:
    """Return the name of an event by its item, without reading what it says; empty for a message of a thread."""
    numbers = [image.get(name, {}).get("N", "") for name in ("stream", "seq")]
    return "#".join((text(image, "order_id"), *numbers)) if all(numbers) else ""


def read_event(image: Mapping[str, Any]) -> EventInContext:
    """Read an event, or a message of a thread, from its item in DynamoDB's attribute form."""
    if "news_to" in image:
        return _written(image)
    dispute = text(image, "dispute")
    stage_after = text(image, "stage_after")
    return EventInContext(
        event=event_of(dict(image)),
        order_id=text(image, "order_id"),
        buyer_id=text(image, "buyer_id"),
        seller_id=text(image, "seller_id"),
        dispute=stored_value(image, Dispute, "dispute") if dispute else None,
        status_before=text(image, "status_before") or None,
        stage_after=Stage(stage_after) if stage_after else None,
        return_country=text(image, "return_country") or None,
    )


def _written(image: Mapping[str, Any]) -> EventInContext:
    message, news_to = message_of(dict(image)), stored_value(image, tuple[Role, ...], "news_to")
    event = Event(THREAD, message.number, message.sent_at, message.author, MessageWritten(news_to))
    return EventInContext(event, message.order_id, text(image, "buyer_id"), text(image, "seller_id"))

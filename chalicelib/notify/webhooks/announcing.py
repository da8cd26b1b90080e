"""Prepare the deliveries of an event: one to each endpoint that wants its type (N7)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.notify.audience import Audience
from chalicelib.service.webhook_envelope import PAYMENT, delivery_of
from chalicelib.service.webhooks import GRACE
from chalicelib.store.idempotency import Conflict

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.webhooks import WebhookEndpoint
    from chalicelib.notify.audience import Notice
    from chalicelib.notify.event_in_context import EventInContext
    from chalicelib.service.webhooks import Desk


def type_for(it: EventInContext, notice: Notice) -> str | None:
    """Return the type of the webhook that says what a topic is told; None for people, who are told in words."""
    return {Audience.MARKETPLACE: it.kind, Audience.PAYMENTS: PAYMENT}.get(notice.audience)


@dataclass(frozen=True)
class Announcer:
    """Prepares the deliveries of one batch, as of ``now``. The endpoints are read once, with the first event."""

    desk: Desk
    now: datetime

    @cached_property
    def endpoints(self) -> list[WebhookEndpoint]:
        """The endpoints that are registered."""
        return self.desk.store.endpoints()

    def wanted(self, kind: str) -> bool:
        """Return whether anybody wants events of that type."""
        return any(it.wants(kind) for it in self.endpoints)

    def announce(self, it: EventInContext, kind: str, message: str) -> None:
        """Keep a delivery of ``message`` for each endpoint that wants it, and let it begin.

        A delivery that is there already was prepared when the stream brought the event before.
        """
        for endpoint in self.endpoints:
            if endpoint.wants(kind):
                delivery = delivery_of(endpoint.id, it.id, kind, it.event.at, message, self.now)
                try:
                    self.desk.store.save_delivery(delivery, self.now + GRACE)
                except Conflict:
                    continue
                self.desk.begin(delivery)

"""Carry out one attempt of a delivery, record it, and switch off an endpoint that is of no use any more (N7)."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.webhooks import GONE, DeliveryStatus, OffReason
from chalicelib.metrics import measured
from chalicelib.notify.webhooks.queue import DELAY_AT_MOST_S
from chalicelib.service.webhooks import GRACE
from chalicelib.store.idempotency import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.domain.webhooks import Delivery, Reply, WebhookEndpoint
    from chalicelib.service.ports import Clock
    from chalicelib.service.webhooks import Desk

log = logging.getLogger(__name__)

SWITCHED_OFF = "webhook_endpoint_switched_off"
"""The word in the log that operators search for."""
ENDPOINT_OFF = "endpoint_off"
"""The error of a delivery that was given up because its endpoint is off or deleted."""
USER_AGENT = "buyer-protection-webhooks/1"
_ATTEMPTS = 5
_DUE_AT_ONCE = 50


class Posts(Protocol):
    """Posts to an endpoint (``posting.Poster``)."""

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        """Return the answer's status, or why there was none."""
        ...


@dataclass(frozen=True, slots=True)
class Delivering:
    """Everything that delivering works with. ``tell_operators`` takes a subject and a text."""

    desk: Desk
    poster: Posts
    clock: Clock
    tell_operators: Callable[[str, str], None]

    def attempt(self, endpoint_id: str, delivery_id: str) -> None:
        """Make an attempt if one is due, and record it. What the queue brings twice, or too early, changes nothing.

        The attempt is on record before it is made. If the process dies in between, another one follows under the same id.
        """
        store = self.desk.store
        waiting = store.delivery(endpoint_id, delivery_id)
        begun = waiting.begun(self.clock.now()) if waiting else None
        if waiting is None or begun is None:
            return
        endpoint = store.endpoint(endpoint_id)
        try:
            if endpoint is None or endpoint.off:
                store.save_delivery(waiting.given_up(ENDPOINT_OFF), None)
                return
            store.save_delivery(begun, begun.next_at)
        except Conflict:
            return  # another process has begun this attempt
        reply = self._posted(endpoint, begun)
        log.info("a webhook was posted", extra=_ids(begun) | {"status": reply.status})
        self._record(begun.after(reply, self.clock.now()))
        self._judge(endpoint, reply)

    def _posted(self, endpoint: WebhookEndpoint, it: Delivery) -> Reply:
        now = self.clock.now()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "webhook-id": it.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": endpoint.signature(it.id, now, it.body),
        }
        return self.poster.post(endpoint.url, headers, it.body)

    def _record(self, it: Delivery) -> None:
        """Write the result, and let the queue bring the next attempt if it is soon; the sweep brings the others."""
        pause = it.next_at - self.clock.now() if it.next_at else None
        soon = pause is not None and pause <= timedelta(seconds=DELAY_AT_MOST_S)
        try:
            self.desk.store.save_delivery(it, it.next_at + GRACE if it.next_at and soon else it.next_at)
        except Conflict:
            log.warning("a webhook was asked for again while it was posted", extra=_ids(it))
            return
        if it.status is DeliveryStatus.FAILED:
            log.error("a webhook was given up", extra=_ids(it) | {"status": it.last_status})
        elif soon and pause is not None:
            self.desk.begin(it, max(0, int(pause.total_seconds())))

    def _judge(self, endpoint: WebhookEndpoint, reply: Reply) -> None:
        """Count the attempt for or against its endpoint, and switch that off if it wants no more or fails for long."""
        store, now = self.desk.store, self.clock.now()
        before = store.health(endpoint.id)
        health = before.after(reply, now)
        if health != before:
            with suppress(Conflict):  # another attempt is counted instead of this one
                store.save_health(endpoint.id, health)
        if reply.status == GONE:
            self._switch_off(endpoint.id, OffReason.GONE, now)
        elif health.worn_out(now):
            self._switch_off(endpoint.id, OffReason.FAILING, now)

    def _switch_off(self, endpoint_id: str, reason: OffReason, now: datetime) -> None:
        for _ in range(_ATTEMPTS):
            endpoint = self.desk.store.endpoint(endpoint_id)
            if endpoint is None or endpoint.off:
                return
            try:
                self.desk.store.save(endpoint.switched_off(reason, now))
            except Conflict:
                continue
            counted = measured(WebhookEndpointsOff=1)
            log.error("%s: %s", SWITCHED_OFF, reason.value, extra={"endpoint": endpoint_id, **counted})
            words = f"Nothing is posted to it until it is switched on again: PUT /webhook-endpoints/{endpoint_id}."
            self.tell_operators(f"Webhook endpoint {endpoint_id} is off ({reason.value})", words)
            return


def hand_over_due(desk: Desk, clock: Clock, shard: int, may_go_on: Callable[[], bool]) -> bool:
    """Put one shard's due deliveries into the queue. Return False if ``may_go_on`` stopped it before the last one."""
    now = clock.now()
    while due := desk.store.due(shard, now, _DUE_AT_ONCE):
        for it in due:
            if not may_go_on():
                return False
            if desk.store.hand_over(it, now + GRACE):
                desk.begin(it)
    return True


def _ids(it: Delivery) -> dict[str, object]:
    return {"endpoint": it.endpoint_id, "message_id": it.id, "event": it.event}

"""From the table's stream to everyone concerned, after the commit (N4, M1)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.aws import client
from chalicelib.domain.events import PaymentFailed
from chalicelib.domain.policy import PolicyBook, published
from chalicelib.notify.happening import happening_of
from chalicelib.notify.letters import Office, Topics
from chalicelib.notify.ports import SnsSender
from chalicelib.settings import settings
from chalicelib.store.items import text
from chalicelib.store.orders import Orders as StoredOrders
from chalicelib.store.people import People
from chalicelib.store.sent import Sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.notify.happening import Happening
    from chalicelib.notify.ports import Orders, Profiles, Sender, SentMarkers

log = logging.getLogger(__name__)

FAILED = "payment_instruction_failed"
"""The word in the log that the alarm counts (M2)."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """What publishing works with."""

    sender: Sender
    sent: SentMarkers
    people: Profiles
    orders: Orders
    policies: PolicyBook
    topics: Topics
    link_base: str


@lru_cache(maxsize=1)
def publishing() -> Publishing:
    """This deployment's."""

    def dynamodb() -> object:
        return client("dynamodb")

    s = settings()
    return Publishing(
        sender=SnsSender(lambda: client("sns")),
        sent=Sent(dynamodb, s.table_name),
        people=People(dynamodb, s.table_name),
        orders=StoredOrders(dynamodb, s.table_name),
        policies=published(),
        topics=Topics(events=s.events_topic_arn, payments=s.payments_topic_arn, mediators=s.mediators_topic_arn),
        link_base=s.app_link_base,
    )


def publish_records(records: Iterable[Mapping[str, Any]], to: Publishing | None = None) -> list[str]:
    """Publish the events among a batch of DynamoDB stream records; the sequence numbers of those to be delivered again.

    A record that fails stops no other order's. Lambda delivers again from the lowest failed record on, everything after
    it included: what has left by then is marked, and does not leave twice. But a later event of the *same* order must
    not overtake the one that failed, so it is not tried and counts as failed as well; with that, and as one order is one
    partition key, whose records Lambda never handles concurrently, each order's events leave in order. Only one that
    has used up its retries is left behind, in the dead-letter queue.
    """
    to = to or publishing()
    office = Office(to.topics, to.link_base, to.people, to.orders, to.policies)
    failed: list[str] = []
    waiting: set[str] = set()
    for record in records:
        image = record["dynamodb"].get("NewImage", {})
        if "publish" not in image:
            continue
        order = text(image, "pk")
        if order in waiting or not _published(image, to, office):
            waiting.add(order)
            failed.append(record["dynamodb"]["SequenceNumber"])
    return failed


def _published(image: Mapping[str, Any], to: Publishing, office: Office) -> bool:
    """Whether everything that an event has to tell has left. Nothing is raised: it is logged, and tried again later."""
    try:
        return _told(happening_of(image), to, office)
    except Exception:
        log.exception("an event was not published whole", extra={"event": f"{text(image, 'pk')} {text(image, 'sk')}"})
        return False


def _told(it: Happening, to: Publishing, office: Office) -> bool:
    """Send what has not been sent. One that fails stops none of the others: a payment does not wait for an SMS."""
    everything = True
    if isinstance(it.event.payload, PaymentFailed):
        log.error("%s: %s", FAILED, it.event.payload.instruction_id, extra={"event": it.id})
    for notice, channel, topic in office.addressed(it):
        recipient = office.recipient(it, notice.audience)
        try:
            if not to.sent.has_left(it.id, recipient, channel.value):
                to.sender.send(office.letter(it, notice, channel, topic).message)
                # Marked only now: a crash in between sends it again, rather than never.
                to.sent.mark(it.id, recipient, channel.value)
        except Exception:
            everything = False
            log.exception("a message has not left", extra={"event": it.id, "recipient": recipient, "channel": channel.value})
    return everything

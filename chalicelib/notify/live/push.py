"""Push news from the table's stream to live connections: new messages, and hints that an order or a dispute has changed (N5).

Delivery is not guaranteed. A client reads the thread when it connects, and finds there what it missed.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.dispute import Dispute
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.thread import sees_thread
from chalicelib.notify.live.gateway import Gone
from chalicelib.service.access import sees_thread_of
from chalicelib.service.messages import message_view
from chalicelib.store.connections import QUEUE
from chalicelib.store.items import text
from chalicelib.store.messages import EVENT, MESSAGE, message_of
from chalicelib.store.schema import stored_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.domain.case import Case
    from chalicelib.notify.live.gateway import Gateway
    from chalicelib.store.connections import Connection, Connections

log = logging.getLogger(__name__)

_AT_ONCE = 16
"""The number of pushes that run at the same time, so that a slow one delays few others."""


@dataclass(frozen=True, slots=True)
class News:
    """A frame about an order, and a test of who may see it (I6)."""

    order_id: str
    people: tuple[Actor, ...]
    """Those whose order or case it is: connections that listen to all that is theirs are told as well."""
    frame: bytes
    may_see: Callable[[Actor], bool]
    whole: bool
    """True if the frame is a message of the thread: a listener who may not see it may have left the thread."""


@dataclass(frozen=True, slots=True)
class Pushing:
    """The dependencies of pushing. ``case_of`` reads an order's case as it is now; it gives None where there is none."""

    listening: Connections
    through: Gateway
    case_of: Callable[[str], Case | None]
    now_s: int

    def sees_thread(self, actor: Actor, order_id: str) -> bool:
        """Return whether ``actor`` may see the thread now. The stream's image may be older than that."""
        case = self.case_of(order_id)
        return case is not None and sees_thread_of(case, actor)


def news_of(image: Mapping[str, Any]) -> News | None:
    """Return what an item of the stream tells listeners; None for an item that is not for them."""
    order_id, buyer_id, seller_id = (text(image, name) for name in ("order_id", "buyer_id", "seller_id"))
    parties = Actor(Role.BUYER, buyer_id), Actor(Role.SELLER, seller_id)
    if text(image, "publish") == MESSAGE:
        mediators = stored_value(image, tuple[str, ...], "mediators")
        people = (*parties, *(Actor(Role.MEDIATOR, it) for it in mediators))
        message = _json({"type": "message", "message": message_view(message_of(dict(image)))})
        return News(order_id, people, message, lambda actor: sees_thread(actor, buyer_id, seller_id, mediators), whole=True)
    if text(image, "publish") != EVENT:
        return None
    if "dispute" not in image:
        hint = _json({"type": "order", "order_id": order_id, "version": int(image["seq"]["N"])})
        return News(order_id, parties, hint, lambda actor: sees_thread(actor, buyer_id, seller_id, ()), whole=False)
    dispute = stored_value(image, Dispute, "dispute")

    def may_see(actor: Actor) -> bool:
        escalated = actor.role is Role.MEDIATOR and dispute.escalated_at is not None
        return (escalated and actor.id not in (buyer_id, seller_id)) or sees_thread(actor, buyer_id, seller_id, ())

    hint = _json({"type": "dispute", "order_id": order_id, "dispute_id": dispute.id, "version": dispute.version})
    mediator = (Actor(Role.MEDIATOR, dispute.mediator),) if dispute.mediator else ()
    queue = (QUEUE,) if dispute.escalated_at else ()
    return News(order_id, (*parties, *mediator, *queue), hint, may_see, whole=False)


def _json(told: dict[str, Any]) -> bytes:
    return msgspec.json.encode(told)


def push_records(records: Iterable[Mapping[str, Any]], deps: Pushing) -> None:
    """Push what a batch of stream records says to each order's listeners, in order.

    A connection that is gone is forgotten, and one whose time has run out is closed. Other errors of one listener or one
    record are logged and not raised, so that the other listeners are told.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for record in records:
            news = _readable(record)
            if news:
                list(
                    pool.map(
                        lambda it, news=news: _push(news, it, deps), deps.listening.listeners_of(news.order_id, news.people)
                    )
                )


def _readable(record: Mapping[str, Any]) -> News | None:
    """Return what a record tells. None for one that cannot be read: another try would not help."""
    try:
        return news_of(record["dynamodb"].get("NewImage", {}))
    except Exception:
        log.exception("a record was not pushed", extra={"event": str(record.get("eventID"))})
        return None


def _push(news: News, listener: Connection, deps: Pushing) -> None:
    try:
        if listener.until <= deps.now_s:
            deps.through.close(listener.id)
            _forget(news, listener, deps.listening)
        elif news.may_see(listener.actor):
            deps.through.send(listener.id, news.frame)
        elif news.whole and not deps.sees_thread(listener.actor, news.order_id):
            deps.listening.unlisten(listener.id, news.order_id)
            deps.through.send(listener.id, _json({"type": "unsubscribed", "order_id": news.order_id}))
    except Gone:
        _forget(news, listener, deps.listening)
    except (ClientError, BotoCoreError):
        log.exception("a listener was not told", extra={"order_id": news.order_id})


def _forget(news: News, listener: Connection, listening: Connections) -> None:
    """Forget a connection and its subscription to this order: a subscription at the same time may have left only that."""
    listening.unlisten(listener.id, news.order_id)
    listening.remove(listener)

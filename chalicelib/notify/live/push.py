"""From the table's stream to whoever listens: new messages whole, and hints that a dispute has changed (N5).

Nothing here has to arrive. What a listener misses is in the thread, which clients read when they connect.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.aws import client
from chalicelib.domain.dispute import Dispute
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.thread import sees_thread
from chalicelib.service.access import sees_thread_of
from chalicelib.service.messages import message_view
from chalicelib.settings import settings
from chalicelib.store.codec import load
from chalicelib.store.items import text
from chalicelib.store.messages import MESSAGE, message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.domain.case import Case
    from chalicelib.store.connections import Connection, Connections

log = logging.getLogger(__name__)

_AT_ONCE = 16
"""Pushes under way at the same time, so that a slow one delays few others."""


class Gone(Exception):  # noqa: N818 - it is an answer
    """There is no such connection any more."""


class Gateway(Protocol):
    """What holds the connections."""

    def send(self, connection_id: str, frame: bytes) -> None:
        """Send a frame. Raises ``Gone``, or botocore's errors when the gateway does not take it."""
        ...

    def close(self, connection_id: str) -> None:
        """Close a connection; one that is gone is no error."""
        ...


class ApiGateway:
    """API Gateway's side of the connections. ``client`` gives its management client on first use."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """Speak through that client."""
        self._client = client

    def send(self, connection_id: str, frame: bytes) -> None:
        """As ``Gateway``."""
        try:
            self._client().post_to_connection(ConnectionId=connection_id, Data=frame)
        except ClientError as error:
            if error.response["Error"]["Code"] == "GoneException":
                raise Gone from error
            raise

    def close(self, connection_id: str) -> None:
        """As ``Gateway``."""
        try:
            self._client().delete_connection(ConnectionId=connection_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "GoneException":
                raise


def gateway() -> ApiGateway:
    """This deployment's."""
    return ApiGateway(lambda: client("apigatewaymanagementapi", settings().chat_endpoint))


@dataclass(frozen=True, slots=True)
class News:
    """One thing to push about an order, and who may see it (I6)."""

    order_id: str
    frame: bytes
    may_see: Callable[[Actor], bool]
    whole: bool
    """Whether it is of the thread itself: who may not see this may have to stop listening."""


@dataclass(frozen=True, slots=True)
class Pushing:
    """What pushing works with. ``case_of`` reads an order's case as it is now; None where there is none."""

    listening: Connections
    through: Gateway
    case_of: Callable[[str], Case | None]
    now_s: int

    def sees_thread(self, actor: Actor, order_id: str) -> bool:
        """Whether the thread is for ``actor`` now. What the stream brings may be older than who has come since."""
        case = self.case_of(order_id)
        return case is not None and sees_thread_of(case, actor)


def news_of(image: Mapping[str, Any]) -> News | None:
    """What an item of the stream has to tell listeners; None for what is not for them."""
    order_id, buyer_id, seller_id = (text(image, name) for name in ("order_id", "buyer_id", "seller_id"))
    if text(image, "publish") == MESSAGE:
        mediators = load(text(image, "mediators"), tuple[str, ...])
        message = _json({"type": "message", "message": message_view(message_of(dict(image)))})
        return News(order_id, message, lambda actor: sees_thread(actor, buyer_id, seller_id, mediators), whole=True)
    if "dispute" not in image:
        return None
    dispute = load(text(image, "dispute"), Dispute)

    def may_see(actor: Actor) -> bool:
        escalated = actor.role is Role.MEDIATOR and dispute.escalated_at is not None
        return escalated or sees_thread(actor, buyer_id, seller_id, ())

    hint = _json({"type": "dispute", "order_id": order_id, "dispute_id": dispute.id, "version": dispute.version})
    return News(order_id, hint, may_see, whole=False)


def _json(told: dict[str, Any]) -> bytes:
    return msgspec.json.encode(told)


def push_records(records: Iterable[Mapping[str, Any]], to: Pushing) -> None:
    """Push what a batch of stream records says to whoever listens, in order to each of them.

    A connection that is gone is forgotten, and one whose time has run out is closed. Nothing else that goes wrong with one
    listener, or with one record, is raised: the others are told all the same.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for record in records:
            news = _readable(record)
            if news:
                list(pool.map(lambda it, news=news: _push(news, it, to), to.listening.listeners(news.order_id)))


def _readable(record: Mapping[str, Any]) -> News | None:
    """What a record has to tell; None as well for one that cannot be read, which would be no better the next time."""
    try:
        return news_of(record["dynamodb"].get("NewImage", {}))
    except Exception:
        log.exception("a record was not pushed", extra={"event": str(record.get("eventID"))})
        return None


def _push(news: News, listener: Connection, to: Pushing) -> None:
    try:
        if listener.until <= to.now_s:
            to.through.close(listener.id)
            _forget(news, listener, to.listening)
        elif news.may_see(listener.actor):
            to.through.send(listener.id, news.frame)
        elif news.whole and not to.sees_thread(listener.actor, news.order_id):
            to.listening.unlisten(listener.id, news.order_id)
            to.through.send(listener.id, _json({"type": "unsubscribed", "order_id": news.order_id}))
    except Gone:
        _forget(news, listener, to.listening)
    except (ClientError, BotoCoreError):
        log.exception("a listener was not told", extra={"order_id": news.order_id})


def _forget(news: News, listener: Connection, to: Connections) -> None:
    """Forget a connection, and that it listens here: it may be half forgotten already, by a subscription it crossed."""
    to.unlisten(listener.id, news.order_id)
    to.remove(listener)

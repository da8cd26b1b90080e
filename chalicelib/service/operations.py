"""Say how the deployment does: what is due, what waits, what failed, whether the money adds up. Each number has its list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.money import Money
from chalicelib.service import erasure, views
from chalicelib.service.execute import retry
from chalicelib.store import keys, lists, undelivered
from chalicelib.store.codec import plain
from chalicelib.store.idempotency import Answer
from chalicelib.store.lists import as_instruction
from chalicelib.store.people import as_erasure
from chalicelib.store.undelivered import PutBack, UndeliveredMessage, as_undelivered
from chalicelib.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Once
    from chalicelib.store.items import Item
    from chalicelib.store.lists import Place
    from chalicelib.store.message_queue import MessageQueue
    from chalicelib.store.progress import ProgressKept
    from chalicelib.store.undelivered import UndeliveredMessages
    from chalicelib.store.watching import Watching
    from chalicelib.switches import Switches

T = TypeVar("T")
COUNTED_AT_MOST = 500
"""The entries of a list that are read to count them. Of a longer one only that is said."""
PUT_BACK_AT_MOST = 25
"""The messages that one request has sent again: they are one transaction."""
UNDELIVERED = "Undelivered"
DEAD_LETTERS = ("Undelivered", "StreamFailures", "SweepFailures", "UploadFailures", "JobFailures", "WebhookFailures")
_AWS = (BotoCoreError, ClientError)
OK = 200


class Why(StrEnum):
    """The reason for sending messages again. It is a word of a list, because the audit holds no text that a person wrote."""

    PROVIDER_WORKS_AGAIN = "provider_works_again"
    ADDRESS_CORRECTED = "address_corrected"
    SETTING_CORRECTED = "setting_corrected"
    PERSON_ASKED = "person_asked"


@dataclass(frozen=True, slots=True)
class Operating:
    """The parts of a deployment that an operator looks at."""

    services: Services
    watching: Watching
    undelivered: UndeliveredMessages
    queue: MessageQueue
    progress: ProgressKept
    switches: Switches
    shards: int
    sms_per_day: int


def overview(it: Operating) -> Json:
    """Return all numbers. What AWS does not tell here is null, and named under ``unavailable``."""
    services, now = it.services, it.services.clock.now()
    unavailable: list[str] = []
    ages = _told(unavailable, "ages of messages and records", it.watching.ages) or {}
    depths = {
        name: _told(unavailable, f"depth of {name}", lambda name=name: it.watching.waiting(name))  # type: ignore[misc]
        for name in it.watching.queues
    }
    if not ages and not unavailable:
        unavailable.append("ages of messages and records")
    due = {shard: next(iter(services.lists.due(shard, now, 1)[0]), None) for shard in range(it.shards)}
    return {
        "as_of": views.time(now),
        "sweep": [
            {
                "shard": n,
                "oldest_due_at": views.time(found.at) if found else None,
                "late_s": _age(found.at, now) if found else 0,
            }
            for n, found in due.items()
        ],
        "streams": [{"function": name, "lag_s": ages.get(name)} for name in it.watching.functions],
        "queues": [
            {"name": name, "waiting": depth, "oldest_s": ages.get(name), "dead_letters": name in DEAD_LETTERS}
            for name, depth in depths.items()
        ],
        "payments": _payments(it),
        "erasures": _erasures(it, now),
        "sms": {"sent": services.tallies.total(keys.sms_tally_sk(now)), "cap": it.sms_per_day},
        "undelivered": _undelivered(it),
        "ledger": _ledger(it),
        "switches": {switch.value: it.switches.on(switch) for switch in Switch},
        "unavailable": unavailable,
    }


def _told(unavailable: list[str], what: str, ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except _AWS:
        unavailable.append(what)
        return None


def _age(since: datetime, now: datetime) -> int:
    return max(int((now - since).total_seconds()), 0)


def _counted(services: Services, place: Place, show: Callable[[Item], T | None]) -> tuple[list[T], bool]:
    """Return the first entries of a list, as many as are counted, and whether there are more."""
    found: list[T] = []
    cursor = None
    while len(found) < COUNTED_AT_MOST:
        more, cursor = services.lists.read(place, lists.PAGE_AT_MOST, cursor, show)
        found += more
        if cursor is None:
            return found, False
    return found, True


def _number(count: int, *, more: bool) -> Json:
    return {"count": count, "more": more}


def _payments(it: Operating) -> Json:
    read = {
        status: _counted(it.services, lists.payments(status.value, newest_first=False), as_instruction)
        for status in (InstructionStatus.PENDING, InstructionStatus.FAILED)
    }
    pending, more = read[InstructionStatus.PENDING]
    failed, more_failed = read[InstructionStatus.FAILED]
    held, more_held = _counted(it.services, lists.held_payouts(), lambda found: found)
    return {
        "pending": _number(len(pending), more=more),
        "overdue": _number(sum(known.overdue_at is not None for known in pending), more=more),
        "failed": _number(len(failed), more=more_failed),
        "held": _number(len(held), more=more_held),
        "oldest_pending_at": views.time(pending[0].issued_at) if pending else None,
    }


def _erasures(it: Operating, now: datetime) -> Json:
    found, more = _counted(it.services, lists.erasures(), as_erasure)
    asked = min((known.asked_at for known in found), default=None)
    return {
        "open": _number(len(found), more=more),
        "failing": _number(sum(known.failed_at is not None for known in found), more=more),
        "oldest_s": _age(asked, now) if asked else None,
    }


def _undelivered(it: Operating) -> Json:
    found, more = _counted(it.services, undelivered.listed(), as_undelivered)
    reasons = Counter(known.reason for known in found)
    return _number(len(found), more=more) | {
        "by_reason": [{"reason": reason, "count": count} for reason, count in reasons.most_common()]
    }


def _ledger(it: Operating) -> Json | None:
    """Return what the last check of the whole table found, currency by currency: held + refunded + released = paid."""
    known = it.progress.load()
    if known is None:
        return None
    return {
        "day": known.day,
        "done": known.done,
        "items": known.items,
        "faults": known.faults,
        "currencies": [
            {"currency": currency, "orders": orders, "holds": holds}
            | dict(zip(("paid", "held", "refunded", "released"), (plain(Money(n, currency)) for n in minor), strict=True))
            for currency, (orders, holds, *minor) in sorted(known.money.items())
        ],
    }


def due_orders(it: Operating, limit: int) -> Json:
    """Return the orders whose deadline has passed and is not yet recorded, the longest due of each shard first."""
    now = it.services.clock.now()
    found = [(shard, due) for shard in range(it.shards) for due in it.services.lists.due(shard, now, limit)[0]]
    first = sorted(found, key=lambda entry: entry[1].at)[:limit]
    items = [{"order_id": due.order_id, "shard": shard, "due_at": views.time(due.at)} for shard, due in first]
    return {"items": items}


def held_payouts(it: Operating, limit: int, cursor: str | None) -> Json:
    """Return the payment instructions that wait for the operator's switch."""

    def show(found: Item) -> Json:
        waiting = it.queue.as_waiting(found)
        order_id = waiting.message.recipient.partition(":")[2]
        return {"order_id": order_id, "event": waiting.message.source, "looks_again_at": views.time(waiting.at)}

    items, more = it.services.lists.read(lists.held_payouts(), limit, cursor, show)
    return {"items": items, "cursor": more}


def open_erasures(it: Operating, limit: int, cursor: str | None) -> Json:
    """Return the erasures that are not done, and since when one fails."""

    def show(found: Item) -> Json:
        known = as_erasure(found)
        return erasure.view(known) | {"failed_at": views.time(known.failed_at)}

    items, more = it.services.lists.read(lists.erasures(), limit, cursor, show)
    return {"items": items, "cursor": more}


def list_undelivered(it: Operating, reason: str | None, channel: str | None, limit: int, cursor: str | None) -> Json:
    """Return the messages that no provider took, the newest first."""

    def show(found: Item) -> Json | None:
        known = as_undelivered(found)
        wanted = reason in (None, known.reason) and channel in (None, known.message.channel)
        return _view(known) if wanted else None

    items, more = it.services.lists.read(undelivered.listed(), limit, cursor, show)
    return {"items": items, "cursor": more}


def send_again(it: Operating, actor: Actor, once: Once, ids: Sequence[str], why: Why) -> Answer:
    """Have messages sent again as of now, in one transaction. Return how many, and which were gone or sent again already."""

    def attempt() -> Answer:
        now = it.services.clock.now()
        known = it.undelivered.known(ids)
        queued = [it.queue.action(message.message, now) for message in known]
        found = {message.id for message in known}
        told = {"sent_again": len(known), "ids": sorted(found), "gone": sorted(set(ids) - found)}
        answer = Answer(OK, msgspec.json.encode(told).decode())
        it.undelivered.put_back(known, PutBack(actor, now, why.value), queued, once, answer)
        _take_out(it, known)
        return answer

    return retry(it.services, once, attempt)


def _take_out(it: Operating, known: Sequence[UndeliveredMessage]) -> None:
    """Remove messages from the queue that sets off the alarm. One that stays is not sent twice: it is marked as sent."""
    named = [(of.message.recipient, of.message.name, of.message.channel) for of in known]
    if UNDELIVERED in it.watching.queues:
        _told([], UNDELIVERED, lambda: it.watching.take_out(UNDELIVERED, named))


def _view(it: UndeliveredMessage) -> Json:
    return {
        "id": it.id,
        "at": views.time(it.at),
        "recipient": it.message.recipient,
        "channel": it.message.channel,
        "text": it.message.text,
        "event": it.message.source,
        "order_id": it.message.source.partition("#")[0],
        "reason": it.reason,
    }

"""Report what a moved clock changed: the stages of disputes, the money of orders, and who was told."""

import json
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.domain import events
from chalicelib.domain.dispute import Dispute
from chalicelib.domain.order import Order
from chalicelib.notify.audience import Audience
from chalicelib.store.codec import load
from chalicelib.store.items import text
from chalicelib.store.keys import ORDER_SK, STATE_PREFIX
from localcloud import aws, clock

PATIENCE = 20.0  # seconds for the events of the sweep to be published
SYSTEMS = ("", Audience.MARKETPLACE.value, Audience.PAYMENTS.value)  # told everything, and nobody's inbox
SETTLED = 1.0  # seconds without another message: people are told right after the marketplace's systems


@dataclass(frozen=True, slots=True)
class StoredCase:
    """An order and its disputes as the table holds them: as of the last sweep or the last command."""

    order: Order
    disputes: Mapping[str, Dispute]

    @property
    def last_events(self) -> set[str]:
        """The names of the last event of the order and of each dispute: order, stream and sequence number."""
        last = {dispute.number: dispute.version for dispute in self.disputes.values()}
        last[events.ORDER] = self.order.version
        return {f"{self.order.terms.order_id}#{stream}#{seq}" for stream, seq in last.items()}


Cases = Mapping[str, StoredCase]


def advance(endpoints: Mapping[str, Any], seconds: int) -> Iterator[str]:
    """Move the clock forward, sweep, and return what that changed as lines for people."""
    before = stored_cases(endpoints)
    _wait_for_messages(endpoints, _last_events(before))  # what went before is not the clock's doing
    sent_before = len(_sent(endpoints))
    clock.advance(endpoints, seconds)
    clock.sweep(endpoints)
    after = stored_cases(endpoints)
    _wait_for_messages(endpoints, _last_events(after) - _last_events(before))
    shows = clock.read(endpoints)
    yield f"The clock shows {shows['now']}, {_span(shows['offset_seconds'])} ahead of this machine."
    yield from report(before, after, _sent(endpoints)[sent_before:])


def stored_cases(endpoints: Mapping[str, Any]) -> dict[str, StoredCase]:
    """Read every order and dispute from the table, by order id."""
    pages = aws.client("dynamodb", endpoints["ministack"]).get_paginator("scan")
    found = pages.paginate(
        TableName=endpoints["table"],
        ConsistentRead=True,
        FilterExpression="begins_with(sk, :state)",
        ExpressionAttributeValues={":state": {"S": STATE_PREFIX}},
    )
    orders: dict[str, Order] = {}
    disputes: defaultdict[str, dict[str, Dispute]] = defaultdict(dict)
    for item in (item for page in found for item in page["Items"]):
        if item["sk"]["S"] == ORDER_SK:
            order = load(text(item, "data"), Order)
            orders[order.terms.order_id] = order
        else:
            dispute = load(text(item, "data"), Dispute)
            disputes[dispute.order_id][dispute.id] = dispute
    return {order_id: StoredCase(order, disputes[order_id]) for order_id, order in orders.items()}


def report(before: Cases, after: Cases, sent: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Describe what became of each order between two readings of the table, with the outbox's entries since."""
    told = _told(sent)
    changed = [order_id for order_id in sorted(after) if _changed(before.get(order_id), after[order_id])]
    for order_id in changed:
        case, was = after[order_id], before.get(order_id)
        yield ""
        yield f"{order_id}, bought by {case.order.terms.buyer_id} from {case.order.terms.seller_id}"
        yield from _dispute_lines(was, case)
        yield from _order_lines(was, case)
        yield from told.pop(order_id, [])
    for order_id in sorted(told):
        yield ""
        yield f"{order_id}: nothing changed"
        yield from told[order_id]
    if not changed and not told:
        yield "Nothing was due: no order and no dispute changed, and nobody was told anything."


def _changed(was: StoredCase | None, case: StoredCase) -> bool:
    return was is None or was.last_events != case.last_events


def _dispute_lines(was: StoredCase | None, case: StoredCase) -> Iterator[str]:
    known = was.disputes if was else {}
    for dispute in case.disputes.values():
        old = known.get(dispute.id)
        if old and old.version == dispute.version:
            continue
        moved = f"{old.stage.value if old else 'new'} -> {dispute.stage.value}"
        parts = [f"stays {dispute.stage.value}" if old and old.stage is dispute.stage else moved]
        parts += [dispute.outcome.value] if dispute.outcome else []
        parts += [f"refund {dispute.refund}"] if dispute.refund else []
        yield f"  dispute {dispute.id}: {', '.join(parts)}"


def _order_lines(was: StoredCase | None, case: StoredCase) -> Iterator[str]:
    order, old = case.order, was.order if was else None
    parts = ["completed"] if order.completed_at and not (old and old.completed_at) else []
    for account in ("refunded", "released"):
        amount = getattr(order.escrow, account)
        moved = amount - getattr(old.escrow, account) if old else amount
        parts += [f"{moved} {account}"] if moved.minor else []
    if parts:
        yield f"  order: {', '.join([*parts, f'{order.escrow.held} still held'])}"


def _told(sent: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return one line for each person and event, by order: the channels in which they were told of it."""
    channels: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for entry in sent:
        about = entry["attributes"]
        if entry["person"] not in SYSTEMS and "order_id" in about:
            channels[about["order_id"], entry["person"], about["event_type"]].append(entry["channel"])
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for (order_id, person, event_type), used in channels.items():
        lines[order_id].append(f"  told {person}: {event_type} ({', '.join(used)})")
    return lines


def _wait_for_messages(endpoints: Mapping[str, Any], expected: set[str]) -> None:
    """Wait until these events are published, and nothing more has come in for a moment."""
    deadline = time.monotonic() + PATIENCE
    known, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        sent = _sent(endpoints)
        if len(sent) != known:
            known, since = len(sent), time.monotonic()
        if expected <= _published(sent) and time.monotonic() - since > (SETTLED if expected else 0):
            return
        time.sleep(0.1)


def _last_events(cases: Cases) -> set[str]:
    return {event for case in cases.values() for event in case.last_events}


def _published(sent: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the events that the marketplace's systems were told of: they are told of all, before any person is."""
    return {entry["attributes"]["event"] for entry in sent if entry["person"] == Audience.MARKETPLACE.value}


def _sent(endpoints: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return everything the outbox has, in the order of arrival."""
    entries: list[dict[str, Any]] = []
    for page in ("messages.json", "systems.json"):
        with urllib.request.urlopen(f"{endpoints['outbox']}/{page}", timeout=30) as reply:
            entries += json.load(reply)
    return sorted(entries, key=lambda entry: int(entry["number"]))


def _span(seconds: int) -> str:
    """Write a number of seconds as people do: `5 d 2 h`."""
    parts = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts) or "0 s"

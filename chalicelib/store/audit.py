"""Keep which of the staff and of the marketplace's systems asked what of which case, and when (P5).

Entries are only added. No function changes or removes one: the table does, once the entry's time is over. An entry holds ids,
codes and a time, and no text that a person wrote.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Actor
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.items import Item, item
from chalicelib.store.lists import read_strongly
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.transaction import put

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_S = 24 * 3600
KEPT_DAYS = 730
"""Days for which an entry is kept, unless the deployment says otherwise."""
DONE, ASKED = "done", "asked"
"""Outcomes beside the problem codes: it was answered or carried out, or it was asked for and its outcome is elsewhere."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One request. ``operation`` is its name in the API's description, ``outcome`` is ``DONE``, ``ASKED`` or a problem's code.

    ``order_id`` and ``dispute_id`` are the case that the request named, ``person`` a buyer or seller it named, as ``role:id``.
    ``listed`` are the ids on a page of a list that spans cases, or those that a command named.
    """

    id: str
    at: datetime
    actor: Actor
    operation: str
    outcome: str = DONE
    order_id: str | None = None
    dispute_id: str | None = None
    person: str | None = None
    listed: tuple[str, ...] = ()
    reason: str | None = None
    """Why it was asked for, where its route takes one of a list of reasons."""

    @property
    def place(self) -> str:
        """The sort key: entries sort by time, and by id within a second."""
        return keys.newest_first(self.at, self.id)


def new_id() -> str:
    """Return an id that no other entry has. Ids sort by real time, so that requests within one second keep their order."""
    return f"{time.time_ns():016x}{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class View:
    """A part of the audit, in the order of time: an actor's month, everybody's month, or all of an order."""

    pk_name: str
    sk_name: str
    pk: str
    index: str | None = None


def by_actor(actor: str, month: str) -> View:
    """Return what an actor, as ``role:id``, asked for in a month, as ``2026-11``."""
    return View("pk", "sk", keys.audit_pk(actor, month))


def by_time(month: str) -> View:
    """Return what anybody asked for in a month."""
    return View("work_pk", "work_sk", keys.audit_month(month), keys.BY_WORK)


def by_order(order_id: str) -> View:
    """Return what anybody asked of an order or one of its disputes."""
    return View("case_pk", "case_sk", keys.audit_case(order_id), keys.BY_CASE)


class AuditLog:
    """The audit in the table."""

    def __init__(
        self,
        client: Callable[[], Any],
        table: str,
        kept_days: int = KEPT_DAYS,
        epoch: Callable[[], float] = time.time,
        new_id: Callable[[], str] = new_id,
    ) -> None:
        """Keep entries in ``table`` for ``kept_days`` of real time. ``new_id`` gives an id that no other entry has."""
        self.new_id = new_id
        self._client = client
        self.table = table
        self.kept_days = kept_days
        self._epoch = epoch

    def add(self, entry: AuditEntry) -> None:
        """Write an entry."""
        self._client().put_item(TableName=self.table, Item=stamped(self._stored(entry)))

    def put(self, entry: AuditEntry) -> Item:
        """Return the write of an entry within a transaction."""
        return put(self.table, self._stored(entry))

    def before(self, view: View, place: str, limit: int) -> list[AuditEntry]:
        """Return up to ``limit`` entries of a view that sort before ``place``, the newest first."""
        page = self._client().query(
            TableName=self.table,
            KeyConditionExpression=f"{view.pk_name} = :pk AND {view.sk_name} < :place",
            ExpressionAttributeValues={":pk": {"S": view.pk}, ":place": {"S": place}},
            ScanIndexForward=False,
            Limit=limit,
            **({"IndexName": view.index} if view.index else {"ConsistentRead": True}),
        )
        found: list[Item] = page["Items"]
        if view.index:
            found = [stored for _, stored in read_strongly(self._client(), self.table, found)]
        return [stored_value(stored, AuditEntry) for stored in found]

    def _stored(self, entry: AuditEntry) -> Item:
        actor = f"{entry.actor.role.value}:{entry.actor.id}"
        key = item(pk=keys.audit_pk(actor, month_of(entry.place)), sk=entry.place)
        kept = item(data=dump(entry), expires_at=int(self._epoch()) + self.kept_days * DAY_S)
        return key | kept | lists_of(entry)


def lists_of(entry: AuditEntry) -> Item:
    """Return the places of an entry in the lists of a month and of an order."""
    everybodys = item(work_pk=keys.audit_month(month_of(entry.place)), work_sk=entry.place)
    return everybodys | (item(case_pk=keys.audit_case(entry.order_id), case_sk=entry.place) if entry.order_id else {})


def month_of(place: str) -> str:
    """Return the month that a sort key, or a moment on the wire, lies in."""
    return place[:7]


def start_of(month: str) -> str:
    """Return the place before every entry of a month."""
    return f"{month}-01T00:00:00Z"


def month_before(month: str) -> str:
    """Return the month before ``month``."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year:04d}-{number - 1:02d}" if number > 1 else f"{year - 1:04d}-12"

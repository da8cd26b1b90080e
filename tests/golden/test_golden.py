"""Every item that a release has stored is read by this version, for ever (I17)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.dispute import Dispute
from chalicelib.domain.events import PAYLOADS
from chalicelib.domain.ledger import LedgerEntry, PaymentInstruction
from chalicelib.domain.order import Order
from chalicelib.domain.statistics import Counted
from chalicelib.domain.thread import Message, Thread
from chalicelib.domain.webhooks import Delivery, Health, WebhookEndpoint
from chalicelib.store.audit import AuditEntry
from chalicelib.store.cases import event_of
from chalicelib.store.connections import Connection, Pass
from chalicelib.store.message_queue import QueuedMessage
from chalicelib.store.notes import CaseNote
from chalicelib.store.people import Erasure, Owner, Profile
from chalicelib.store.replies import Replies
from chalicelib.store.schema import schema_of, stored_value
from chalicelib.store.undelivered import UndeliveredMessage
from chalicelib.store.uploads import Upload
from tests.golden.generate import HERE, SORT_KEYS, kind_of

if TYPE_CHECKING:
    from pathlib import Path

READ_AS: dict[str, Any] = {
    "#ORDER": Order,
    "#DISPUTE": Dispute,
    "CLOSED": Dispute,
    "LEDGER": LedgerEntry,
    "PAYMENT": PaymentInstruction,
    "THREAD": Thread,
    "MESSAGE": Message,
    "UPLOAD": Upload,
    "NOTE": CaseNote,
    "PROFILE": Profile,
    "ERASURE": Erasure,
    "OWNER": Owner,
    "TRACK": dict[str, list[str]],
    "OUT": QueuedMessage,
    "TALLY": list[str],
    "TICKET": Pass,
    "AUDIT": AuditEntry,
    "CONNECTION": Connection,
    "CONNECTIONS": Connection,
    "LISTENERS": Connection,
    "WEBHOOKS": WebhookEndpoint,
    "HEALTH": Health,
    "DELIVERY": Delivery,
    "COUNTED": Counted,
    "UNDELIVERED": UndeliveredMessage,
    "REPLIES": Replies,
}
"""The kinds of items with a value, and what it is. The others have plain attributes."""
RELEASES = sorted(place for place in HERE.iterdir() if place.is_dir() and place.name[0].isdigit())
FILES = [file for place in RELEASES for file in sorted(place.glob("*.json"))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_a_release_has_stored_is_read(file: Path) -> None:
    """I17: an item of each kind, and an event of each type, as each release has stored it."""
    item = json.loads(file.read_text(encoding="utf-8"))
    kind = kind_of(item)
    assert schema_of(item) >= 1
    if kind == "EVENT":
        event = event_of(item)
        assert item["type"]["S"] == event.payload.type
        if "dispute" in item:
            assert stored_value(item, Dispute, "dispute").id == item["dispute_id"]["S"]
    elif kind in READ_AS:
        assert stored_value(item, READ_AS[kind])


def test_the_newest_release_has_every_kind_and_every_event() -> None:
    """I17: a new kind of item or type of event is among the files; ``python -m tests.golden.generate`` writes them."""
    newest = [json.loads(file.read_text(encoding="utf-8")) for file in RELEASES[-1].glob("*.json")]
    assert set(SORT_KEYS) == {kind_of(item) for item in newest}
    assert set(PAYLOADS) == {item["type"]["S"] for item in newest if kind_of(item) == "EVENT"}

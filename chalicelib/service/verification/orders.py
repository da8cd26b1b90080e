"""Check one order with all that belongs to it: its log, state, money, lists, deadline and locks."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chalicelib.domain.case import Case
from chalicelib.domain.dispute import Dispute
from chalicelib.domain.events import ORDER, Event, ledger_entry
from chalicelib.domain.evolve import fold
from chalicelib.domain.ledger import LedgerEntry, PaymentInstruction
from chalicelib.domain.order import Order
from chalicelib.domain.personal_data import outline
from chalicelib.domain.thread import Message, Thread
from chalicelib.service.verification import derived, money
from chalicelib.service.verification.findings import Fault, Finding
from chalicelib.store import keys
from chalicelib.store.cases import event_of
from chalicelib.store.items import OUTLINE, text, version_of
from chalicelib.store.notes import CaseNote
from chalicelib.store.parcel_locks import holder_of, named_numbers
from chalicelib.store.schema import UNREADABLE, NewerData, stored_value
from chalicelib.store.uploads import Upload, UploadStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chalicelib.domain.policy import PolicyBook
    from chalicelib.store.items import Item
    from chalicelib.store.parcel_locks import Key

    Holders = Callable[[Key], dict[str, list[str]]]
    """Returns the orders that a number's lock names, by their people; strongly read."""

KINDS: dict[str, type] = {
    "CLOSED": Dispute,
    "DISPUTE": Dispute,
    "EVENT": Event,
    "LEDGER": LedgerEntry,
    "MESSAGE": Message,
    "NOTE": CaseNote,
    "ORDER": Order,
    "PAYMENT": PaymentInstruction,
    "THREAD": Thread,
    "UPLOAD": Upload,
}
"""The values of an order's items, by the beginning of the sort key."""


@dataclass(slots=True)
class Partition:
    """The items of one order: each kind in the order of the keys, with its value; and what could not be read."""

    pk: str
    items: dict[str, Item] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    unreadable: list[Finding] = field(default_factory=list)

    def of(self, kind: str) -> list[Any]:
        """Return the values of one kind, in the order of their keys."""
        return list(self.values[kind].values())

    @property
    def order(self) -> Order | None:
        """The order's state; None where there is none, or none that can be read."""
        return next(iter(self.of("ORDER")), None)

    @property
    def whole(self) -> bool:
        """True if everything could be read, so that one item can be compared with another."""
        return not self.unreadable

    def case(self, policies: PolicyBook) -> Case | None:
        """Return the case; None where it cannot be read."""
        if self.order is None or not self.whole:
            return None
        disputes = tuple(self.values["CLOSED"].get(_closed(sk), it) for sk, it in self.values["DISPUTE"].items())
        return Case(self.order, disputes, policies.version(self.order.policy_version))

    def outlines(self) -> Iterator[tuple[str, Dispute, Dispute | None]]:
        """Yield the key of each closed dispute's outline, the outline, and the whole; None where it is not there."""
        for sk, it in self.values["DISPUTE"].items():
            if OUTLINE in self.items[sk]:
                yield sk, it, self.values["CLOSED"].get(_closed(sk))


def _closed(sk: str) -> str:
    """Return the key of a closed dispute's whole state, of which the item at ``sk`` is the outline."""
    return keys.closed_sk(int(sk.rpartition("#")[2]))


def partition(pk: str, items: Sequence[Item]) -> Partition:
    """Read every item of an order."""
    made = Partition(pk)
    for stored in sorted(items, key=lambda it: text(it, "sk")):
        sk = text(stored, "sk")
        made.items[sk] = stored
        kind = KINDS.get(keys.kind_of(sk))
        if kind is None:
            made.unreadable.append(Finding(Fault.UNKNOWN_ITEM, f"{pk} {sk}", "no release has such a key"))
            continue
        if kind is Order and (wrong := _unbalanced(stored)):
            made.unreadable.append(Finding(Fault.ESCROW_EQUATION, f"{pk} {sk}", wrong))
            continue
        try:
            made.values[keys.kind_of(sk)][sk] = event_of(stored) if kind is Event else stored_value(stored, kind)
        except NewerData as error:
            made.unreadable.append(Finding(Fault.NEWER_SCHEMA, f"{pk} {sk}", str(error)))
        except UNREADABLE as error:
            made.unreadable.append(Finding(Fault.UNREADABLE, f"{pk} {sk}", type(error).__name__))
    if made.whole:
        gone = [sk for sk, _, whole in made.outlines() if whole is None]
        made.unreadable += (Finding(Fault.LOG_DIFFERS, f"{pk} {_closed(sk)}", "it is not there") for sk in gone)
    return made


def _unbalanced(stored: Item) -> str:
    """Return what is wrong with the stored balance; empty if nothing is, or it cannot be read.

    The stored text is looked at, since a balance that is wrong cannot exist as a value.
    """
    try:
        balance = {name: int(amount["minor"]) for name, amount in json.loads(text(stored, "data"))["escrow"].items()}
        wrong = balance["held"] + balance["refunded"] + balance["released"] != balance["paid"]
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return f"the balance is {balance}" if wrong or min(balance.values()) < 0 else ""


def check_order(it: Partition, policies: PolicyBook, shards: int, holders: Holders) -> Iterator[Finding]:
    """Yield every fault of an order. What cannot be read is named, and then nothing is compared."""
    yield from it.unreadable
    if keys.ORDER_SK not in it.items:
        yield Finding(Fault.NO_ORDER, it.pk, f"{len(it.items)} items, and no {keys.ORDER_SK}")
        return
    case = it.case(policies)
    if case is None:
        return
    yield from _log(it, case, policies)
    yield from (Finding(code, f"{it.pk} {keys.ORDER_SK}", said) for code, said in money.complaints(case.order, it.of("LEDGER")))
    yield from _stands(it, case, shards)
    yield from _thread(it)
    yield from _locks(it, case, holders)


def _log(it: Partition, case: Case, policies: PolicyBook) -> Iterator[Finding]:
    """The events: without gaps, in time, folding to the state, and with the ledger's entries."""
    events: list[Event] = it.of("EVENT")
    streams = {event.stream for event in events} | set(range(len(case.disputes) + 1))
    gaps = [n for n in sorted(streams) if not _numbered([event.seq for event in events if event.stream == n])]
    yield from (Finding(Fault.EVENT_GAP, f"{it.pk} {keys.events_prefix(n)}", "not numbered without gaps") for n in gaps)
    for before, event in pairwise(events):
        if before.stream == event.stream and event.at < before.at:
            key = f"{it.pk} {keys.event_sk(event.stream, event.seq)}"
            yield Finding(Fault.TIME_BACKWARDS, key, "it is older than the event before it")
    entries = [entry for event in events if event.stream == ORDER and (entry := ledger_entry(event.payload))]
    if entries != it.of("LEDGER"):
        at = [known.number for known in it.of("LEDGER")]
        words = f"the events have entries {[entry.number for entry in entries]}, the ledger has {at}, or other contents"
        yield Finding(Fault.LEDGER_DIFFERS, f"{it.pk} {keys.LEDGER_PREFIX}", words)
    if not gaps:
        yield from _state(it, case, events, policies)
    locked = it.items[keys.ORDER_SK].get("v", {}).get("N")
    if locked != str(version_of(case)):
        words = f"the lock counts {locked} events, and the state {version_of(case)}"
        yield Finding(Fault.VERSION_DIFFERS, f"{it.pk} {keys.ORDER_SK}", words)


def _numbered(numbers: list[int]) -> bool:
    return bool(numbers) and numbers == list(range(1, len(numbers) + 1))


def _state(it: Partition, case: Case, events: list[Event], policies: PolicyBook) -> Iterator[Finding]:
    """The state against its log. Streams are independent of each other, so they are folded one after the other."""
    try:
        folded = fold(events, policies)
    except (ValueError, LookupError, AttributeError) as error:
        yield Finding(Fault.LOG_DIFFERS, it.pk, f"the log cannot be folded: {type(error).__name__}")
        return
    if folded.order != case.order:
        yield Finding(Fault.LOG_DIFFERS, f"{it.pk} {keys.ORDER_SK}", f"differs in {_differing(folded.order, case.order)}")
    for sk, known, whole in it.outlines():
        if whole and known != outline(whole):
            yield Finding(Fault.LOG_DIFFERS, f"{it.pk} {sk}", f"its outline differs in {_differing(known, outline(whole))}")
    for number in range(1, max(len(folded.disputes), len(case.disputes)) + 1):
        pair = [known.disputes[number - 1] if number <= len(known.disputes) else None for known in (folded, case)]
        if pair[0] != pair[1]:
            words = f"differs in {_differing(*pair)}" if all(pair) else "is in the log or in the state only"
            place = keys.closed_sk(number) if keys.closed_sk(number) in it.items else keys.dispute_sk(number)
            yield Finding(Fault.LOG_DIFFERS, f"{it.pk} {place}", words)


def _differing(one: Any, other: Any) -> str:  # noqa: ANN401 - two values of one class
    """Return the names of the fields that differ: their contents may be somebody's words."""
    return ", ".join(known.name for known in fields(one) if getattr(one, known.name) != getattr(other, known.name))


def _stands(it: Partition, case: Case, shards: int) -> Iterator[Finding]:
    """The items' places in the lists and among what is due, and the state of each payment where it is listed."""
    order_id = case.order.terms.order_id
    seen = set()
    for wanted in derived.items_of(case, shards):
        sk = text(wanted, "sk")
        seen.add(sk)
        key, stored = f"{it.pk} {sk}", it.items.get(sk)
        if stored is None:
            yield Finding(Fault.PAYMENT_DIFFERS, key, "it is not listed")
            continue
        wrong = derived.differences(stored, wanted, derived.IN_LISTS)
        if wrong and derived.differences(stored, derived.listed_as_open(wanted), derived.IN_LISTS):
            yield Finding(Fault.INDEX_DIFFERS, key, f"differs in {', '.join(wrong)}")
        if wrong := derived.due_differences(stored, wanted, order_id, shards):
            yield Finding(Fault.DEADLINE_DIFFERS, key, f"differs in {', '.join(wrong)}")
    listed: dict[str, PaymentInstruction] = it.values["PAYMENT"]
    known = {keys.payment_sk(n): instruction for n, instruction in enumerate(case.order.instructions, 1)}
    for sk, instruction in listed.items():
        if sk not in known:
            yield Finding(Fault.PAYMENT_DIFFERS, f"{it.pk} {sk}", "the order has no such payment")
        elif known[sk] != instruction:
            yield Finding(Fault.PAYMENT_DIFFERS, f"{it.pk} {sk}", f"differs in {_differing(known[sk], instruction)}")
    for sk, upload in it.values["UPLOAD"].items():
        if upload.status not in (UploadStatus.CONFIRMED, UploadStatus.READY) and "expires_at" not in it.items[sk]:
            yield Finding(Fault.NEVER_EXPIRES, f"{it.pk} {sk}", f"an upload that is {upload.status}")


def _thread(it: Partition) -> Iterator[Finding]:
    threads: list[Thread] = it.of("THREAD")
    messages: list[Message] = it.of("MESSAGE")
    counted = threads[0].count if threads else 0
    numbers = [message.number for message in messages]
    if numbers != list(range(1, counted + 1)):
        words = f"it counts {counted} messages, and there are {len(numbers)}"
        yield Finding(Fault.THREAD_GAP, f"{it.pk} {keys.THREAD_SK}", words)
    notes = Counter(note.dispute for note in it.of("NOTE"))
    for dispute, count in notes.items():
        if [note.number for note in it.of("NOTE") if note.dispute == dispute] != list(range(1, count + 1)):
            yield Finding(Fault.THREAD_GAP, f"{it.pk} {keys.notes_prefix(dispute)}", "notes are not numbered without gaps")


def _locks(it: Partition, case: Case, holders: Holders) -> Iterator[Finding]:
    terms = case.order.terms
    for key in sorted(named_numbers(case)):
        if terms.order_id not in holders(key).get(holder_of(terms), ()):
            words = f"a number in {key[0]} is not locked to the order"
            yield Finding(Fault.LOCK_MISSING, f"{it.pk} {keys.ORDER_SK}", words)

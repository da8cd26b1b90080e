"""The limits and windows as versioned data (C6). An order is judged by the version in force when it was paid.

A version names what it changes over the one before it. A published version is never edited.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.domain.carriers import Carrier
from chalicelib.domain.evidence import EvidenceType, EvidenceWanted
from chalicelib.domain.guarantees import COVERED, Reason
from chalicelib.domain.people import PARTIES, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of every limit and window. ``_days`` are days of 24 hours."""

    version: str
    """The version's name, which orders and disputes show."""
    in_force_from: datetime
    """Orders paid from then on are judged by it, until the next version's time."""
    carrier_days: dict[str, int]
    """The promise that applies where the seller made none, by carrier, from shipment (O5)."""
    unshipped_days: int
    """The promise, from payment, while nothing has been shipped and the seller named no date (O5)."""
    record_tolerance_days: int
    """How long before a parcel's ``shipped_at`` a carrier's record of it may lie (O6)."""
    refund_unscanned: bool
    """Whether the close of protection refunds lines that no carrier ever had; off for a marketplace without records (O7)."""
    protection_days: int
    """How long protection lasts after delivery or, with none on record, after the promise (O7)."""
    promise_extension_at_most_days: int
    """How far beyond the first promise all extensions together reach without the buyer's consent (O8)."""
    extension_requests_at_most: int
    """How often the buyer of an order is asked for a later delivery than that (O8)."""
    delivery_objection_days: int
    """How long the buyer has to object when the carrier shows a claimed line as delivered in time (C5)."""
    longest_promise_days: int
    """How far after payment a promise may lie, and how far ahead an extension may reach (O1, O8)."""
    seller_answer_days: int
    """How long the seller has for the first answer; then the request is granted as asked."""
    early_escalation_days: int
    """How long the buyer of a silent seller waits before a mediator can be asked for."""
    negotiation_days: int
    """How long the parties negotiate after the seller's first answer; then a mediator is asked for."""
    review_days: int
    """How long a review may take; then it is decided by default."""
    information_days: int
    """How long a party has to answer a mediator's question (D4)."""
    mediator_idle_days: int
    """How long a mediator may leave a case untouched; then it goes back to the queue (D4)."""
    late_delivery_days: int
    """How long after a refund for not received a delivery in time that becomes known opens the seller's appeal (D5)."""
    late_delivery_appeal_days: int
    """How long the seller has for that appeal (D5)."""
    return_shipping_days: int
    """How long the buyer has to send an item back; then the dispute expires."""
    return_receipt_days: int
    """How long the seller has to object once the carrier has delivered a return; then it is refunded."""
    return_lost_days: int
    """How long after shipping a return with no delivery on record is judged by what else is known of it."""
    replacement_shipping_days: int
    """How long the seller has until a carrier has the replacement; then the money is refunded (D2)."""
    replacement_delivery_days: int
    """How long the replacement may travel, from when it became known that a carrier has it (D2)."""
    postage_percent_at_most: int
    """How much of the price of the lines that go back the seller repays as postage at most, in percent (C3)."""
    appeal_days: int
    """How long a decision can be appealed; then it is carried out (D5)."""
    granted_at_most_days: int
    """All the time that one party may grant the other in one dispute (D6)."""
    open_disputes_at_most: int
    """Disputes open at once about one order (C3)."""
    disputes_at_most: int
    """Disputes over the life of one order (C3)."""
    parcels_at_most: int
    """Parcels that one order travels in (O4)."""
    carrier_records_at_most: int
    """A carrier's records of a parcel's progress, and as many of its delivery or return (O6)."""
    order_records_at_most: int
    """Carriers' records of all parcels of an order, after which each parcel has room only for few more (O6)."""
    parcel_records_at_least: int
    """Records of each kind for which every parcel has room, however many the order has (O6)."""
    proposals_at_most: int
    """Proposals of each side in one dispute: the buyer, the seller, its mediators together (D1)."""
    evidence_at_most: int
    """Pieces of evidence per party in one dispute, words and files together, beside answers to a mediator (N6, D4)."""
    image_megabytes_at_most: int
    """The size of an uploaded photo, in units of 1,048,576 bytes (N6)."""
    video_megabytes_at_most: int
    """The size of an uploaded video, in the same units (N6)."""
    document_megabytes_at_most: int
    """The size of an uploaded PDF, in the same units (N6)."""
    evidence: dict[Reason, dict[Role, EvidenceWanted]]
    """What each party is asked to show, by the reason that a claim is judged under; stated before it is opened (N6)."""
    information_requests_at_most: int
    """A mediator's questions in one dispute (D4)."""
    thread_days: int
    """How long after an order is completed its thread still takes messages (N5)."""
    messages_at_most: int
    """Messages of one person in the thread of an order (N5)."""
    charge_percent_at_most: int
    """How much one side is charged at most over an order's life, in percent of the order's price (M4)."""
    payment_silent_hours: int
    """How long nothing is heard of a payment instruction before it is published again (M2)."""
    payment_overdue_hours: int
    """How long nothing is heard of it before people are alarmed (M2)."""
    payment_retry_hours: tuple[int, ...]
    """The wait before each new attempt of a failed payment instruction (M2); when they are used up, people act."""

    def days(self, name: str) -> timedelta:
        """Return the window called ``name`` as a duration."""
        return timedelta(days=getattr(self, f"{name}_days"))

    def evidence_for(self, reason: Reason) -> dict[Role, EvidenceWanted]:
        """Return what each party is asked to show for such a claim: nothing for a reason that is never covered."""
        return self.evidence.get(reason, dict.fromkeys(PARTIES, EvidenceWanted((), ())))


_COVERABLE = tuple(reason.value for reason in COVERED)
_LIMITS = tuple(field.name for field in fields(Policy) if field.type == "int")
_SWITCHES = tuple(field.name for field in fields(Policy) if field.type == "bool")
_BY_MEMBER = ("carrier_days", "evidence")
"""The limits that have a value for each carrier or reason. A version names only those that it changes."""

UNNAMED_CARRIER_DAYS = 39
"""``carrier_days`` of a carrier that no version names yet, which is one added after them: the longest of the first version."""
UNNAMED_REASON_EVIDENCE = {"required": [], "optional": ["photo", "video", "document", "correspondence", "statement"]}
"""``evidence`` of each party for a reason that no version names yet: all that fits any claim, and nothing required."""


def inherited(before: Mapping[str, Any] | None, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return all the data of a version that names only its ``changes`` over the complete data of the version ``before``.

    The first version has none before it and names every limit; only a carrier or a reason may be missing there, as an enum
    can grow after a version is published and a published version is never edited (C6).
    Raises ``ValueError`` for a version without a name or a time of its own.
    """
    if not {"version", "in_force_from"} <= changes.keys():
        msg = f"policy {changes.get('version')!r}: missing version or in_force_from, which no version inherits"
        raise ValueError(msg)
    base = before or {
        "carrier_days": {carrier.value: UNNAMED_CARRIER_DAYS for carrier in Carrier},
        "evidence": {reason: {party.value: UNNAMED_REASON_EVIDENCE for party in PARTIES} for reason in _COVERABLE},
    }
    return {**base, **changes} | {name: {**base[name], **changes.get(name, {})} for name in _BY_MEMBER}


def policy_from_data(data: Mapping[str, Any]) -> Policy:
    """Build one version from its complete data. Raises ``ValueError`` naming what is missing, unknown or out of range."""
    names = {field.name for field in fields(Policy)}
    if data.keys() != names:
        msg = f"policy {data.get('version')!r}: missing {sorted(names - data.keys())}, unknown {sorted(data.keys() - names)}"
        raise ValueError(msg)
    in_force_from = datetime.fromisoformat(data["in_force_from"])
    if in_force_from.tzinfo is None:
        msg = f"policy {data['version']!r}: in_force_from needs a time zone"
        raise ValueError(msg)
    if set(data["carrier_days"]) != {carrier.value for carrier in Carrier}:
        msg = f"policy {data['version']!r}: carrier_days names each of {', '.join(sorted(Carrier))} and no other"
        raise ValueError(msg)
    limits = [data[name] for name in _LIMITS]
    for number in (*limits, *data["carrier_days"].values(), *data["payment_retry_hours"]):
        if type(number) is not int or not 0 < number <= 10_000:  # noqa: PLR2004 - a sanity bound, not a rule
            msg = f"policy {data['version']!r}: {number!r} is not a whole number from 1 to 10000"
            raise ValueError(msg)
    if not all(type(data[name]) is bool for name in _SWITCHES):
        msg = f"policy {data['version']!r}: {', '.join(_SWITCHES)} are true or false"
        raise ValueError(msg)
    if data["early_escalation_days"] >= data["seller_answer_days"]:
        msg = f"policy {data['version']!r}: the buyer's early escalation comes before the seller's deadline"
        raise ValueError(msg)
    typed = {
        "in_force_from": in_force_from,
        "payment_retry_hours": tuple(data["payment_retry_hours"]),
        "evidence": _evidence(data),
    }
    return Policy(**{**data, **typed})


def _evidence(data: Mapping[str, Any]) -> dict[Reason, dict[Role, EvidenceWanted]]:
    """Read ``evidence``. Raises ``ValueError`` unless it names both parties for every reason that can be covered."""
    parties = {party.value for party in PARTIES}
    if set(data["evidence"]) != {*_COVERABLE} or any(set(asked) != parties for asked in data["evidence"].values()):
        msg = f"policy {data['version']!r}: evidence names buyer and seller for each of {', '.join(sorted(_COVERABLE))}"
        raise ValueError(msg)
    return {
        Reason(reason): {Role(party): _wanted(data["version"], wanted) for party, wanted in asked.items()}
        for reason, asked in data["evidence"].items()
    }


def _wanted(version: str, asked: Mapping[str, Any]) -> EvidenceWanted:
    """Read what one party is asked for. Raises ``ValueError`` for evidence that is listed twice or unknown."""
    if set(asked) != {"required", "optional"} or len({*asked["required"], *asked["optional"]}) != sum(map(len, asked.values())):
        msg = f"policy {version!r}: evidence lists what is required and what is optional, each thing once"
        raise ValueError(msg)
    return EvidenceWanted(tuple(map(EvidenceType, asked["required"])), tuple(map(EvidenceType, asked["optional"])))


class PolicyBook:
    """All versions. One is found by its name, or by the moment when an order was paid (C6)."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        """Order the versions by when they come into force. Raises ``ValueError`` for none, or for repeated names."""
        self._policies = sorted(policies, key=lambda policy: policy.in_force_from)
        self._by_version = {policy.version: policy for policy in self._policies}
        if not self._policies or len(self._by_version) != len(self._policies):
            msg = "a policy book holds at least one version, each under its own name"
            raise ValueError(msg)

    def in_force(self, at: datetime) -> Policy:
        """Return the newest version in force at ``at``, or the first one if none was."""
        return next((p for p in reversed(self._policies) if p.in_force_from <= at), self._policies[0])

    def version(self, name: str) -> Policy:
        """Return the version called ``name``. Raises ``KeyError`` for one that was never published."""
        return self._by_version[name]

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._policies)


def book_from_data(versions: Iterable[Mapping[str, Any]]) -> PolicyBook:
    """Build the book of some versions, in the order in which they come into force.

    Raises ``ValueError`` for a version that is not sound, or that comes into force before the one that it changes.
    """
    policies: list[Policy] = []
    complete: dict[str, Any] | None = None
    for changes in versions:
        complete = inherited(complete, changes)
        policy = policy_from_data(complete)
        if policies and policy.in_force_from <= policies[-1].in_force_from:
            msg = f"policy {policy.version!r}: in_force_from is not later than that of {policies[-1].version!r} before it"
            raise ValueError(msg)
        policies.append(policy)
    return PolicyBook(policies)


@lru_cache(maxsize=1)
def published() -> PolicyBook:
    """Return the versions shipped beside this module, in `policies.json`. They are validated once."""
    return book_from_data(json.loads(Path(__file__).with_name("policies.json").read_text(encoding="utf-8")))

"""Personal data: the fields that hold a person's words or address, and their erasure (P2)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.domain import events as e
from chalicelib.domain.claim import Claim
from chalicelib.domain.dispute import Decision, Dispute, InformationRequest, Proposal
from chalicelib.domain.evidence import Evidence, File
from chalicelib.domain.ledger import PaymentInstruction
from chalicelib.domain.order import OrderTerms
from chalicelib.domain.parcel import CarrierRecord, Parcel
from chalicelib.domain.people import PARTIES, ReturnAddress, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    Owner = Callable[[Any, Role | None], tuple[Role, ...]]

T = TypeVar("T")

ERASED = "[erased]"
"""The text that replaces a person's words."""
ANOTHERS = "[another person's words]"
"""The text that replaces them in a copy for somebody else."""


def _proposer(value: Proposal | Evidence, _: Role | None) -> tuple[Role, ...]:
    return (value.by,)


def _author(_: object, author: Role | None) -> tuple[Role, ...]:
    return (author,) if author else ()


def _always(*owners: Role) -> Owner:
    return lambda *_: owners


WORDS: dict[type, dict[str, Owner]] = {
    # The name of a shop is public, but it can be its owner's.
    OrderTerms: {"seller_name": _always(Role.SELLER)},
    Claim: {"description": _always(Role.BUYER)},
    Proposal: {"note": _proposer},
    Evidence: {"note": _proposer},
    # A hash of the content: somebody who has the file could tell by it that this person gave it.
    File: {"etag": _author},
    Dispute: {"postage_objection": _always(Role.SELLER)},
    e.ReturnAcknowledged: {"postage_objection": _always(Role.SELLER)},
    Parcel: {"carrier_name": _always(Role.BUYER)},
    # They may name who took the parcel, and the town that it went to: the buyer's, or the seller's for a return.
    CarrierRecord: {"words": _always(*PARTIES)},
    e.ProposalDeclined: {"note": _author},
    e.Escalated: {"note": _author},
    # The marketplace's own record of why it decided as it did. It is kept with the decision.
    InformationRequest: {"question": _always(Role.MEDIATOR)},
    Decision: {"rationale": _always(Role.MEDIATOR)},
    # The address is always the seller's, also if another person wrote it. The country stays: rules ask for it (D3).
    ReturnAddress: dict.fromkeys(("name", "lines", "city", "postal_code"), _always(Role.SELLER)),
    # The payment system's words may name either side's bank.
    PaymentInstruction: {"failure": _always(*PARTIES)},
    e.PaymentFailed: {"failure": _always(*PARTIES)},
}
"""The fields that hold words, and the parties at whose request they are erased. All other texts are ids and codes."""


def without_words(value: T, person: Role, author: Role | None = None) -> T:
    """Return ``value`` with the words of ``person`` erased at any depth; itself if there are none.

    ``author`` is who caused the event that ``value`` is the payload of, or gave the evidence that it is part of. What is
    empty stays empty: it says nothing.
    """
    return _replaced(value, lambda owners: person in owners, ERASED, author)


def only_words_of(value: T, person: Role, author: Role | None = None) -> T:
    """Return ``value`` with the words of the other party left out at any depth: what ``person`` may have a copy of.

    The marketplace's own words about the person, such as why it decided as it did, stay.
    """
    return _replaced(value, lambda owners: person not in owners and bool(set(owners) & set(PARTIES)), ANOTHERS, author)


def _replaced(value: T, chosen: Callable[[tuple[Role, ...]], bool], text: str, author: Role | None) -> T:
    """Return ``value`` with each field whose owners are ``chosen`` replaced by ``text``, at any depth."""
    if isinstance(value, tuple):
        return tuple(_replaced(part, chosen, text, author) for part in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    owners = WORDS.get(type(value), {})
    within = value.by if isinstance(value, Evidence) else author
    changes: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        owned = field.name in owners and chosen(owners[field.name](value, author))
        new = _in_place_of(old, text) if owned else _replaced(old, chosen, text, within)
        if new != old:
            changes[field.name] = new
    return replace(value, **changes) if changes else value


def wordless(value: T) -> T:
    """Return ``value`` with everybody's words and addresses left out at any depth; a country stays."""
    if isinstance(value, tuple):
        return tuple(wordless(part) for part in value)  # type: ignore[return-value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    words = WORDS.get(type(value), {})
    return replace(value, **{it.name: _left_out(value, it.name, it.name in words) for it in fields(value) if it.init})


def outline(closed: Dispute) -> Dispute:
    """Return a closed dispute without what only its own readers ask for: words, evidence, offers and carrier records.

    What is left is small, and all that the rules about the order's other disputes ask for.
    """
    back = closed.return_parcel
    parcel = replace(back, records=()) if back else None
    return wordless(replace(closed, evidence=(), proposals=(closed.request,), return_parcel=parcel))


def as_told(dispute: Dispute, payload: e.Payload) -> Dispute:
    """Return a dispute as one of its events keeps it: all that those who are told of the event ask for, however long it is.

    Words and evidence are in the events themselves. Of the offers those are left that still matter.
    """
    named = (dispute.request_id, dispute.on_table, getattr(payload, "proposal_id", None))
    newest = dispute.proposals[-2:]
    proposals = tuple(it for it in dispute.proposals if it.id in named or it in newest)
    return wordless(replace(dispute, evidence=(), proposals=proposals))


def _left_out(value: object, name: str, is_words: bool) -> Any:  # noqa: ANN401, FBT001 - a field of any type
    old = getattr(value, name)
    return type(old)() if is_words and old else wordless(old)


def _in_place_of(words: Any, text: str) -> Any:  # noqa: ANN401 - a text, several, or none
    if isinstance(words, tuple):
        return (text,) if words else ()
    return text if words else words

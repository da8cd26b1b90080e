"""Every text of a case is listed with its author, and erasing takes out one person's texts and nothing else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_type_hints

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.claim import Claim
from chalicelib.domain.dispute import Dispute
from chalicelib.domain.erasure import erase_words, has_ended, streams_to_erase
from chalicelib.domain.events import PAYLOADS, WordsErased
from chalicelib.domain.evidence import ContentType, EvidenceType, File
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.order import Order
from chalicelib.domain.people import PARTIES, AddressBook, Role
from chalicelib.domain.personal_data import ERASED, WORDS, without_words
from tests.domain.worlds import AT_HOME, BUYER, DAMAGED, DAY, MEDIATOR, SELLER, World, delivered, money

IDS_AND_CODES: dict[str, set[str]] = {
    "OrderTerms": {"order_id", "buyer_id", "seller_id", "currency", "destination_country"},
    "Line": {"id", "title", "image_url", "url"},  # what was sold, in the marketplace's words: what the money was paid for
    "LineState": {"line_id"},
    "ClaimItem": {"line_id"},
    "LineCap": {"line_id"},
    "LinePromise": {"line_id"},
    "RefundShare": {"line_id"},
    "LineCredit": {"line_id"},
    "DeliveryNotice": {"line_ids"},
    "CarrierRecord": {"destination"},  # a country
    "Money": {"currency"},
    "Order": {"policy_version", "charges"},  # accounts and what each was charged
    "OrderImported": {"policy_version"},
    "LedgerEntry": {"cause"},  # a dispute's id, or why the clock moved it
    "Charge": {"payer", "payee"},  # accounts
    "PaymentInstruction": {"id", "payee", "payer", "reference"},
    "PaymentSettled": {"instruction_id", "reference"},
    "PaymentFailed": {"instruction_id"},
    "PaymentRetried": {"instruction_id"},
    "PaymentRepublished": {"instruction_id"},
    "PaymentOverdue": {"instruction_id"},
    "Parcel": {"tracking_number", "line_ids", "destination"},
    "ReceiptConfirmed": {"line_ids"},
    "PromiseExtended": {"line_ids"},
    "RefundIssued": {"dispute_id"},
    "RefundCredited": {"dispute_id"},
    "Charged": {"dispute_id"},
    "DeliveryShown": {"line_ids"},
    "DisputeOpened": {"dispute_id", "judged_by"},
    "ClaimNarrowed": {"delivered"},
    "ProposalDeclined": {"proposal_id"},
    "ProposalAccepted": {"proposal_id", "return_label"},
    "ReturnShipped": {"receipt"},
    "ReplacementArrived": {"line_ids"},
    "MediatorAssigned": {"mediator"},
    "InformationRequestLapsed": {"request_id"},
    "DecisionAccepted": {"decision_id"},
    "Proposal": {"id", "return_label"},
    "Evidence": {"id", "answers"},
    "Grant": {"return_label"},
    "File": {"upload_id"},  # its objects are removed by themselves
    "InformationRequest": {"id", "carried_from"},
    "Decision": {"id", "by", "return_label"},
    "ReturnAddress": {"country"},
    "Dispute": {
        *("id", "policy_version", "request_id", "on_table", "mediator", "handled_by", "former_mediators"),
        "return_receipt",
    },
    "LateDelivery": {"line_ids"},
    "DeliveredAfterRefund": {"line_ids"},
    "MediatorReleased": {"mediator"},
}
"""The texts that stay, by type: opaque ids, codes, and what was sold."""


def types_in(hint: Any) -> set[type]:  # noqa: ANN401 - a type hint
    """Every plain type that a hint is made of."""
    parts = get_args(hint)
    if parts:
        return {found for part in parts if part is not Ellipsis for found in types_in(part)}
    return {hint} if isinstance(hint, type) else set()


def every_text() -> set[tuple[type, str]]:
    """Every field of every event and state, at any depth, that holds text."""
    waiting: list[type] = [*PAYLOADS.values(), Order, Dispute, AddressBook]
    known: set[type] = set()
    texts: set[tuple[type, str]] = set()
    while waiting:
        kind = waiting.pop()
        if kind in known:
            continue
        known.add(kind)
        hints = get_type_hints(kind)
        for field in fields(kind):
            found = types_in(hints[field.name])
            texts |= {(kind, field.name)} if str in found else set()
            waiting += [part for part in found if is_dataclass(part)]
    return texts


def test_every_text_is_known_for_what_it_is() -> None:
    """A new text is listed as somebody's words, which can be erased, or as an id or code, which stays."""
    said = {(kind.__name__, name) for kind, owners in WORDS.items() for name in owners}
    stays = {(kind, name) for kind, names in IDS_AND_CODES.items() for name in names}
    stays |= {("Order", "unknown"), ("Dispute", "unknown")}  # what only a newer version can read, and erase

    assert {(kind.__name__, name) for kind, name in every_text()} == said | stays
    assert said & stays == set()


def talkative() -> World:
    """A case that has ended, in which everybody has said all they can."""
    world = delivered(None, AT_HOME)
    world.wait(DAY).open(replace(DAMAGED, description="buyer: cracked"))
    world.act(SELLER, c.Propose(OfferType.REFUND_WITH_RETURN, money(1000), "seller: send it back", AT_HOME))
    world.act(BUYER, c.Decline(None, "buyer: no"))
    world.act(SELLER, c.Escalate("seller: help"))
    world.act(MEDIATOR, c.Assign())
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "mediator: which box?"))
    world.act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "buyer: the blue one"))
    for party in (BUYER, SELLER):
        photo = File(f"u-{party.id}", ContentType.JPEG, 9, f"{party.role}: hash")
        world.act(party, c.AddEvidence(EvidenceType.PHOTO, "", photo))
    world.act(MEDIATOR, c.Propose(OfferType.REFUND, money(3000), "mediator: meet halfway"))
    world.act(SELLER, c.Accept("3"))
    world.act(BUYER, c.Accept("3"))
    world.wait(100 * DAY).sweep()
    world.pay(1, failure="bank: account of both closed")
    world.wait(DAY).sweep()
    world.pay(1)
    world.pay(2)
    assert has_ended(world.case)
    return world


def erased(world: World, person: Role) -> World:
    """The world once the words of one person are taken out of every stream of it, with the log as it was."""
    for stream in streams_to_erase(world.case, person):
        world.run(BUYER, lambda changes, stream=stream: erase_words(changes, stream, person))  # type: ignore[misc]
    return world


@pytest.mark.parametrize("person", PARTIES)
def test_one_persons_words_go_and_the_others_stay(person: Role) -> None:
    """P2: nothing that the person wrote is left in the state, and all that the others wrote is."""
    before = str(talkative().case)
    after = str(erased(talkative(), person).case)

    for role in (Role.BUYER, Role.SELLER, Role.MEDIATOR):
        assert f"{role}:" in before
        assert (f"{role}:" in after) is (role is not person)
    assert "bank:" not in after
    assert (AT_HOME.name in after) is (person is Role.BUYER)
    assert ERASED in after


@pytest.mark.parametrize("person", PARTIES)
def test_what_was_decided_and_paid_stays(person: Role) -> None:
    """P2, I1: amounts, outcome, escrow, ids, times and who acted are what they were."""
    before, after = talkative().case, erased(talkative(), person).case

    assert (before.order.terms, before.order.escrow) == (after.order.terms, after.order.escrow)
    kept = ("outcome", "refund", "basis", "coverage", "stage", "accepted_by", "opened_at", "escalated_at")
    for was, now in zip(before.disputes, after.disputes, strict=True):
        assert [getattr(was, name) for name in kept] == [getattr(now, name) for name in kept]
        assert [(p.id, p.by, p.amount) for p in was.proposals] == [(p.id, p.by, p.amount) for p in now.proposals]


@pytest.mark.parametrize("person", PARTIES)
def test_the_log_adds_up_to_the_state_whether_or_not_it_is_overwritten(person: Role) -> None:
    """P2, I4: between the event that erases and the last overwritten one, the log folds to the state at every moment."""
    world = erased(talkative(), person)
    assert world.case == world.refolded()
    for at, event in enumerate(world.log):
        world.log[at] = replace(event, payload=without_words(event.payload, person, event.actor.role))
        assert world.case == world.refolded()
    assert f"{person}:" not in str([event.payload for event in world.log])


def test_words_are_kept_while_they_are_needed() -> None:
    """P2: a case that goes on, or whose payment is not made, gives nothing away."""
    world = delivered()
    world.wait(DAY).open(DAMAGED)
    while not has_ended(world.case):
        assert "wrong_state" == world.refusal(BUYER, lambda changes: erase_words(changes, 1, Role.BUYER)).code
        world.wait(DAY).sweep()
        if world.case.order.completed_at:
            for number in range(1, len(world.case.order.instructions) + 1):
                world.pay(number)
    world.run(BUYER, lambda changes: erase_words(changes, 1, Role.BUYER))


def test_erasing_again_is_no_news() -> None:
    """P2: the second time nothing is recorded."""
    world = erased(talkative(), Role.BUYER)
    told = len(world.log)
    assert [] == streams_to_erase(world.case, Role.BUYER)
    world.run(BUYER, lambda changes: erase_words(changes, 1, Role.BUYER))
    assert told == len(world.log)
    assert [(0, Role.BUYER), (1, Role.BUYER)] == sorted(
        (event.stream, event.payload.person) for event in world.log if isinstance(event.payload, WordsErased)
    )


def test_what_is_empty_stays_empty() -> None:
    """P2: where nothing was said, nothing is said to have been erased."""
    silent = Claim(DAMAGED.reason, DAMAGED.items)
    assert silent is without_words(silent, Role.BUYER)

"""Opening a dispute: the claim is judged, and the request becomes proposal 1 (C1-C3, D1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from chalicelib.domain.claim import Claim, ClaimItem, Covered, NotCovered, NotYet, Verdict
from chalicelib.domain.coverage import decide
from chalicelib.domain.dispute import InformationRequest, LinePromise, Outcome, Proposal, dispute_id
from chalicelib.domain.events import DisputeOpened
from chalicelib.domain.evidence import Evidence
from chalicelib.domain.exclusions import EXPLANATIONS
from chalicelib.domain.guarantees import REASONS, Basis, IssueIs, OfferType
from chalicelib.domain.guards import too_much_evidence
from chalicelib.domain.money import Money
from chalicelib.domain.negotiation import check_amount, remedy_asked
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import (
    ATTESTATION_REQUIRED,
    INVALID,
    LIMIT_REACHED,
    NOT_COVERED,
    NOT_YET_COVERED,
    Refusal,
    in_words,
)
from chalicelib.domain.settlement import carry_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.commands import AddEvidence
    from chalicelib.domain.dispute import Dispute


@dataclass(frozen=True, slots=True)
class RequestedRemedy:
    """The remedy that the buyer asks for. No type means the first remedy, no amount all of it, or none with another item."""

    type: OfferType | None = None
    amount: Money | None = None
    note: str = ""


def whole_order(case: Case) -> tuple[ClaimItem, ...]:
    """Return the items of a claim about the whole order (C3)."""
    return tuple(ClaimItem(line.id, line.quantity) for line in case.order.terms.lines)


def open_dispute(changes: Changes, claim: Claim, request: RequestedRemedy, shown: Sequence[AddEvidence] = ()) -> int:
    """Open a dispute that begins with the evidence ``shown`` (N6), and return its number.

    Raises ``Refusal``: ``not_covered`` with the exclusion, ``not_yet_covered`` with the date, ``attestation_required``,
    ``limit_reached``, or ``invalid`` for a claim or a request that is not well formed. A guaranteed return goes straight
    to its stage where the seller has an address for it on file (D3).
    """
    case = changes.case
    _check_form(claim)
    coverage = _covered(decide(case, claim, changes.now))
    if coverage.rule.attests_unused and not claim.attests_unused:
        msg = "Confirm that the items are unused and in their original packaging (attests_unused)."
        raise Refusal(ATTESTATION_REQUIRED, msg, field="attests_unused")
    if len(case.open_disputes) >= case.policy.open_disputes_at_most:
        msg = f"An order has at most {case.policy.open_disputes_at_most} disputes open at once. Claim several lines together."
        open_ones = [it.id for it in case.open_disputes]
        raise Refusal(LIMIT_REACHED, msg, limit=case.policy.open_disputes_at_most, open_disputes=open_ones)
    if len(case.disputes) >= case.policy.disputes_at_most:
        msg = f"An order has at most {case.policy.disputes_at_most} disputes over its life."
        raise Refusal(LIMIT_REACHED, msg, limit=case.policy.disputes_at_most)
    if len(shown) > case.policy.evidence_at_most:
        raise too_much_evidence(case.policy)
    number = len(case.disputes) + 1
    promises = tuple(LinePromise(line, case.order.promised_by(line, case.policy)) for line in claim.line_ids)
    asked = _asked(coverage, request, changes)
    opened = DisputeOpened(
        dispute_id=dispute_id(case.order.terms.order_id, number),
        claim=claim,
        coverage=coverage,
        promises=promises,
        request=asked,
        questions=_left_unanswered(case, claim),
        judged_by=_judges(case, claim),
        evidence=_shown(shown, changes),
    )
    changes.record(number, opened)
    check_amount(changes.dispute(number), asked.type, asked.amount, Role.BUYER, "request_")
    if coverage.rule.straight_to_return:
        address = changes.address_on_file(case.order.terms.destination_country)
        if address:
            carry_out(changes, number, asked.type, asked.amount, coverage.rule.basis(Basis.GUARANTEE), address)
    return number


def _shown(shown: Sequence[AddEvidence], changes: Changes) -> tuple[Evidence, ...]:
    pieces = enumerate(shown, 1)
    return tuple(Evidence(f"e{n}", Role.BUYER, it.type, it.note, changes.now, file=it.file) for n, it in pieces)


def _earlier(case: Case, claim: Claim) -> list[Dispute]:
    """The disputes that were opened about a line of the claim before."""
    return [it for it in case.disputes if {promise.line_id for promise in it.promises} & set(claim.line_ids)]


def _judges(case: Case, claim: Claim) -> tuple[str, ...]:
    """The mediators who decided earlier disputes about the claim's lines, each once (D5)."""
    judges = (decision.by for it in _earlier(case, claim) for decision in it.decisions)
    return tuple(dict.fromkeys(judge for judge in judges if judge))


def _left_unanswered(case: Case, claim: Claim) -> tuple[InformationRequest, ...]:
    """What withdrawn disputes about the claim's lines left unanswered, under new ids: withdrawing is no answer (D5, I15).

    Of the seller's questions, those whose time had passed; of the buyer's, who withdrew, all.
    """
    left = [
        replace(asked, lapsed=True, carried_from=it.id)
        for it in _earlier(case, claim)
        if it.outcome is Outcome.WITHDRAWN and any(map(_unanswered, it.information_requests))
        for asked in filter(_unanswered, case.dispute(it.number).information_requests)
    ]
    return tuple(replace(asked, id=f"r{n}") for n, asked in enumerate(left, 1))


def _unanswered(asked: InformationRequest) -> bool:
    return asked.answered_at is None and (asked.lapsed or asked.to is Role.BUYER)


def _check_form(claim: Claim) -> None:
    issue = REASONS[claim.reason].issue
    if issue is IssueIs.REQUIRED and claim.issue is None:
        raise Refusal(INVALID, "Say what is not as described (issue).", field="issue")
    if issue is IssueIs.REFUSED and claim.issue is not None:
        with_issue = [reason.value for reason, rule in REASONS.items() if rule.issue is IssueIs.REQUIRED]
        raise Refusal(INVALID, f"An issue goes with the reason {' or '.join(with_issue)}.", field="issue")


def _covered(verdict: Verdict) -> Covered:
    match verdict:
        case NotCovered(exclusion, line_id, units_left):
            words = f"{EXPLANATIONS[exclusion]} You can claim {units_left} of it." if units_left else EXPLANATIONS[exclusion]
            raise Refusal(NOT_COVERED, words, exclusion=exclusion, line_id=line_id, units_left=units_left)
        case NotYet(opens_at, line_id):
            when = f"from {in_words(opens_at)}" if opens_at else "once delivery is on record or you confirm receipt"
            raise Refusal(NOT_YET_COVERED, f"This can be claimed {when}.", opens_at=opens_at, line_id=line_id)
        case Covered():
            return verdict
        case _:
            assert_never(verdict)


def _asked(coverage: Covered, request: RequestedRemedy, changes: Changes) -> Proposal:
    offer = request.type or coverage.remedies[0].type
    maximum = remedy_asked(coverage, offer, "request_type").maximum
    amount = request.amount or (Money(0, maximum.currency) if offer.replaces else maximum)
    return Proposal("1", Role.BUYER, offer, amount, changes.now, request.note)

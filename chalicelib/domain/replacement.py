"""The replacement: it arrives, or the money is refunded instead (D2, section 4, awaiting_replacement)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.dispute import Dispute, Outcome, Stage
from chalicelib.domain.events import ORDER, ReplacementArrived, ReplacementScanned
from chalicelib.domain.guarantees import Basis
from chalicelib.domain.money import Money, least
from chalicelib.domain.order import all_arrived_at
from chalicelib.domain.settlement import end, resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.parcel import Parcel


def replacement_became_known(changes: Changes, confirmed: Sequence[str] = ()) -> None:
    """Look at every dispute that awaits a replacement, once all that a call reports is taken in (O6, I16).

    ``confirmed`` are the lines of which the buyer has just confirmed receipt. That counts once the replacement was shipped;
    before, it can only be about the first item.
    """
    for dispute in changes.case.open_disputes:
        if dispute.stage is not Stage.AWAITING_REPLACEMENT:
            continue
        sent = changes.case.order.replacements(dispute.number)
        scanned = next((parcel for parcel in sent if parcel.scanned_at), None)
        if scanned and dispute.replacement_scanned_at is None:
            changes.record(dispute.number, ReplacementScanned(scanned.number))
        if all_arrived_at(sent) or _confirmed(changes, dispute, sent, confirmed):
            _arrived(changes, dispute.number)


def _confirmed(changes: Changes, dispute: Dispute, sent: Sequence[Parcel], confirmed: Sequence[str]) -> bool:
    """Return whether the buyer has confirmed receipt of every claimed line since the replacement was shipped."""
    if not sent:
        return False
    states = (changes.case.order.line_state(line_id) for line_id in dispute.claim.line_ids)
    since = {it.line_id for it in states if it.confirmed_at and it.confirmed_at >= sent[0].recorded_at}
    return set(dispute.claim.line_ids) <= {*confirmed, *since}


def _arrived(changes: Changes, number: int) -> None:
    """End the dispute: another item has come, and its units are covered from now on as they were before."""
    dispute = changes.dispute(number)
    if dispute.grant is None:
        return
    basis = dispute.grant.basis
    outcome = Outcome.RESOLVED_WITH_AGREEMENT if basis is Basis.AGREEMENT else Outcome.RESOLVED_BUYER_FAVOUR
    changes.record(ORDER, ReplacementArrived(number, dispute.claim.line_ids))
    end(changes, number, outcome, dispute.grant.amount, basis, replaced=True)


def refund_instead(changes: Changes, number: int) -> None:
    """Refund the money, as no replacement has come in time (D2)."""
    resolve(changes, number, _instead(changes.dispute(number)), Basis.REPLACEMENT_FAILED)


def _instead(dispute: Dispute) -> Money:
    """Return what is refunded instead: the money that the buyer asked for, or the maximum where that was another item.

    It is the maximum as well where the first item has gone back although the buyer had asked to keep it; and it is never less
    than the money that was granted besides.
    """
    asked, maximum, granted = dispute.request, dispute.coverage.maximum, dispute.grant
    if asked.type.replaces or (dispute.return_parcel and not asked.type.needs_return):
        return maximum
    besides = granted.amount if granted else Money(0, maximum.currency)
    return least(maximum, max(asked.amount, besides, key=lambda money: money.minor))

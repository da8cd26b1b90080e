"""Foresee what becomes of a dispute if nobody acts, or if a proposal is accepted (D1, D9).

The rules themselves are run on a copy of the case. Nothing of it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import commands as c
from chalicelib.domain.acting import perform
from chalicelib.domain.dispute import Stage
from chalicelib.domain.engine import as_of
from chalicelib.domain.people import ReturnAddress
from chalicelib.domain.refusals import RETURN_ADDRESS_REQUIRED, RETURN_LABEL_REQUIRED, Refusal
from chalicelib.domain.stages import due_at
from chalicelib.domain.state_machine import DELIVERY_NOTICE, STAGES, Lapse

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.money import Money
    from chalicelib.domain.people import Actor


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The stage that a dispute comes to, and what the buyer gets then or at the end; None while that is open."""

    to: Stage
    refund: Money | None


@dataclass(frozen=True, slots=True)
class Lapsing:
    """The deadline of a dispute, and what it brings about if nobody acts before."""

    at: datetime
    what: Lapse
    foreseen: Foreseen


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A proposal that can be accepted, what that leads to, and what has to be named with it (C3, D3)."""

    proposal_id: str
    foreseen: Foreseen
    needs_return_address: bool
    needs_return_label: bool


def on_deadline(changes: Changes, number: int) -> Lapsing | None:
    """Return what becomes of a dispute if nobody acts until its deadline; None once it is resolved (D9)."""
    dispute = changes.dispute(number)
    due, expiry = due_at(dispute, changes.case.policy), STAGES[dispute.stage].expiry
    if due is None or expiry is None:
        return None
    after = as_of(changes.case, changes.policies, changes.addresses.foreseen(), due).dispute(number)
    return Lapsing(due, DELIVERY_NOTICE.what if dispute.delivery_notice else expiry.what, _comes_to(after))


def acceptance(changes: Changes, number: int, proposal_id: str, actor: Actor, now: datetime) -> Acceptance | None:
    """Return what it leads to if ``actor`` accepts a proposal now; None for one that cannot be accepted (D1)."""
    needs = ""
    try:
        after = _accepted(changes, number, c.Accept(proposal_id), actor, now)
    except Refusal as refused:
        if refused.code not in (RETURN_ADDRESS_REQUIRED, RETURN_LABEL_REQUIRED):
            return None
        needs, destination = refused.code, changes.case.order.terms.destination_country
        somewhere = ReturnAddress("", (), "", "", refused.details.get("country") or destination)
        after = _accepted(changes, number, c.Accept(proposal_id, somewhere), actor, now)
    return Acceptance(proposal_id, _comes_to(after), needs == RETURN_ADDRESS_REQUIRED, needs == RETURN_LABEL_REQUIRED)


def _accepted(changes: Changes, number: int, command: c.Accept, actor: Actor, now: datetime) -> Dispute:
    trial = changes.trial(actor, now)
    perform(trial, number, command, actor)
    return trial.dispute(number)


def _comes_to(after: Dispute) -> Foreseen:
    if after.stage is Stage.RESOLVED:
        return Foreseen(after.stage, after.refund)
    if after.stage is Stage.DECIDED and after.decision:
        return Foreseen(after.stage, after.decision.amount)
    carried_out = after.stage in (Stage.AWAITING_RETURN, Stage.RETURN_IN_TRANSIT, Stage.AWAITING_REPLACEMENT)
    return Foreseen(after.stage, after.grant.amount if after.grant and carried_out else None)

"""What an event asked of a party, by when, and whether it is still to be done (N2, N3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain import events as e
from chalicelib.domain.dispute import Stage
from chalicelib.domain.todos import todos

if TYPE_CHECKING:
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.policy import Policy
    from chalicelib.domain.todos import Todo
    from chalicelib.notify.event_in_context import EventInContext


def asks_of(recipient: str, dispute: Dispute, policy: Policy) -> list[Todo]:
    """All that ``recipient`` (``seller:acme``) has to do in a dispute as it stands."""
    return [ask for ask in todos(dispute, policy) if ask.role.value == _role(recipient)]


def ask_of(it: EventInContext, recipient: str, policy: Policy) -> Todo | None:
    """What an event itself asked of ``recipient``: what began with it. None where it began nothing, or that is done."""
    if it.dispute is None:
        return None
    if it.dispute.stage is Stage.UNDER_REVIEW and not isinstance(it.event.payload, e.InformationRequested):
        return None  # a question of the same second is another matter
    return next((ask for ask in asks_of(recipient, it.dispute, policy) if ask.since == it.event.at), None)


def still_asked(it: EventInContext, recipient: str, now: Dispute, policy: Policy) -> bool:
    """Whether what an event asked of ``recipient`` is still to be done in the dispute as it is ``now``.

    A proposal todos while it is the one on the table and the recipient has not accepted it. What sets nobody a time of
    their own, as a mediator's proposal, todos while the stage goes on.
    """
    proposal = _proposal_of(it)
    if proposal and (now.on_table != proposal or _role(recipient) in now.accepted_by):
        return False
    ask = ask_of(it, recipient, policy)
    if ask is None:
        return now.stage_since == it.the_dispute.stage_since
    return any(one.since == ask.since for one in asks_of(recipient, now, policy))


def _role(recipient: str) -> str:
    return recipient.partition(":")[0]


def _proposal_of(it: EventInContext) -> str | None:
    """The id of the proposal that an event todos to answer."""
    match it.event.payload:
        case e.ProposalMade(proposal=proposal):
            return proposal.id
        case e.ProposalAccepted(proposal_id=accepted):
            return accepted
        case _:
            return None

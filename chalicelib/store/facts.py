"""The facts of a case that stand behind its place in the mediators' lists (``keys.with_facts``)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.dispute import Stage
from chalicelib.domain.review import entered_by
from chalicelib.domain.stages import due_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute


class Decided(msgspec.Struct, frozen=True, array_like=True):
    """A decision by a mediator: when, and whether another one changed it after an appeal; None while nobody has."""

    by: str
    at: datetime
    changed: bool | None = None


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """The facts that mediators find cases by. ``minor`` is what the buyer asks for."""

    buyer_id: str
    seller_id: str
    reason: str
    currency: str
    minor: int
    entered_by: str
    waits: bool
    """True while it is under review; False once it was decided."""
    mediator: str | None = None
    due: datetime | None = None
    active_at: datetime | None = None
    """When the mediator last did something in it, or took it."""
    decided: tuple[Decided, ...] = ()

    @property
    def text(self) -> str:
        """The facts as they stand in a key."""
        return msgspec.json.encode(self).decode()


def facts_of(case: Case, dispute: Dispute) -> Facts:
    """Return the facts of a dispute that was escalated."""
    terms, asked = case.order.terms, dispute.request.amount
    return Facts(
        buyer_id=terms.buyer_id,
        seller_id=terms.seller_id,
        reason=dispute.claim.reason.value,
        currency=asked.currency,
        minor=asked.minor,
        entered_by=entered_by(dispute).value,
        waits=dispute.stage is Stage.UNDER_REVIEW,
        mediator=dispute.mediator,
        due=due_at(dispute, case.policy),
        active_at=dispute.mediator_active_at,
        decided=tuple(_decided(dispute))[-2:],
    )


def _decided(dispute: Dispute) -> Iterator[Decided]:
    given = [(it.type, it.amount) for it in dispute.decisions]
    for number, (decision, at) in enumerate(zip(dispute.decisions, dispute.decided_at, strict=False)):
        if decision.by:
            changed = given[number] != given[number + 1] if number + 1 < len(given) else None
            yield Decided(decision.by, at, changed)

"""Make the rows of lists: an order or a dispute with all that a screen shows of it, so that a page is one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.case import Case
from chalicelib.domain.parcel import OTHER
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.stages import next_due_at
from chalicelib.domain.thread import mediators_of, sees_thread
from chalicelib.domain.todos import missing_evidence
from chalicelib.service import views
from chalicelib.service.access import sees_all_of
from chalicelib.service.execute import current
from chalicelib.service.messages import unread_by_order
from chalicelib.store import keys, lists
from chalicelib.store.codec import plain, timestamp

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from chalicelib.domain.dispute import Dispute, Proposal
    from chalicelib.domain.order import Line, Order, OrderTerms
    from chalicelib.domain.parcel import Parcel
    from chalicelib.domain.people import Actor
    from chalicelib.domain.policy import Policy
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json


def dispute_rows(services: Services, actor: Actor, found: Sequence[Dispute]) -> list[Json]:
    """Return the rows of some disputes, as ``actor`` may see them.

    Their orders are read together, and so is what is unread in their threads.
    """
    return rows_of(services, actor, cases_of(services, found).values())


def rows_of(services: Services, actor: Actor, cases: Collection[tuple[Dispute, Case]]) -> list[Json]:
    """Return the rows of some disputes whose cases are known, as ``actor`` may see them."""
    in_thread = {it.order_id for it, case in cases if _in_thread(case, actor)}
    unread = unread_by_order(services, actor, in_thread) if in_thread else {}
    return [_dispute(case, it, actor, unread.get(it.order_id, 0) if it.order_id in in_thread else None) for it, case in cases]


def cases_of(services: Services, found: Sequence[Dispute]) -> dict[str, tuple[Dispute, Case]]:
    """Return some disputes by their ids, each with its case, in which it stands alone. Their orders are read together.

    A dispute is left out whose order cannot be read; that was reported.
    """
    orders = services.lists.of_orders((it.order_id for it in found), keys.ORDER_SK, lists.as_order)
    policy = services.policies.version
    return {it.id: (it, Case(orders[it.order_id], (it,), policy(it.policy_version))) for it in found if it.order_id in orders}


def party_of(terms: OrderTerms, role: Role) -> str:
    """Return the id of an order's buyer or seller."""
    return terms.buyer_id if role is Role.BUYER else terms.seller_id


def _in_thread(case: Case, actor: Actor) -> bool:
    terms = case.order.terms
    return sees_thread(actor, terms.buyer_id, terms.seller_id, mediators_of(case))


def _dispute(case: Case, it: Dispute, viewer: Actor, unread: int | None) -> Json:
    offered = it.proposal_on_table if it.open else None
    missing = missing_evidence(it, case.policy)
    return views.dispute_summary(case, it) | {
        "titles": _titles(case, it) if sees_all_of(case, it, viewer) else [],
        "current_proposal": _proposal(offered) if offered else None,
        "unread": unread,
        "missing_evidence_mine": plain(missing[viewer.role]) if viewer.role in PARTIES else [],
    }


def _titles(case: Case, it: Dispute) -> list[str]:
    return [case.order.line(item.line_id).title for item in it.claim.items]


def _proposal(it: Proposal) -> Json:
    return {"id": it.id, "by": it.by.value, "type": it.type.value, "amount": plain(it.amount)}


def order_rows(
    services: Services, viewer: Actor, owner: Actor, found: Sequence[tuple[Order, bool]], now: datetime
) -> list[Json]:
    """Return the rows of some orders of ``owner`` as they are at ``now``, swept or not (D9); with each goes if it was disputed.

    Open disputes come from the owner's list of them, which is not asked where no order was ever disputed.
    """
    disputed = [it for it, was in found if was]
    of_order: dict[str, list[Dispute]] = {}
    if disputed:
        since = min(it.terms.placed_at for it in disputed)
        place = lists.disputes_of(owner.role.value, owner.id, open_only=True, since=since)
        for dispute in services.lists.within(place, {it.terms.order_id for it in disputed}, lists.as_dispute):
            of_order.setdefault(dispute.order_id, []).append(dispute)
    unread = unread_by_order(services, viewer) if viewer.role in PARTIES else None
    rows = []
    for it, _ in found:
        order_id = it.terms.order_id
        order, disputes = _as_of(services, it, of_order.get(order_id, []), now)
        policy = services.policies.version(order.policy_version)
        new = None if unread is None else unread.get(order_id, 0)
        rows.append(_order(order, policy, disputes, new))
    return rows


def _as_of(services: Services, it: Order, disputes: list[Dispute], now: datetime) -> tuple[Order, list[Dispute]]:
    """Return an order and its open disputes as they are at ``now``. Its case is read only where a deadline may have passed."""
    policy = services.policies.version(it.policy_version)
    ends = it.completed_at is None and it.closes_at(policy) <= now
    due = any(at <= now for dispute in disputes if (at := next_due_at(dispute, policy)))
    if not ends and not due:
        return it, [dispute for dispute in reversed(disputes) if dispute.open]
    case = current(services, it.terms.order_id, now).case
    return case.order, list(case.open_disputes)


def _order(order: Order, policy: Policy, disputes: list[Dispute], unread: int | None) -> Json:
    parcel = order.newest_parcel
    return views.order_summary(order, policy) | {
        "lines": [_line(line) for line in order.terms.lines],
        "parcel": _parcel(parcel) if parcel else None,
        "open_disputes": [views.dispute_in_order(it, policy) for it in disputes],
        "refunded": plain(order.escrow.refunded),
        "unread": unread,
    }


def _line(it: Line) -> Json:
    links = {"image_url": it.image_url or None, "url": it.url or None}
    return {"id": it.id, "title": it.title, "quantity": it.quantity, **links}


def _parcel(it: Parcel) -> Json:
    heard = it.last_record
    return {
        "number": it.number,
        "carrier": it.carrier.value if it.carrier else OTHER,
        "tracking_url": it.tracking_url,
        "status": heard.status.value if heard else None,
        "at": timestamp(it.heard_of_at),
    }

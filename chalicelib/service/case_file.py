"""Show a mediator a whole case in one answer: the dispute, the order, what the record says, and the two parties (D4)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.events import ORDER
from chalicelib.domain.people import PARTIES, STAFF, Role
from chalicelib.domain.review import entered_by, line_records
from chalicelib.service import notes, views
from chalicelib.service.access import check_dispute, place_of, sees_all_of
from chalicelib.service.dispute_lists import as_listed
from chalicelib.service.evidence import evidence_list
from chalicelib.service.execute import current
from chalicelib.service.orders import timeline
from chalicelib.service.rows import party_of
from chalicelib.store import audit, lists
from chalicelib.store.codec import day_start, plain, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.service.views import Json

HISTORY = timedelta(days=180)
HISTORY_AT_MOST = lists.PAGE_AT_MOST
RECENT = 10
NOTES_SHOWN = 50
PRESENT_FOR = timedelta(seconds=90)
"""For how long somebody who has read a case counts as having it open. An open page reads it again well within that time."""
OPERATION = "get_case"
"""The name of the request that reads a case, by which the audit tells who has it open."""
_READS_LOOKED_AT = 50


def get_case(services: Services, storage: Storage, dispute_id: str, actor: Actor) -> Json:
    """Return one case as this caller may see it. Raises ``NotFound``.

    To a mediator who has not had the case it is the dispute in summary, and nothing else of it.
    """
    order_id, number = place_of(dispute_id)
    now = services.clock.now()
    changes = current(services, order_id, now, number)
    case = changes.case
    it = check_dispute(case, number, actor)
    whole = sees_all_of(case, it, actor)
    seen = {
        "dispute": views.dispute(changes, it, actor, now),
        "entered_by": entered_by(it).value if it.escalated_at else None,
        "present": _present(services, order_id, dispute_id, actor, now),
        "as_of": timestamp(now),
    }
    if not whole:
        return seen | dict.fromkeys(
            ("order", "records", "caps", "evidence", "timeline", "order_timeline", "notes", "parties", "barred")
        )
    return seen | {
        "order": views.order(case, now),
        "records": plain(line_records(case, it, now)),
        "caps": plain(it.coverage.caps),
        "evidence": evidence_list(storage, it, actor, now),
        "timeline": timeline(services, changes, number, actor),
        "order_timeline": timeline(services, changes, ORDER, actor),
        "notes": notes.list_notes(services, dispute_id, actor, NOTES_SHOWN, None)["items"],
        "parties": [_party(services, case, it, role, now) for role in PARTIES],
        "barred": list(it.former_mediators),
    }


def _present(services: Services, order_id: str, dispute_id: str, actor: Actor, now: datetime) -> list[Json]:
    """Return the others of the staff who have read the case within the last minute and a half, as the audit has it."""
    place = timestamp(now + timedelta(seconds=1))
    found = services.audit.before(audit.by_order(order_id), place, _READS_LOOKED_AT)
    reads = [it for it in found if (it.operation, it.dispute_id) == (OPERATION, dispute_id) and it.at > now - PRESENT_FOR]
    latest = {it.actor: it.at for it in reversed(reads) if it.actor != actor and it.actor.role in STAFF}
    return [{"role": who.role.value, "id": who.id, "at": timestamp(at)} for who, at in latest.items()]


def _party(services: Services, case: Case, of: Dispute, role: Role, now: datetime) -> Json:
    """Return what is known of a party: the language, and the other disputes of the last 180 days, a hundred at most."""
    who = party_of(case.order.terms, role)
    profile = services.people.profile(role.value, who)
    since = day_start(now - HISTORY)  # through a day the answer stays the same
    place = lists.disputes_of(role.value, who, since=since)
    found, more = services.lists.read(place, HISTORY_AT_MOST, None, lambda stored: as_listed(services, stored, now))
    others = [it for it in found if it.id != of.id]
    return {
        "role": role.value,
        "id": who,
        "name": (case.order.terms.seller_name or None) if role is Role.SELLER else None,
        "language": profile.language if profile.version else None,
        "since": timestamp(since),
        "open": sum(it.open for it in others),
        "closed": sum(not it.open for it in others),
        "complete": more is None,
        "outcomes": _counted("outcome", (it.outcome.value for it in others if it.outcome)),
        "reasons": _counted("reason", (it.claim.reason.value for it in others)),
        "findings": _counted("finding", (it.decision.finding.value for it in others if it.decision)),
        "recent": [_in_brief(it) for it in others[:RECENT]],
    }


def _counted(name: str, words: Iterable[str]) -> list[Json]:
    return [{name: word, "count": count} for word, count in Counter(words).most_common()]


def _in_brief(it: Dispute) -> Json:
    return {
        "id": it.id,
        "reason": it.claim.reason.value,
        "stage": it.stage.value,
        "opened_at": timestamp(it.opened_at),
        "requested": plain(it.request.amount),
        "outcome": it.outcome.value if it.outcome else None,
        "refund": plain(it.refund),
        "finding": it.decision.finding.value if it.decision else None,
    }

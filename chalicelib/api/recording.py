"""Records in the audit what staff and the marketplace's systems ask for (P5). The other callers' requests cost nothing here.

Nothing is answered unrecorded. If an entry cannot be written, the request fails as any other whose write fails: with a 503.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from chalicelib.api.endpoint import AUDITED_ROLES, Audited, Endpoint
from chalicelib.api.problems import CATALOGUE, problem_of
from chalicelib.domain.dispute import order_of
from chalicelib.domain.ledger import order_of_payment
from chalicelib.domain.people import PARTIES, Actor
from chalicelib.store.audit import ASKED, AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.service.services import Services


@runtime_checkable
class Telling(Protocol):
    """A body that says what the audit keeps of it."""

    def audited(self) -> tuple[tuple[str, ...], str | None]:
        """Return the ids that it names, and its reason, which is a word of a list; None for a body that gives none."""
        ...


def entry_of(
    services: Services,
    endpoint: Endpoint,
    actor: Actor,
    ids: Mapping[str, str],
    query: Mapping[str, Any],
    body: object = None,
) -> AuditEntry | None:
    """Return the entry of a request; None for a caller whose requests are not recorded.

    A body that says what the audit keeps of it (``Telling``) adds the ids that it names and its reason.
    """
    if actor.role not in AUDITED_ROLES:
        return None
    order_id, dispute_id = _case_of(ids)
    people = (f"{role.value}:{it}" for role in PARTIES if (it := ids.get(f"{role.value}_id") or query.get(f"{role.value}_id")))
    listed, reason = body.audited() if isinstance(body, Telling) else ((), None)
    return AuditEntry(
        id=services.audit.new_id(),
        at=services.clock.now(),
        actor=actor,
        operation=endpoint.operation,
        order_id=order_id,
        dispute_id=dispute_id,
        person=next(people, None),
        listed=listed,
        reason=reason,
    )


def _case_of(ids: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the order and the dispute that the ids in a path name."""
    if dispute_id := ids.get("dispute_id"):
        place = order_of(dispute_id)
        return (place[0] if place else None), dispute_id
    return ids.get("order_id") or order_of_payment(ids.get("instruction_id", "")) or None, None


def recorded(services: Services, endpoint: Endpoint, entry: AuditEntry | None, handle: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the handler returns
    """Return what ``handle`` returns, once the request is in the audit as its route declares; None is a request that is not.

    A refused request is recorded with the code of its problem. A failed one told the caller nothing, and is not recorded.
    """
    if entry is None:
        return handle()
    if endpoint.audit is Audited.BEFORE:
        services.audit.add(replace(entry, outcome=ASKED))
        return handle()
    try:
        result = handle()
    except Exception as error:
        problem = problem_of(error)
        if CATALOGUE[problem.code].status < HTTPStatus.INTERNAL_SERVER_ERROR:
            services.audit.add(replace(entry, outcome=problem.code))
        raise problem from error
    if endpoint.audit is Audited.READ:
        services.audit.add(replace(entry, listed=() if entry.order_id else _listed(result)))
    return result


def _listed(result: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON-ready data
    """Return the ids on a page of a list."""
    items = result.get("items", ()) if isinstance(result, dict) else ()
    return tuple(it["id"] for it in items if "id" in it)

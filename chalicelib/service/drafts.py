"""Take files as evidence before there is a dispute, and let its opening claim them (N6).

A draft that no opening claims is removed after a day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.commands import AddEvidence
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.files import check_size, check_type
from chalicelib.domain.guards import too_much_evidence
from chalicelib.domain.refusals import INVALID, WRONG_STATE, Refusal
from chalicelib.service import disputes, uploads
from chalicelib.service.access import check_order
from chalicelib.service.execute import current, retried
from chalicelib.store import lists
from chalicelib.store.codec import timestamp
from chalicelib.store.idempotency import Conflict
from chalicelib.store.uploads import DRAFT_KEPT_S, UNFINISHED, Purpose, UploadStatus, as_upload

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.domain.claim import Claim
    from chalicelib.domain.opening import RequestedRemedy
    from chalicelib.domain.people import Actor
    from chalicelib.service.evidence import Offer
    from chalicelib.service.execute import Request
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer, Once
    from chalicelib.store.uploads import Upload

_KEPT = timedelta(seconds=DRAFT_KEPT_S)


def request_draft(services: Services, storage: Storage, order_id: str, actor: Actor, once: Once, offer: Offer) -> Answer:
    """Give a buyer a form for one file of evidence for a dispute that is yet to be opened; 201 with the form.

    Raises ``NotFound``, ``Refusal``, ``KeyReused``, ``Busy``.
    """

    def wanted(now: datetime) -> uploads.Wanted:
        case = current(services, order_id, now).case
        check_order(case, actor)
        if case.order.completed_at:
            raise Refusal(WRONG_STATE, "Protection of this order has ended, so no dispute can be opened.")
        check_type(offer.type, offer.content_type)
        check_size(case.policy, offer.content_type, offer.size)
        own = _drafts(storage, order_id, actor)
        held = sum(it.status is UploadStatus.READY for it in own) + uploads.on_their_way(own, now)
        if held >= case.policy.evidence_at_most:
            raise too_much_evidence(case.policy, f"; {held} of yours are there or on their way")
        return uploads.Wanted(order_id, Purpose.DRAFT, offer.content_type, offer.size, None, offer.type, offer.note)

    return uploads.request_upload(services, storage, actor, once, wanted)


def _drafts(storage: Storage, order_id: str, actor: Actor) -> list[Upload]:
    return uploads.recent(storage, order_id, actor, Purpose.DRAFT)


def list_drafts(services: Services, storage: Storage, order_id: str, actor: Actor) -> Json:
    """Return the caller's drafts that no dispute has claimed, and what became of each. Raises ``NotFound``."""
    now = services.clock.now()
    check_order(current(services, order_id, now).case, actor)
    shown = (*UNFINISHED, UploadStatus.READY, UploadStatus.REJECTED)
    own = [it for it in _drafts(storage, order_id, actor) if it.status in shown]
    return {"order_id": order_id, "as_of": timestamp(now), "uploads": [_view(it, now) for it in own]}


def _view(it: Upload, now: datetime) -> Json:
    until = it.requested_at + _KEPT if it.status is UploadStatus.READY else it.expires_at
    return uploads.view(it, now) | {"expires_at": timestamp(until), "note": it.note}


@retried
def open_with_drafts(
    services: Services,
    order_id: str,
    request: Request,
    storage: Storage,
    claim: Claim,
    asked: RequestedRemedy,
    upload_ids: Sequence[str],
) -> Answer:
    """Open a dispute that begins with these drafts as evidence; one transaction opens it and claims them.

    Raises what ``open_dispute`` raises, and the ``Refusal`` of a draft that is not there, not yet, or not any more.
    """
    now, now_s = services.clock.now(), int(services.epoch())
    check_order(current(services, order_id, now).case, request.actor)
    if len(set(upload_ids)) < len(upload_ids):
        raise Refusal(INVALID, "A file is shown once: send each upload id a single time.", field="evidence")
    drafts = [_claimable(storage, order_id, it, request.actor, now) for it in upload_ids]
    claimed = (replace(it, status=UploadStatus.CONFIRMED, note="") for it in drafts)
    also = tuple(storage.uploads.finish_put(it, now_s, was=UploadStatus.READY) for it in claimed)
    shown = tuple(AddEvidence(it.type or EvidenceType.DOCUMENT, it.note, it.file) for it in drafts)
    return disputes.open_dispute(services, order_id, replace(request, also=also), claim, asked, shown)


def _claimable(storage: Storage, order_id: str, upload_id: str, owner: Actor, now: datetime) -> Upload:
    found = storage.uploads.find(order_id, owner.role.value, upload_id)
    uploads.file_of(found, upload_id, owner, Purpose.DRAFT, now, "evidence")
    if found is None or found.status is not UploadStatus.READY or now >= found.requested_at + _KEPT:
        raise Refusal(
            INVALID, f"{upload_id} is in a dispute already, or was removed after a day. Send it again.", field="evidence"
        )
    return found


def drop_drafts(services: Services, storage: Storage, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Remove the drafts that no opening has claimed within a day, oldest first, and return their number."""
    now, dropped = services.clock.now(), 0
    for it in services.lists.read(lists.drafts(), lists.PAGE_AT_MOST, None, as_upload)[0]:
        if it.status is not UploadStatus.READY or now < it.requested_at + _KEPT or not may_go_on():
            continue
        try:
            uploads.erase(services, storage, it)
            dropped += 1
        except Conflict:
            pass  # an opening has just claimed it
    return dropped

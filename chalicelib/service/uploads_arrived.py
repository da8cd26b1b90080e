"""What arrives in storage: looked at, taken in or turned away, and never left lying where forms reach (N6).

Nothing is believed that a form says: the object decides. Storage tells of it at least once, in any order. The record of an
upload leaves ``pending`` once, in the transaction that makes the file evidence, so of two contents for one form the first that
is settled stands; the object is removed last, so that a crash on the way is mended when storage tells again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain.evidence import File, check_content
from chalicelib.domain.refusals import Refusal
from chalicelib.service import evidence
from chalicelib.service.errors import Busy
from chalicelib.store.idempotency import Conflict
from chalicelib.store.uploads import Purpose, UploadStatus, kept_at, place_of

if TYPE_CHECKING:
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.store.files import Arrived
    from chalicelib.store.uploads import Upload

log = logging.getLogger(__name__)


TRIES = 3
"""How often it is looked at before it is left to the queue, which comes back after minutes."""


def take_in(services: Services, storage: Storage, key: str) -> None:
    """Make what lies under ``key`` the file it was asked to be, or remove it. Raises ``Busy`` when others keep interfering."""
    for failed in range(TRIES):
        try:
            return _take_in(services, storage, key)
        except (Busy, Conflict):
            services.pause(failed)
    raise Busy


def _take_in(services: Services, storage: Storage, key: str) -> None:
    place = place_of(key)
    upload = storage.uploads.find(*place) if place else None
    if upload is None:
        log.warning("an object of no upload is removed")
        storage.files.delete(key)
        return
    arrived = storage.files.arrived(key)
    if arrived is None:
        return  # settled and removed when storage first told of it
    if upload.status is UploadStatus.PENDING:
        upload = _settled(services, storage, upload, arrived)
        log.info("upload settled", extra={"order_id": upload.order_id, "upload_id": upload.id, "status": upload.status.value})
    file = _file(upload, arrived)
    if file != upload.file or upload.status is UploadStatus.ERASED:
        storage.files.delete(kept_at(upload.order_id, file))
    storage.files.delete(key)


def _file(upload: Upload, arrived: Arrived) -> File:
    return File(upload.id, upload.content_type, arrived.size, arrived.etag)


def _settled(services: Services, storage: Storage, upload: Upload, arrived: Arrived) -> Upload:
    """The upload as it is once it is pending no more, whoever settled it."""
    try:
        return _judged(services, storage, upload, arrived)
    except (Busy, Conflict):
        now = storage.uploads.find(upload.order_id, upload.owner.role.value, upload.id)
        if now is None or now.status is UploadStatus.PENDING:
            raise
        return now


def _judged(services: Services, storage: Storage, upload: Upload, arrived: Arrived) -> Upload:
    file, now_s = _file(upload, arrived), int(services.epoch())
    confirmed = replace(upload, status=UploadStatus.CONFIRMED, note="", file=file)
    try:
        check_content(upload.content_type, upload.size, arrived.content_type, arrived.size, arrived.head)
        if not storage.files.copy(upload.incoming, arrived.etag, kept_at(upload.order_id, file)):
            raise Busy  # replaced while it was looked at: the new one is looked at instead
        settlement = storage.uploads.settlement(confirmed, now_s)
        if upload.purpose is Purpose.EVIDENCE:
            evidence.add_file(services, upload, file, settlement)
        else:
            storage.uploads.settle(confirmed, now_s)
    except Refusal as refused:
        turned_away = replace(upload, status=UploadStatus.REJECTED, note="", reason=refused.code, detail=refused.message)
        storage.uploads.settle(turned_away, now_s)
        return turned_away
    return confirmed

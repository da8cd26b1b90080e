"""Check each object that arrives in storage, take it in or reject it, and remove it from where forms reach (N6).

Only the object counts, whatever the form declared. Storage reports an object at least once, in any order. The record of an
upload leaves ``pending`` once, in the transaction that makes the file evidence, so that of two contents for one form only the
first is taken in. The object is removed last: after a crash on the way, the next report of storage finishes the work.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.domain.evidence import IMAGES, ContentType, File
from chalicelib.domain.files import NOT_SCANNED, THREAT, check_content
from chalicelib.domain.refusals import Refusal
from chalicelib.service import evidence
from chalicelib.service.errors import Busy
from chalicelib.service.uploads import remove
from chalicelib.store.files import CLEAN, FOUND
from chalicelib.store.idempotency import Conflict
from chalicelib.store.pictures import copies_of
from chalicelib.store.uploads import UNFINISHED, Purpose, UploadStatus, kept_at, place_of, shown_at

if TYPE_CHECKING:
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.store.files import Arrived
    from chalicelib.store.uploads import Upload

log = logging.getLogger(__name__)


TRIES = 3
"""The number of attempts before an object is left to the queue, which delivers it again after minutes."""


def take_in(services: Services, storage: Storage, key: str) -> None:
    """Make the object under ``key`` the file that was asked for, or remove it. Raises ``Busy`` when others keep interfering."""
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
        log.warning("an object that belongs to no upload is removed")
        storage.files.delete(key)
        return
    arrived = storage.files.arrived(key)
    if arrived is None:
        return  # finished and removed after an earlier report
    if upload.status in UNFINISHED:
        if storage.scans and storage.files.scan_result(key) is None:
            # Storage tells of the scan's mark as it told of the object. Until then nothing of it is read.
            if upload.status is UploadStatus.PENDING:
                storage.uploads.scanning(upload, int(services.epoch()))
            return
        upload = _finished(services, storage, upload, arrived)
        log.info("upload finished", extra={"order_id": upload.order_id, "upload_id": upload.id, "status": upload.status.value})
    file = _file(upload, arrived)
    if file != upload.file or upload.status is UploadStatus.ERASED:
        remove(storage, upload.order_id, file)
    storage.files.delete(key)


def _check_scan(result: str | None) -> None:
    """Raise ``Refusal`` for a file in which a scan has found something, or that it could not look into."""
    if result is None:
        raise Busy  # replaced while it was checked: the new object is scanned and checked instead
    if result == FOUND:
        raise Refusal(THREAT, "The scan for malware has found something in the file. It was removed.")
    if result != CLEAN:
        raise Refusal(NOT_SCANNED, "The file could not be scanned for malware, as one with a password. It was removed.")


def _show(storage: Storage, upload: Upload, file: File) -> None:
    """Make the copies of a photo that people are shown. Raises ``Refusal`` for one that cannot be decoded, ``Busy``."""
    content = storage.files.read(upload.incoming, file.etag)
    if content is None:
        raise Busy  # as below
    display, thumbnail = copies_of(content)
    storage.files.put(shown_at(upload.order_id, file), ContentType.JPEG.value, display)
    storage.files.put(shown_at(upload.order_id, file, thumbnail=True), ContentType.JPEG.value, thumbnail)


def _file(upload: Upload, arrived: Arrived) -> File:
    return File(upload.id, upload.content_type, arrived.size, arrived.etag, copied=upload.content_type in IMAGES)


def _finished(services: Services, storage: Storage, upload: Upload, arrived: Arrived) -> Upload:
    """Return the upload once it is no longer pending, whether this process or another finished it."""
    try:
        return _judged(services, storage, upload, arrived)
    except (Busy, Conflict):
        now = storage.uploads.find(upload.order_id, upload.owner.role.value, upload.id)
        if now is None or now.status in UNFINISHED:
            raise
        return now


def _judged(services: Services, storage: Storage, upload: Upload, arrived: Arrived) -> Upload:
    file, now_s = _file(upload, arrived), int(services.epoch())
    confirmed = replace(upload, status=UploadStatus.CONFIRMED, note="", file=file)
    try:
        check_content(upload.content_type, upload.size, arrived.content_type, arrived.size, arrived.head)
        if storage.scans:
            _check_scan(storage.files.scan_result(upload.incoming))
        if upload.content_type in IMAGES:
            _show(storage, upload, file)
        if not storage.files.copy(upload.incoming, arrived.etag, kept_at(upload.order_id, file)):
            raise Busy  # replaced while it was checked: the new object is checked instead
        if upload.purpose is Purpose.EVIDENCE:
            evidence.add_file(services, upload, file, storage.uploads.finish_put(confirmed, now_s))
        elif upload.purpose is Purpose.DRAFT:
            confirmed = replace(upload, status=UploadStatus.READY, file=file)  # with its note, until a dispute claims it
            storage.uploads.finish(confirmed, now_s)
        else:
            storage.uploads.finish(confirmed, now_s)
    except Refusal as refused:
        turned_away = replace(upload, status=UploadStatus.REJECTED, note="", reason=refused.code, detail=refused.message)
        storage.uploads.finish(turned_away, now_s)
        return turned_away
    return confirmed

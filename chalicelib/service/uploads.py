"""Give out forms for uploads, and links to the files that came of them (N6).

A person asks for a form here and sends the file straight to storage. ``uploads_arrived`` then checks it and takes it in. An
upload belongs to one order, one of its people and one purpose: evidence (``service.evidence``) or an attachment
(``service.attachments``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.evidence import ENDINGS, IMAGES, ContentType, EvidenceType, File
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import INVALID, UPLOAD_PENDING, Refusal
from chalicelib.service.errors import Busy
from chalicelib.service.execute import replayed
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Conflict
from chalicelib.store.uploads import Purpose, Upload, UploadStatus, kept_at, shown_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.people import Actor
    from chalicelib.service.ports import FileStorage
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Once
    from chalicelib.store.uploads import Uploads

FORM_WORKS_S = 600
"""Seconds for which a form works: a large video over a slow line has to begin within them."""
LINK_WORKS_S = 300
"""Seconds for which a link works, from the minute in which it is given out: enough to open it, too few to pass it on."""
RECENT = 50
"""The number of a person's newest uploads of one kind in an order that are looked at: more than can be pending at once."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The dependencies of uploads beside ``Services``: their records, and the files themselves."""

    uploads: Uploads
    files: FileStorage
    scans: bool = False
    """True if a scan for malware marks each object, and none is taken in before."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that somebody may upload."""

    order_id: str
    purpose: Purpose
    content_type: ContentType
    size: int
    dispute_id: str | None = None
    type: EvidenceType | None = None
    note: str = ""


def request_upload(
    services: Services, storage: Storage, actor: Actor, once: Once, wanted: Callable[[datetime], Wanted]
) -> Answer:
    """Give a form for one file; 201. ``wanted`` returns the file to upload as of the given moment, or refuses.

    Nothing else changes: the file exists once it has arrived and been checked. Raises ``KeyReused``, ``Busy``, and whatever
    ``wanted`` raises.
    """
    now, now_s = services.clock.now(), int(services.epoch())
    try:
        services.cases.check_new(once, now_s)
        upload = _upload(wanted(now), actor, once, now)
        form = storage.files.form(upload.incoming, upload.content_type.value, upload.size, FORM_WORKS_S)
        view = {
            "upload_id": upload.id,
            "url": form.url,
            "fields": form.fields,
            "content_type": upload.content_type.value,
            "size": upload.size,
            "expires_at": timestamp(upload.expires_at),
        }
        answer = Answer(201, msgspec.json.encode(view).decode())
        storage.uploads.add(upload, once, answer, now_s)
    except AlreadyAnswered as first:
        return replayed(first, once)
    except Conflict:
        raise Busy from None
    return answer


def _upload(wanted: Wanted, actor: Actor, once: Once, now: datetime) -> Upload:
    """Return the upload under an id that sorts by time. The same request at the same moment gets the same id."""
    request = hashlib.sha256(f"{once.digest} {timestamp(now)}".encode()).hexdigest()
    return Upload(
        id=f"{now:%Y%m%d%H%M%S}-{request[:16]}",
        order_id=wanted.order_id,
        purpose=wanted.purpose,
        owner=actor,
        content_type=wanted.content_type,
        size=wanted.size,
        requested_at=now,
        expires_at=now + timedelta(seconds=FORM_WORKS_S),
        dispute_id=wanted.dispute_id,
        type=wanted.type,
        note=wanted.note,
    )


def recent(storage: Storage, order_id: str, owner: Actor, purpose: Purpose) -> list[Upload]:
    """Return a person's newest uploads of one kind in an order, newest first."""
    uploads = storage.uploads.of_owner(order_id, owner.role.value)
    return list(islice((it for it in uploads if it.owner == owner and it.purpose is purpose), RECENT))


def on_their_way(uploads: list[Upload], now: datetime) -> int:
    """Return how many of ``uploads`` may still arrive."""
    return sum(
        it.status is UploadStatus.SCANNING or (it.status is UploadStatus.PENDING and now < it.expires_at) for it in uploads
    )


def held(storage: Storage, order_id: str, owner: Actor, purpose: Purpose, now: datetime) -> int:
    """Return how many files of one kind a person has in an order, or may still send."""
    own = [it for it in storage.uploads.of_owner(order_id, owner.role.value) if it.owner == owner and it.purpose is purpose]
    return sum(it.status is UploadStatus.CONFIRMED for it in own) + on_their_way(own, now)


def confirmed(storage: Storage, order_id: str, upload_id: str, owner: Actor, purpose: Purpose, now: datetime) -> File:
    """Return the file that an upload of ``owner`` has become.

    Raises the ``Refusal`` of an upload that has become none yet, or never will, or that is unknown.
    """
    found = storage.uploads.find(order_id, owner.role.value, upload_id)
    return file_of(found, upload_id, owner, purpose, now, "attachments")


def file_of(found: Upload | None, upload_id: str, owner: Actor, purpose: Purpose, now: datetime, field: str) -> File:
    """Return the file of an upload that was looked up. Raises the ``Refusal`` of one that has none, on that ``field``."""
    if found is None or found.owner != owner or found.purpose is not purpose or found.status is UploadStatus.ERASED:
        why = "is no upload of yours for this. Ask for a form."
    elif found.status is UploadStatus.REJECTED:
        why = f"was turned away ({found.reason}): {found.detail}"
    elif found.file:
        return found.file
    elif found.status is UploadStatus.SCANNING or now < found.expires_at:
        msg = f"{upload_id} has not arrived yet, or is being looked at. Send the same request again in a second."
        raise Refusal(UPLOAD_PENDING, msg, field=field)
    else:
        why = "has not arrived, and its form works no more. Ask for another."
    raise Refusal(INVALID, f"{upload_id} {why}", field=field)


def view(it: Upload, now: datetime) -> Json:
    """Return an upload of evidence as its owner sees it."""
    expired = it.status is UploadStatus.PENDING and now >= it.expires_at
    return {
        "upload_id": it.id,
        "type": plain(it.type),
        "content_type": it.content_type.value,
        "size": it.size,
        "requested_at": timestamp(it.requested_at),
        "expires_at": timestamp(it.expires_at),
        "status": "expired" if expired else it.status.value,
        "reason": it.reason or None,
        "detail": it.detail,
    }


def links(storage: Storage, order_id: str, viewer: Role, file: File, now: datetime) -> Json:
    """Return short-lived addresses that read a file. The caller must have checked that the viewer may see it.

    ``link`` is what people look at. Of a photo it is the copy without what the camera wrote beside the picture, and it has a
    ``thumbnail``; the ``original`` is for mediators only. A photo of which no copy was made is shown as it came.
    """
    kept = kept_at(order_id, file), file.content_type
    if not file.copied:
        return {"link": _link(storage, *kept, file, now), "thumbnail": None, "original": None}
    small = shown_at(order_id, file, thumbnail=True)
    return {
        "link": _link(storage, shown_at(order_id, file), ContentType.JPEG, file, now),
        "thumbnail": _link(storage, small, ContentType.JPEG, file, now),
        "original": _link(storage, *kept, file, now) if viewer is Role.MEDIATOR else None,
    }


NO_LINKS: Json = {"link": None, "thumbnail": None, "original": None}


def _link(storage: Storage, key: str, content_type: ContentType, file: File, now: datetime) -> Json:
    name = f"{file.upload_id}.{ENDINGS[content_type]}"
    url = storage.files.link(key, content_type.value, name, LINK_WORKS_S)
    signed_at = now.replace(second=0, microsecond=0)
    return {"url": url, "expires_at": timestamp(signed_at + timedelta(seconds=LINK_WORKS_S))}


def erase(services: Services, storage: Storage, upload: Upload) -> None:
    """Remove an upload's objects and words for good. The evidence or message that it was part of keeps its size, type and time.

    Repeating it is harmless. Raises ``Conflict`` where the upload has changed since it was read: read it again.
    """
    erased = replace(upload, status=UploadStatus.ERASED, note="", detail="")
    storage.uploads.finish(erased, int(services.epoch()), was=upload.status)
    storage.files.delete(upload.incoming)
    if upload.file:
        remove(storage, upload.order_id, upload.file)


def remove(storage: Storage, order_id: str, file: File) -> None:
    """Remove the objects of a file that was taken in, or nearly: what was sent, and its copies."""
    storage.files.delete(kept_at(order_id, file))
    if file.content_type in IMAGES:
        storage.files.delete(shown_at(order_id, file))
        storage.files.delete(shown_at(order_id, file, thumbnail=True))

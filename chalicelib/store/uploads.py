"""Keep the records of uploads: files that were requested, taken in or turned away (N6).

Each belongs to one order and one of its people.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from chalicelib.domain.evidence import ContentType, EvidenceType, File
from chalicelib.domain.people import Actor
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.items import Item, item
from chalicelib.store.paging import every
from chalicelib.store.schema import stored_value
from chalicelib.store.transaction import answer_put, put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.store.idempotency import Answer, Once

PENDING_KEPT_S = 24 * 3600
"""Seconds for which an upload that never arrives is kept.

It is far longer than its form works, and than storage takes to report an object.
"""
REJECTED_KEPT_S = 30 * 24 * 3600
"""Seconds for which an uploader can read why a file was turned away."""


DRAFT_KEPT_S = 24 * 3600
"""Seconds for which a draft waits to be claimed, from when it was asked for."""
_PAGE = 50


class Purpose(StrEnum):
    """The use that a file is uploaded for."""

    EVIDENCE = "evidence"
    MESSAGE = "message"
    DRAFT = "draft"
    """Evidence for a dispute that is yet to be opened."""


class UploadStatus(StrEnum):
    """The state of an upload."""

    PENDING = "pending"
    SCANNING = "scanning"
    """It has arrived, and is looked through for malware."""
    READY = "ready"
    """A draft that was taken in and that no dispute has claimed yet."""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    ERASED = "erased"


UNFINISHED = (UploadStatus.PENDING, UploadStatus.SCANNING)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way, or the result. ``size`` is in bytes; the form works until ``expires_at``.

    A ``rejected`` upload says why, by a code and in words. A ``ready`` or ``confirmed`` one names its file.
    """

    id: str
    order_id: str
    purpose: Purpose
    owner: Actor
    content_type: ContentType
    size: int
    requested_at: datetime
    expires_at: datetime
    dispute_id: str | None = None
    type: EvidenceType | None = None
    note: str = ""
    status: UploadStatus = UploadStatus.PENDING
    file: File | None = None
    reason: str = ""
    detail: str = ""
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    @property
    def incoming(self) -> str:
        """The key in the bucket under which the form puts the object. Nothing there has been looked at."""
        return f"incoming/{self.order_id}/{self.owner.role.value}/{self.id}"


def place_of(incoming: str) -> tuple[str, str, str] | None:
    """Return the order, owner's role and upload id that an ``incoming`` key names; None for a key of no upload."""
    match incoming.split("/"):
        case ["incoming", order_id, role, upload_id] if order_id and role and upload_id:
            return order_id, role, upload_id
    return None


def kept_at(order_id: str, file: File) -> str:
    """Return the key in the bucket of a file that was taken in.

    No form reaches there, and the key names the content, so that the content cannot change.
    """
    return f"kept/{order_id}/{file.upload_id}/{file.etag}"


def shown_at(order_id: str, file: File, *, thumbnail: bool = False) -> str:
    """Return the key in the bucket of the copy of a photo that people are shown, or of its thumbnail."""
    return f"shown/{order_id}/{file.upload_id}/{file.etag}{'-small' if thumbnail else ''}.jpg"


class Uploads:
    """The uploads in the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep uploads in ``table``."""
        self._client = client
        self.table = table

    def find(self, order_id: str, role: str, upload_id: str) -> Upload | None:
        """Return one upload, read strongly; None where there is none."""
        key = item(pk=keys.order_pk(order_id), sk=keys.upload_sk(role, upload_id))
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return as_upload(found) if found else None

    def of_owner(self, order_id: str, role: str) -> Iterator[Upload]:
        """Return the uploads of a role in an order, newest first, read strongly and only as far as they are asked for."""
        found = every(
            self._client().query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=item(**{":pk": keys.order_pk(order_id), ":sk": keys.upload_sk(role, "")}),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=_PAGE,
        )
        return map(as_upload, found)

    def add(self, upload: Upload, once: Once, answer: Answer, now_s: int) -> None:
        """Keep a new upload and the answer to the request for it. Raises ``AlreadyAnswered``, ``Conflict``."""
        new = put(self.table, _item(upload, now_s + PENDING_KEPT_S), "attribute_not_exists(pk)")
        write(self._client(), [new, answer_put(self.table, once, answer, now_s)], once)

    def finish_put(self, upload: Upload, now_s: int, was: UploadStatus = UploadStatus.PENDING) -> Item:
        """Return the write that finishes ``upload`` within a transaction. It fails where the upload is no longer what it
        ``was``.
        """
        has_file = upload.status in (UploadStatus.READY, UploadStatus.CONFIRMED)
        expires_at = None if has_file else now_s + REJECTED_KEPT_S
        return put(self.table, _item(upload, expires_at), "v = :was", was=_finished(was))

    def scanning(self, upload: Upload, now_s: int) -> None:
        """Say that ``upload`` has arrived and is looked through. Raises ``Conflict`` where it is finished already."""
        scanned = _item(replace(upload, status=UploadStatus.SCANNING), now_s + REJECTED_KEPT_S)
        write(self._client(), [put(self.table, scanned, "v = :was", was=0)], None)

    def finish(self, upload: Upload, now_s: int, was: UploadStatus = UploadStatus.PENDING) -> None:
        """Write ``upload``, which is finished now. Raises ``Conflict`` where it is no longer what it ``was``."""
        write(self._client(), [self.finish_put(upload, now_s, was)], None)


def _finished(status: UploadStatus) -> int:
    """Return the number that conditions compare: 0 until it has been looked at, 2 for a draft that is ready, 1 ever after."""
    if status in UNFINISHED:
        return 0
    return 2 if status is UploadStatus.READY else 1


def _item(upload: Upload, expires_at: int | None) -> Item:
    place = keys.order_pk(upload.order_id), keys.upload_sk(upload.owner.role.value, upload.id)
    stored = item(pk=place[0], sk=place[1], v=_finished(upload.status), data=dump(upload))
    if upload.status is UploadStatus.READY:  # listed until it is claimed or removed
        sort = keys.newest_first(upload.requested_at, f"{upload.order_id}#{upload.id}")
        stored |= item(work_pk=keys.DRAFTS, work_sk=sort)
    return stored | (item(expires_at=expires_at) if expires_at else {})


def as_upload(stored: Item) -> Upload:
    """Return the upload that an item keeps."""
    return stored_value(stored, Upload)

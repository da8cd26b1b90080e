"""Evidence: what it can be, what is asked for beforehand, and what a file has to look like (N6, D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.people import Role


class EvidenceType(StrEnum):
    """The types of evidence."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    CORRESPONDENCE = "correspondence"
    TRACKING_INFORMATION = "tracking_information"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    PROOF_OF_RETURN = "proof_of_return"
    STATEMENT = "statement"


class ContentType(StrEnum):
    """The types of files."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    MP4 = "video/mp4"
    PDF = "application/pdf"


IMAGES = (ContentType.JPEG, ContentType.PNG, ContentType.HEIC)
FILES_OF: dict[EvidenceType, tuple[ContentType, ...]] = {
    EvidenceType.PHOTO: IMAGES,
    EvidenceType.VIDEO: (ContentType.MP4,),
    EvidenceType.DOCUMENT: (*IMAGES, ContentType.PDF),
}
"""What a file of such a type is; of the other types it can be anything. In words alone none of these three is shown."""


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file as it was taken in: ``size`` in bytes, and the entity tag of this content, which never changes."""

    upload_id: str
    content_type: ContentType
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence; both sides and the mediator see it (D4)."""

    id: str
    by: Role
    type: EvidenceType
    note: str
    at: datetime
    answers: str | None = None
    file: File | None = None


@dataclass(frozen=True, slots=True)
class EvidenceWanted:
    """The evidence that is asked of one party: without the ``required`` a case is weak, the ``optional`` helps."""

    required: tuple[EvidenceType, ...]
    optional: tuple[EvidenceType, ...]

"""Evidence: its types, its files, and the evidence that a policy asks each party for (N6, D4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.exhaustive import table
from chalicelib.domain.people import Role


class EvidenceType(StrEnum):
    """The type of a piece of evidence."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"
    CORRESPONDENCE = "correspondence"
    TRACKING_INFORMATION = "tracking_information"
    PROOF_OF_DELIVERY = "proof_of_delivery"
    PROOF_OF_RETURN = "proof_of_return"
    RETURN_LABEL = "return_label"
    """The seller's prepaid label for a return (C3)."""
    STATEMENT = "statement"


class ContentType(StrEnum):
    """The contents that an uploaded file can have."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    HEIF = "image/heif"
    MP4 = "video/mp4"
    MOV = "video/quicktime"
    PDF = "application/pdf"


ENDINGS = table(
    ContentType,
    {
        ContentType.JPEG: "jpg",
        ContentType.PNG: "png",
        ContentType.HEIC: "heic",
        ContentType.HEIF: "heif",
        ContentType.MP4: "mp4",
        ContentType.MOV: "mov",
        ContentType.PDF: "pdf",
    },
)
"""The ending that a file of each content has in its name."""
IMAGES = (ContentType.JPEG, ContentType.PNG, ContentType.HEIC, ContentType.HEIF)
VIDEOS = (ContentType.MP4, ContentType.MOV)
FILES_OF: dict[EvidenceType, tuple[ContentType, ...]] = {
    EvidenceType.PHOTO: IMAGES,
    EvidenceType.VIDEO: VIDEOS,
    EvidenceType.DOCUMENT: (*IMAGES, ContentType.PDF),
    EvidenceType.RETURN_LABEL: (*IMAGES, ContentType.PDF),
}
"""The contents that evidence of these types can have: it is always a file. The other types take any file, or none."""


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file as it was taken in: ``size`` in bytes, and the entity tag of this content, which never changes.

    ``copied`` is true of a photo of which people are shown copies (N6). Releases before 0.3.0 made none.
    """

    upload_id: str
    content_type: ContentType
    size: int
    etag: str
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence; both sides and the mediator see it (D4)."""

    id: str
    by: Role
    type: EvidenceType
    note: str
    at: datetime
    answers: tuple[str, ...] = ()
    """The mediator's questions that it answers (D4)."""
    file: File | None = None


@dataclass(frozen=True, slots=True)
class EvidenceWanted:
    """The evidence that one party is asked for: without the ``required`` a case is weak, the ``optional`` helps."""

    required: tuple[EvidenceType, ...]
    optional: tuple[EvidenceType, ...]

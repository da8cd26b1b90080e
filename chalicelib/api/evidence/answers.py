"""The shapes of evidence and uploads as callers see them. As in ``api.answers``, no request loads them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.answers import AsOf, Count, Given, Time
from chalicelib.domain import refusals as r
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.files import NOT_SCANNED, THREAT, WRONG_CONTENT
from chalicelib.domain.people import Role

_REASONS = (WRONG_CONTENT, THREAT, NOT_SCANNED, r.TOO_LATE, r.WRONG_STATE, r.WRONG_PARTY, r.LIMIT_REACHED)


class StoredFile(Given):
    """An uploaded file. Its content never changes: an app may keep what it has read under the etag."""

    upload_id: str
    content_type: ContentType
    size: Annotated[Count, Field(description="In bytes.")]
    etag: Annotated[str, Field(description="Tells this content from any other; [erased] once the file was.")]
    copied: Annotated[bool, Field(description="True of a photo of which copies are shown; others are shown as they came.")]


class EvidenceGiven(Given):
    """One piece of evidence; both sides and the mediator see it (D4)."""

    id: str
    by: Role
    type: EvidenceType
    note: str
    at: Time
    answers: Annotated[list[str], Field(description="The information requests that it answers.")]
    file: Annotated[StoredFile | None, Field(description="Null for evidence in words. The list of evidence has links.")]


class Link(Given):
    """An address to read one file by, for a short time and without a token: do not pass it on."""

    url: str
    expires_at: Time


LINKED = "To the file; of a photo to a copy in JPEG, without what the camera wrote beside the picture."
Thumbnail = Annotated[Link | None, Field(description="To a small copy of a photo, in JPEG; null for other files.")]
Original = Annotated[Link | None, Field(description="To a photo as it was sent, for mediators only; else null.")]


class EvidenceWithLink(EvidenceGiven):
    """One piece of evidence, and where to read its file."""

    erased: Annotated[bool, Field(description="Whether its words and file were erased at its giver's request.")]
    link: Annotated[Link | None, Field(description=f"{LINKED} Null for evidence in words, and for a file that was erased.")]
    thumbnail: Thumbnail
    original: Original


class EvidencePerParty(Given):
    """Types of evidence, for each party."""

    buyer: list[EvidenceType]
    seller: list[EvidenceType]


class EvidenceWanted(Given):
    """The evidence that a party is asked for. A case without the required evidence is weak; the optional helps (N6)."""

    required: list[EvidenceType]
    optional: list[EvidenceType]


class EvidenceAsked(Given):
    """The evidence that each party is asked for once a dispute is open. A photo, video or document needs a file (N6)."""

    buyer: EvidenceWanted
    seller: EvidenceWanted


class UploadForm(Given):
    """A form for one file: post the fields as they are, and last the file as ``file``, to the url (multipart/form-data)."""

    upload_id: str
    url: str
    fields: dict[str, str]
    content_type: ContentType
    size: Annotated[Count, Field(description="In bytes, exactly.")]
    expires_at: Annotated[Time, Field(description="Until when storage takes the file.")]


class UploadInBrief(Given):
    """An upload of the caller's."""

    upload_id: str
    type: EvidenceType
    content_type: ContentType
    size: Count
    requested_at: Time
    reason: Annotated[str | None, Field(json_schema_extra={"enum": [*_REASONS, None]}, description="rejected: why.")]
    detail: Annotated[str, Field(description="Why, for people to read.")]


class UploadOnTheWay(UploadInBrief):
    """An upload of the caller's that is no evidence (yet)."""

    expires_at: Time
    status: Annotated[
        Literal["pending", "scanning", "rejected", "expired"],
        Field(
            description=(
                "pending: not here, or not looked at yet. scanning: for malware. rejected: removed. "
                "expired: nothing came in time."
            )
        ),
    ]


class Draft(UploadInBrief):
    """An upload of the caller's for a dispute that is yet to be opened."""

    expires_at: Annotated[Time, Field(description="Until when storage takes it; once ready, until when it can be claimed.")]
    status: Annotated[
        Literal["pending", "ready", "rejected", "expired"],
        Field(description="As of evidence; ready: looked at, and can be named when a dispute is opened."),
    ]
    note: str


class DraftList(Given):
    """The caller's uploads for an order that no dispute has claimed, newest first."""

    order_id: str
    as_of: AsOf
    uploads: list[Draft]


class EvidenceList(Given):
    """A dispute's evidence, and the caller's own uploads of the last days that did not become any, newest first."""

    dispute_id: str
    as_of: AsOf
    evidence: list[EvidenceWithLink]
    missing_evidence: EvidencePerParty
    uploads: list[UploadOnTheWay]

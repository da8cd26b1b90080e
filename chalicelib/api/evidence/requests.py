"""The bodies of requests about files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.models import Model, Note
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.service.evidence import Offer

BYTES_AT_MOST = 2**31
"""More than any policy takes, and far from where numbers lose digits on the way."""


class UploadedFile(Model):
    """A file to upload: exactly what it is, and exactly how many bytes it has (N6)."""

    content_type: ContentType
    size: Annotated[int, Field(ge=1, le=BYTES_AT_MOST, description="In bytes.")]


class RequestUpload(UploadedFile):
    """A file to upload as evidence (N6)."""

    type: EvidenceType
    note: Note = ""

    def offer(self) -> Offer:
        """The same, for the service."""
        return Offer(self.type, self.content_type, self.size, self.note)

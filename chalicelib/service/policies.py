"""Show the limits of the policies to those who meet them (C6, N6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.domain.evidence import FILES_OF, ContentType, EvidenceType
from chalicelib.domain.files import bytes_at_most
from chalicelib.store.codec import plain, timestamp

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

_BY_FILE = ("image_", "video_", "document_")
"""The limits in megabytes, which are shown in bytes for each type of content."""


def list_policies(services: Services) -> Json:
    """Return every version, the first in force first: its windows and limits under their names, and the files it takes."""
    return {"items": [_policy(it) for it in services.policies]}


def _policy(it: Policy) -> Json:
    whole: Json = plain(it)
    numbers = {name: value for name, value in whole.items() if isinstance(value, int)}
    return {
        "version": it.version,
        "in_force_from": timestamp(it.in_force_from),
        "days": {name.removesuffix("_days"): value for name, value in numbers.items() if name.endswith("_days")},
        "limits": {
            name: value for name, value in numbers.items() if name.endswith("_at_most") and not name.startswith(_BY_FILE)
        },
        "files": [{"content_type": kind.value, "bytes_at_most": bytes_at_most(it, kind)} for kind in ContentType],
        "evidence_types": [
            {"type": kind.value, "content_types": plain(FILES_OF.get(kind, tuple(ContentType)))} for kind in EvidenceType
        ],
        "carrier_days": whole["carrier_days"],
    }

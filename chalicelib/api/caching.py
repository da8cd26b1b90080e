"""Entity tags, so that an app is not sent what it has already read (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

REVALIDATE = "private, no-cache"
"""Cache-Control of every read: only the caller may keep it, and has to ask again before using it."""
PUBLIC = "public, max-age=3600"
"""Cache-Control of what is the same for everybody and changes with a deployment only."""
_OF_THE_MOMENT = re.compile(r'"as_of":"[^"]*"')
"""The moment of asking, wherever it stands in an answer. A text that quotes it has backslashes before its quotes."""
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_DIGITS = 16


class _Versioned(msgspec.Struct):
    version: int | None = None


def tag(body: str, *, read: bool) -> str | None:
    """The entity tag of an answer; None for a write that has no version to tell.

    It names the version, which is what If-Match compares, and a digest of all that is said: what a caller may do changes
    with time while the version stays, and no 304 may hide that. Weak, since the gateway may compress the same answer. Only
    the moment of asking (``as_of``) is left out, wherever it stands: it says nothing new.
    """
    version = msgspec.json.decode(body, type=_Versioned).version if body.startswith("{") else None
    if version is None and not read:
        return None
    digest = hashlib.sha256(_OF_THE_MOMENT.sub("", body).encode()).hexdigest()[:_DIGITS]
    return f'W/"{digest}"' if version is None else f'W/"{version}-{digest}"'


def has_it(headers: Mapping[str, str], current: str) -> bool:
    """Return whether If-None-Match names ``current``. A header that is no list of tags names nothing."""
    written = headers.get("if-none-match", "")
    return written.strip() == "*" or current.removeprefix("W/") in _TAG.findall(written)

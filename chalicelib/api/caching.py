"""Entity tags, so that an app is not sent what it has already read (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

REVALIDATE = "private, no-cache"
"""Cache-Control of every read: only the caller may keep it, and has to ask again before using it."""
PUBLIC = "public, max-age=3600"
"""Cache-Control of what is the same for everybody and changes with a deployment only."""
_OF_THE_MOMENT = "as_of"
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
    digest = hashlib.sha256(_lasting(body).encode()).hexdigest()[:_DIGITS]
    return f'W/"{digest}"' if version is None else f'W/"{version}-{digest}"'


def _lasting(body: str) -> str:
    if f'"{_OF_THE_MOMENT}":' not in body:
        return body
    return msgspec.json.encode(_without_moment(msgspec.json.decode(body))).decode()


def _without_moment(said: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(said, dict):
        return {name: _without_moment(value) for name, value in said.items() if name != _OF_THE_MOMENT}
    return [_without_moment(it) for it in said] if isinstance(said, list) else said


def has_it(headers: Mapping[str, str], current: str) -> bool:
    """Return whether If-None-Match names ``current``. A header that is no list of tags names nothing."""
    written = headers.get("if-none-match", "")
    return written.strip() == "*" or current.removeprefix("W/") in _TAG.findall(written)

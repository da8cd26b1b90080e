"""The version of a resource that a request is made for, as If-Match names it."""

from __future__ import annotations

import re

from chalicelib.api.problems import Problem

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{16})?"')


def version_of(if_match: str | None) -> int | None:
    """The version that an If-Match header names; None for any. Raises ``Problem`` for a text that names no version."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise Problem("malformed_request", 'If-Match is a version in quotes, as ETag gave it: "3".')
    return int(match.group(1))

"""Cursors as callers see them: each belongs to one caller's one list, and one that was changed or cut short is noticed."""

from __future__ import annotations

import zlib

from chalicelib.store.lists import BadCursor

_MARK = 8
_AT_MOST = 1024
"""Characters: more than any place in a list takes, and far below what the table refuses as a key."""


def sealed(cursor: str, scope: str) -> str:
    """The store's cursor, marked as belonging to ``scope``. The mark is no secret: what a caller may see is checked anyway."""
    return f"{zlib.crc32(f'{scope} {cursor}'.encode()):0{_MARK}x}{cursor}"


def opened(written: str, scope: str) -> str:
    """The store's cursor in one that ``sealed`` made for ``scope``. Raises ``BadCursor`` for any other text."""
    cursor = written[_MARK:]
    if len(written) > _AT_MOST or not written.isascii() or written != sealed(cursor, scope):
        raise BadCursor
    return cursor

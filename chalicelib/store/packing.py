"""Pack long JSON of items: deflated, with a dictionary of what such JSON repeats, as a binary attribute.

A dispute's 2 KB are 200 to 500 bytes then, and DynamoDB counts begun kilobytes. The first byte names the dictionary. A
dictionary never changes, since it unpacks what was packed with it; a better one gets another number.
"""

from __future__ import annotations

import base64
import zlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DICTIONARY = 1
"""The number of the dictionary that this version packs with."""
LONG = 256
"""Bytes from which packing is worth it."""
PACKED = ("data", "dispute", "body")
"""The attributes that may be packed."""
_RAW = -zlib.MAX_WBITS
"""Deflate without a header: DynamoDB guards what it keeps."""


@lru_cache(maxsize=4)
def _dictionary(number: int) -> bytes:
    return Path(__file__).with_name(f"dictionary-{number}.txt").read_bytes()


def packed(text: str) -> dict[str, bytes]:
    """Return the attribute that holds ``text`` packed."""
    deflating = zlib.compressobj(wbits=_RAW, zdict=_dictionary(DICTIONARY))
    return {"B": bytes((DICTIONARY,)) + deflating.compress(text.encode()) + deflating.flush()}


def content(attribute: Mapping[str, Any]) -> str:
    """Return the text of an attribute, packed or not. Raises ``ValueError`` or ``OSError`` for one that cannot be unpacked.

    Streams, and the direct client, bring binary attributes in base64.
    """
    if "S" in attribute:
        text: str = attribute["S"]
        return text
    binary = attribute["B"]
    whole = base64.b64decode(binary) if isinstance(binary, str) else binary
    try:
        return zlib.decompressobj(_RAW, _dictionary(whole[0])).decompress(whole[1:]).decode()
    except zlib.error as error:
        raise ValueError("a packed attribute is damaged") from error


def compact(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with its long JSON packed."""
    long = (name for name in PACKED if len(item.get(name, {}).get("S", "")) >= LONG)
    return {**item, **{name: packed(item[name]["S"]) for name in long}}

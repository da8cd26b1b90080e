"""Uploaded files: check their size, their type and that they are what they were declared to be (N6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.domain.evidence import FILES_OF, VIDEOS, ContentType, EvidenceType
from chalicelib.domain.refusals import INVALID, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.policy import Policy

WRONG_CONTENT: Final = "wrong_content"
"""The reason for removing a file that is not what it was declared to be."""
HEAD_BYTES = 1024
"""The number of bytes at the start of a file in which its signature is looked for: as many as readers of PDF look through."""
MEGABYTE = 2**20
PIXELS_AT_MOST = 60 * 10**6
"""More than phones take, and little enough to be decoded in a gigabyte."""
THREAT: Final = "threat_found"
"""The reason for removing a file in which the scan has found something."""
NOT_SCANNED: Final = "not_scanned"
"""The reason for removing a file that the scan could not look into."""

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_HEIC_FAMILIES = frozenset({b"mif1", b"msf1"})
_MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"})
"""Brands of MP4. Cameras and phones have brands of their own, and name one of these among those they can be read as."""
_NO_VIDEOS = _HEIC_FAMILIES | {b"M4A ", b"M4B ", b"M4P ", b"avif", b"avis", b"crx ", b"jp2 ", b"jpx ", b"mj2s"}
"""Brands of sounds and pictures of the same family of files."""
_MOV_BRAND = b"qt  "
_ALIKE = ({ContentType.HEIC, ContentType.HEIF}, {ContentType.MP4, ContentType.MOV})
"""Types that phones take for each other: the same bytes under two labels, or containers that differ only in their brand."""


def content_of(head: bytes) -> ContentType | None:
    """Return the type of a file by its first bytes, or None if it is of a type that is not taken (N6)."""
    if head.startswith(b"\xff\xd8\xff"):
        return ContentType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ContentType.PNG
    if head[4:8] == b"ftyp":
        return _boxed(head)
    before, signature, _ = head[:HEAD_BYTES].partition(b"%PDF-")
    # Printers' commands, a byte order mark or a line break may come first; markup makes it something else as well.
    return ContentType.PDF if signature and b"<" not in before else None


def _boxed(head: bytes) -> ContentType | None:
    """Return the type of a file of the ISO family: its first box names it, and the types it can be read as."""
    brand, others = head[8:12], head[16 : int.from_bytes(head[:4], "big")]
    readable = {others[at : at + 4] for at in range(0, len(others), 4)}
    if brand in _HEIC_BRANDS or (brand in _HEIC_FAMILIES and readable & _HEIC_BRANDS):
        return ContentType.HEIC
    if brand == _MOV_BRAND:
        return ContentType.MOV
    return ContentType.MP4 if brand not in _NO_VIDEOS and {brand, *readable} & _MP4_BRANDS else None


def bytes_at_most(policy: Policy, content_type: ContentType) -> int:
    """Return the largest size, in bytes, of a file of that type (N6)."""
    if content_type in VIDEOS:
        return policy.video_megabytes_at_most * MEGABYTE
    if content_type is ContentType.PDF:
        return policy.document_megabytes_at_most * MEGABYTE
    return policy.image_megabytes_at_most * MEGABYTE


def check_size(policy: Policy, content_type: ContentType, size: int) -> None:
    """Raise ``Refusal(invalid)`` for a file that is larger than its type allows (N6)."""
    most = bytes_at_most(policy, content_type)
    if size > most:
        msg = f"A file of type {content_type.value} has at most {most // MEGABYTE} MB ({most} bytes)."
        raise Refusal(INVALID, msg, field="size", limit=most)


def check_pixels(width: int, height: int) -> None:
    """Raise ``Refusal(wrong_content)`` for a photo that would fill the memory of whoever decodes it (N6)."""
    if width * height > PIXELS_AT_MOST:
        msg = f"A photo has at most {PIXELS_AT_MOST // 10**6} million pixels, and this one is {width} x {height}."
        raise Refusal(WRONG_CONTENT, msg)


def check_type(kind: EvidenceType, content_type: ContentType) -> None:
    """Raise ``Refusal(invalid)`` for a file that cannot be evidence of that type: a video is no photo (N6)."""
    taken = FILES_OF.get(kind, tuple(ContentType))
    if content_type not in taken:
        msg = f"Evidence of type {kind.value} is one of: {', '.join(taken)}."
        raise Refusal(INVALID, msg, field="content_type")


def check_content(declared: ContentType, size: int, content_type: str, found: int, head: bytes) -> None:
    """Raise ``Refusal(wrong_content)`` for a file that is not what was declared: by its label, its bytes, or how many (N6)."""
    really = content_of(head)
    as_declared = really is declared or any({really, declared} <= alike for alike in _ALIKE)
    if as_declared and (content_type, found) == (declared.value, size):
        return
    is_one = f"is {really.value}" if really else "is none of the types that are taken"
    is_not = f"{declared.value} of {size} bytes was declared"
    msg = f"The file {is_one} and has {found} bytes; {is_not}. It was removed: send it again."
    raise Refusal(WRONG_CONTENT, msg)

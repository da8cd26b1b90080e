"""Make the copies of a photo that people are shown, without what the camera wrote beside the picture (N6).

Pillow and libheif decode what strangers send. So they are imported only where a photo is decoded: in the function that takes
uploads in, never in the API's.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from chalicelib.domain.files import WRONG_CONTENT, check_pixels
from chalicelib.domain.refusals import Refusal

if TYPE_CHECKING:
    from PIL.Image import Image

DISPLAY_SIDE, THUMBNAIL_SIDE = 2048, 320
"""The longest side of a copy, in pixels. A smaller photo is not enlarged."""
QUALITY = 85
_FORMATS = ("JPEG", "PNG", "HEIF")


def copies_of(content: bytes) -> tuple[bytes, bytes]:
    """Return a photo's display copy and thumbnail, as JPEG: upright, on white, without EXIF, GPS, comments or profiles.

    Raises ``Refusal(wrong_content)`` for a photo that cannot be decoded whole, or that has too many pixels.
    """
    try:
        picture = _decoded(content)
        display = _scaled(picture, DISPLAY_SIDE)
        return _encoded(display), _encoded(_scaled(display, THUMBNAIL_SIDE))
    except Refusal:
        raise
    except Exception as error:  # a decoder of strangers' bytes raises nearly anything
        msg = "The photo cannot be read: it is damaged or not whole. It was removed: send it again."
        raise Refusal(WRONG_CONTENT, msg) from error


def _decoded(content: bytes) -> Image:
    """Return the picture, upright, in red, green and blue. Its size is checked before any pixel is decoded."""
    from pi_heif import register_heif_opener  # noqa: PLC0415
    from PIL import Image, ImageOps  # noqa: PLC0415 - see above

    register_heif_opener(thumbnails=False)
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        check_pixels(*opened.size)
        opened.draft("RGB", (DISPLAY_SIDE, DISPLAY_SIDE))  # a JPEG is decoded no larger than needed
        upright = ImageOps.exif_transpose(opened)
    if "A" in upright.getbands() or "transparency" in upright.info:
        seen = upright.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return upright.convert("RGB")


def _scaled(picture: Image, side: int) -> Image:
    scaled = picture.copy()
    scaled.thumbnail((side, side))
    return scaled


def _encoded(picture: Image) -> bytes:
    """Return the pixels as JPEG, and nothing that came with them."""
    from PIL import Image  # noqa: PLC0415 - as above

    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    target = BytesIO()
    bare.save(target, "JPEG", quality=QUALITY, optimize=True)
    return target.getvalue()

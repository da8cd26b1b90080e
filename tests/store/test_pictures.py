"""The copies of photos hold their pixels and nothing that the camera wrote beside them, and no photo harms who decodes it."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from chalicelib.domain.files import PIXELS_AT_MOST, WRONG_CONTENT
from chalicelib.domain.refusals import Refusal
from chalicelib.store.pictures import DISPLAY_SIDE, THUMBNAIL_SIDE, copies_of
from tests.service.bucket import HEIC, JPEG, PNG

CAMERA = "SecretCam"
GPS, MAKE, ORIENTATION, LATITUDE = 0x8825, 0x010F, 0x0112, 2


def exif(orientation: int = 1) -> Image.Exif:
    """What a camera writes: its name, where it was, and how it was held."""
    written = Image.Exif()
    written[MAKE], written[ORIENTATION] = CAMERA, orientation
    written[GPS] = {1: "N", LATITUDE: (40.0, 25.0, 0.0)}
    return written


def photo(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", orientation: int = 1) -> bytes:
    """A photo with all that its kind can carry beside the pixels."""
    target = BytesIO()
    picture = Image.new(mode, size, "red" if mode in ("RGB", "RGBA") else 0)
    if kind == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Comment", CAMERA)
        picture.save(target, kind, exif=exif(orientation), pnginfo=notes)
    else:
        picture.save(target, kind, exif=exif(orientation), comment=CAMERA.encode(), icc_profile=CAMERA.encode() * 20)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    """A copy, as whoever gets it sees it."""
    picture = Image.open(BytesIO(content))
    picture.load()
    return picture


@pytest.mark.parametrize("content", [photo("JPEG"), photo("PNG"), HEIC], ids=["jpeg", "png", "heic"])
def test_a_copy_says_nothing_of_camera_place_or_person(content: bytes) -> None:
    """N6: EXIF with its GPS, comments, texts and profiles stay behind; the sent photo had them."""
    assert CAMERA.encode() in content
    for copy in copies_of(content):
        assert CAMERA.encode() not in copy
        picture = opened(copy)
        assert ("JPEG", {}) == (picture.format, dict(picture.getexif()))
        assert {"jfif", "jfif_version", "jfif_density", "jfif_unit", "dpi"} >= set(picture.info)


@pytest.mark.parametrize("content", [JPEG, PNG, HEIC], ids=["jpeg", "png", "heic"])
def test_a_small_photo_keeps_its_size(content: bytes) -> None:
    """N6: no photo is enlarged."""
    display, thumbnail = copies_of(content)
    assert opened(display).size == opened(thumbnail).size
    assert max(opened(display).size) <= 16


@pytest.mark.parametrize("size", [(3000, 1500), (1500, 3000)])
def test_a_large_photo_is_scaled_with_its_proportions(size: tuple[int, int]) -> None:
    """N6: the longer side is that of the copy."""
    display, thumbnail = (opened(it).size for it in copies_of(photo("JPEG", size)))
    assert (DISPLAY_SIDE, DISPLAY_SIDE // 2) == (max(display), min(display))
    assert (THUMBNAIL_SIDE, THUMBNAIL_SIDE // 2) == (max(thumbnail), min(thumbnail))
    assert (size[0] > size[1]) is (display[0] > display[1])


def test_a_photo_that_was_taken_sideways_stands_upright() -> None:
    """N6: how the camera was held is in the EXIF, so the copy has to be turned before that is dropped."""
    display, _ = copies_of(photo("JPEG", (40, 20), orientation=6))
    assert (20, 40) == opened(display).size


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"])
def test_a_png_of_any_kind_is_copied(mode: str) -> None:
    """N6: a drawing, a scan and a transparent picture are shown as well, on white."""
    display, _ = copies_of(photo("PNG", mode=mode))
    assert "RGB" == opened(display).mode


def test_what_was_transparent_is_white() -> None:
    """N6: a screenshot without a background is not shown on black."""
    target = BytesIO()
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(target, "PNG")
    display, _ = copies_of(target.getvalue())
    assert (255, 255, 255) == opened(display).getpixel((8, 8))


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00" * 64)) + chunk(b"IEND", b"")


def bomb_of_text() -> bytes:
    """A PNG whose compressed text would unpack to megabytes."""
    text = b"Comment\x00\x00" + zlib.compress(b"\x00" * (8 * 2**20), 9)
    kind = b"zTXt"
    chunk = struct.pack(">I", len(text)) + kind + text + struct.pack(">I", zlib.crc32(kind + text))
    return PNG[:33] + chunk + PNG[33:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        JPEG[: len(JPEG) // 2],
        JPEG[:4],
        PNG[:50],
        HEIC[:300],
        HEIC[:-200],
        HEIC[:40] + b"\xff" * 200,
        b"\xff\xd8\xff" + b"no photo at all" * 9,
        b"GIF89a" + b"\x00" * 50,
        photo("JPEG")[:-300],
        png_of(60_000, 60_000),
        png_of(2**31 - 1, 2**31 - 1),
        png_of(PIXELS_AT_MOST, 2),
        png_of(0, 0),
        bomb_of_text(),
    ],
    ids=lambda it: f"{len(it)} bytes",
)
def test_what_is_no_whole_photo_is_refused(content: bytes) -> None:
    """N6, I10: damaged, cut short, of another kind, or a bomb: a refusal that says so, and no crash."""
    with pytest.raises(Refusal) as refused:
        copies_of(content)
    assert WRONG_CONTENT == refused.value.code


def test_a_photo_of_as_many_pixels_as_a_phone_takes_is_copied() -> None:
    """N6: 48 million pixels are a photo."""
    target = BytesIO()
    Image.new("L", (8000, 6000)).save(target, "JPEG")
    display, _ = copies_of(target.getvalue())
    assert (2048, 1536) == opened(display).size

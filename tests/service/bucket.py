"""A bucket in memory, with the objects that forms put there and links that name their object."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from chalicelib.domain.files import HEAD_BYTES
from chalicelib.store.files import Arrived, Form

JPEG = b"\xff\xd8\xff\xe0" + b"a photo" * 9
PNG = b"\x89PNG\r\n\x1a\n" + b"a drawing"
HEIC = b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic" + b"a photo"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + b"a film"
PDF = b"%PDF-1.7\n a letter"


@dataclass
class Bucket:
    """Keep objects by key, each with the content type it was sent with."""

    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def form(self, key: str, content_type: str, size: int, seconds: int) -> Form:
        """Return a form whose fields say what it is for."""
        return Form("https://files.example/", {"key": key, "Content-Type": content_type, "policy": f"{size} {seconds}"})

    def put(self, key: str, content_type: str, content: bytes) -> None:
        """Put an object there, as storage does once a form was sent."""
        self.objects[key] = content_type, content

    def arrived(self, key: str) -> Arrived | None:
        """Return the object under ``key``."""
        if key not in self.objects:
            return None
        content_type, content = self.objects[key]
        return Arrived(content_type, len(content), _etag(content), content[:HEAD_BYTES])

    def copy(self, key: str, etag: str, to: str) -> bool:
        """Copy an object if it is still the one of that ``etag``."""
        found = self.objects.get(key)
        if found is None or _etag(found[1]) != etag:
            return False
        self.objects[to] = found
        return True

    def delete(self, key: str) -> None:
        """Remove an object."""
        self.objects.pop(key, None)

    def link(self, key: str, content_type: str, name: str, seconds: int) -> str:
        """Return an address that names the object it reads."""
        return f"https://files.example/{key}?as={content_type}&name={name}&for={seconds}"


def _etag(content: bytes) -> str:
    """Return the entity tag that S3 gives an object which comes in one piece."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()

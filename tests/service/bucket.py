"""A bucket in memory, with the objects that forms put there and links that name their object."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from dataclasses import dataclass, field

from chalicelib.domain.files import HEAD_BYTES
from chalicelib.store.files import Arrived, Form

JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
    "q62rZ4C8ybqmx5moq6T/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAI"
    "AQEAAD8AP//Z"
)
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAGklEQVR42mM8ISfHQApgYiARjGoY1TB0NAAATx8BJMixHB8AAAAASUVORK5CYII="
)
HEIC = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAb1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB4QABAAAAAAAAACgAAgAAAAACCQABAAAAAAAAAHAAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAAA/GlwcnAAAADcaXBjbwAAAHVodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "rprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAChjbGFw"
    "AAAAEAAAAAEAAAAQAAAAAf///9AAAAAC////0AAAAAIAAAAQcGl4aQAAAAADCAgIAAAAGGlwbWEAAAAAAAAAAQABBYECAwWEAAAA"
    "GmlyZWYAAAAAAAAADmNkc2MAAgABAAEAAACgbWRhdAAAACQoAa8LSE5DgPX9Olf/ygW+fpBn3kSF5ajValaAnJI5epArgLAAAAAG"
    "RXhpZgAATU0AKgAAAAgAAgEPAAIAAAAKAAAAJoglAAQAAAABAAAAMAAAAABTZWNyZXRDYW0AAAIAAQACAAAAAk4AAAAAAgAFAAAA"
    "AwAAAE4AAAAAAAAAKAAAAAEAAAAZAAAAAQAAAAAAAAAB"
)
"""Whole photos of a few pixels. The last one also says, in its EXIF, which camera took it and where."""
OTHER_JPEG = JPEG[:15] + b"\x02" + JPEG[16:]
"""As long as ``JPEG``; it says another width of its pixels."""
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + b"a film"
PDF = b"%PDF-1.7\n a letter"


@dataclass
class Bucket:
    """Keep objects by key, each with the content type it was sent with."""

    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    scanned: dict[str, str] = field(default_factory=dict)
    """What a scan says of the object under a key."""

    def form(self, key: str, content_type: str, size: int, seconds: int) -> Form:
        """Return a form whose fields say what it is for."""
        return Form("https://files.example/", {"key": key, "Content-Type": content_type, "policy": f"{size} {seconds}"})

    def put(self, key: str, content_type: str, content: bytes) -> None:
        """Put an object there, as storage does once a form was sent."""
        self.objects[key] = content_type, content
        self.scanned.pop(key, None)

    @property
    def sent(self) -> dict[str, tuple[str, bytes]]:
        """The objects that people have sent, without the copies that were made of photos."""
        return {key: found for key, found in self.objects.items() if not key.startswith("shown/")}

    def read(self, key: str, etag: str) -> bytes | None:
        """Return the content of an object if it is still the one of that ``etag``."""
        found = self.objects.get(key)
        return found[1] if found and _etag(found[1]) == etag else None

    def scan_result(self, key: str) -> str | None:
        """Return what a scan says of an object."""
        return self.scanned.get(key)

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

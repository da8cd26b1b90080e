"""Hold the files of the built app in memory, each compressed too, and the policy under which a browser runs them."""

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

APP = "/app/"
COMPRESSED = (".js", ".css", ".html", ".svg", ".json")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its body, and its headers by their names in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def policy(endpoints: Mapping[str, Any]) -> str:
    """Return the content security policy: this origin, the login, storage and the live connection, and nothing else."""
    cloud = str(endpoints["ministack"])
    live = cloud.replace("http", "ws", 1)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' blob: {cloud}",
            f"media-src 'self' blob: {cloud}",
            f"connect-src 'self' {cloud} {live}",
            f"frame-src {endpoints['outbox']}",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class AppFiles:
    """The files of the built app in the folder `dist`."""

    def __init__(self, dist: Path) -> None:
        """Read them all."""
        files = (path for path in dist.rglob("*") if path.is_file() and not path.name.startswith("."))
        self._files = {str(path.relative_to(dist)): path.read_bytes() for path in files}
        self._small = {name: gzip.compress(body, 9) for name, body in self._files.items() if name.endswith(COMPRESSED)}

    def reply(self, path: str, encodings: str, policy: str) -> Reply:
        """Return the file at `path`. A path whose last part has no extension is a page of the app."""
        name = path.removeprefix(APP)
        if "." not in name.rpartition("/")[2]:
            name = "index.html"
        if not path.startswith(APP) or name not in self._files:
            return Reply(HTTPStatus.NOT_FOUND)
        headers = {
            "content-type": f"{mimetypes.guess_type(name)[0] or 'application/octet-stream'}; charset=utf-8",
            "cache-control": "public, max-age=31536000, immutable" if name.startswith("assets/") else "no-cache",
            "content-security-policy": policy,
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "permissions-policy": "camera=(self), geolocation=(), microphone=()",
        }
        if name in self._small and "gzip" in encodings:
            small = {"content-encoding": "gzip", "vary": "accept-encoding"}
            return Reply(HTTPStatus.OK, self._small[name], headers | small)
        return Reply(HTTPStatus.OK, self._files[name], headers)

"""Write a folder of files with a manifest by which everybody can check that none of them was changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.stack import OperationError

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


@dataclass(slots=True)
class Folder:
    """A new folder that is being filled. ``written`` has each file's SHA-256 and its size in bytes."""

    path: Path
    written: dict[str, tuple[str, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the folder, readable by its owner only. Raises ``OperationError`` where something is there already."""
        try:
            self.path.mkdir(mode=0o700, parents=True)
        except FileExistsError as error:
            msg = f"{self.path} is there already; name a folder that is not, so that nothing is mixed up"
            raise OperationError(msg) from error

    def add(self, name: str, content: bytes) -> str:
        """Write a file, and return its SHA-256."""
        path = self.path / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        self.written[name] = (digest, len(content))
        return digest

    def add_json(self, name: str, value: object) -> str:
        """Write a value as JSON that people can read, and return the file's SHA-256."""
        return self.add(name, f"{json.dumps(value, indent=2, ensure_ascii=False)}\n".encode())

    def close(self, about: dict[str, Any]) -> None:
        """Write the manifest, and the list that ``sha256sum --check SHA256SUMS`` reads; the manifest is in it as well."""
        files = [{"name": name, "sha256": digest, "size": size} for name, (digest, size) in sorted(self.written.items())]
        self.add_json(MANIFEST, about | {"files": files})
        sums = "".join(f"{digest}  {name}\n" for name, (digest, _) in sorted(self.written.items()))
        (self.path / SUMS).write_text(sums, encoding="utf-8")

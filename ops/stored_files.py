"""Copy the files of a case out of the bucket, each with its SHA-256, and say of each whether it is what was uploaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws import client
from chalicelib.domain.evidence import ENDINGS
from chalicelib.domain.personal_data import ERASED
from chalicelib.settings import settings
from chalicelib.store.uploads import kept_at

if TYPE_CHECKING:
    from chalicelib.domain.evidence import File
    from ops.folder import Folder

UNCHANGED, OTHER, GONE, WAS_ERASED = "as uploaded", "not as uploaded", "missing", "erased"
"""The states of a file, beside what was recorded when it was taken in."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that belongs to a case: its name in the export, what it is, and the order it is kept with."""

    name: str
    about: dict[str, Any]
    order_id: str
    file: File


def copy(folder: Folder, wanted: Wanted) -> dict[str, Any]:
    """Copy one file into ``folder``, and return what the export says of it. A file that is not there is said to be missing."""
    file = wanted.file
    told = wanted.about | {"upload_id": file.upload_id, "content_type": file.content_type.value, "size": file.size}
    if file.etag == ERASED:
        return told | {"state": WAS_ERASED, "file": None, "sha256": None}
    content = _content(kept_at(wanted.order_id, file))
    if content is None:
        return told | {"state": GONE, "file": None, "sha256": None}
    name = f"files/{wanted.name}.{ENDINGS[file.content_type]}"
    # The entity tag of an object that was stored in one piece is its MD5; it was recorded when the file was taken in.
    same = hashlib.md5(content, usedforsecurity=False).hexdigest() == file.etag and len(content) == file.size
    return told | {"state": UNCHANGED if same else OTHER, "file": name, "sha256": folder.add(name, content)}


def _content(key: str) -> bytes | None:
    try:
        found: bytes = client("s3").get_object(Bucket=settings().files_bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            return None
        raise
    return found

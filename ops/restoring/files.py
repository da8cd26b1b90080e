"""Compare the files in the bucket, which is not restored, with the uploads that the table names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.store.keys import UPLOADS_PREFIX
from chalicelib.store.paging import every
from chalicelib.store.schema import stored_value
from chalicelib.store.uploads import Upload, UploadStatus, kept_at, shown_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.evidence import File

Client = Any


@dataclass(frozen=True, slots=True)
class Compared:
    """``gone`` are the files that the table names and the bucket lacks; ``left`` those of which the table knows nothing.

    The copies of a photo are among ``left`` with their file; ones that are missing are not told, since not every file has any.
    """

    gone: tuple[str, ...]
    left: tuple[str, ...]


def compare(dynamodb: Client, s3: Client, table: str, bucket: str) -> Compared:
    """Return what table and bucket do not agree on. It reads all of both."""
    uploads = list(_uploads(dynamodb, table))
    named = {kept_at(order_id, file) for order_id, file in uploads}
    copies = {shown_at(order_id, file, thumbnail=small) for order_id, file in uploads for small in (False, True)}
    there = set(_there(s3, bucket))
    return Compared(tuple(sorted(named - there)), tuple(sorted(there - named - copies)))


def _uploads(dynamodb: Client, table: str) -> Iterator[tuple[str, File]]:
    """Return every file that was taken in, with its order."""
    found = every(
        dynamodb.scan,
        TableName=table,
        ConsistentRead=True,
        FilterExpression="begins_with(sk, :upload)",
        ExpressionAttributeValues={":upload": {"S": UPLOADS_PREFIX}},
    )
    uploads = (stored_value(it, Upload) for it in found)
    return ((it.order_id, it.file) for it in uploads if it.file and it.status in (UploadStatus.CONFIRMED, UploadStatus.READY))


def _there(s3: Client, bucket: str) -> Iterator[str]:
    for place in ("kept/", "shown/"):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=place)
        yield from (it["Key"] for page in pages for it in page.get("Contents", ()))

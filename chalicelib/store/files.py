"""Give access to the private bucket: forms that upload, a look at what has arrived, and links that read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.auth import AUTH_TYPE_MAPS, S3SigV4QueryAuth
from botocore.exceptions import ClientError

from chalicelib.domain.files import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

_GONE = ("NoSuchKey", "404", "InvalidRange", "416")  # an empty object has no range
_CHANGED = ("PreconditionFailed", "412", *_GONE)
SCAN_TAG, CLEAN, FOUND = "GuardDutyMalwareScanStatus", "NO_THREATS_FOUND", "THREATS_FOUND"
"""The tag by which GuardDuty Malware Protection for S3 marks an object that it has scanned, and two of its values."""
_LINKS, _LINKS_BY_THE_MINUTE = "s3v4-query", "s3v4-by-the-minute-query"


class _ByTheMinute(S3SigV4QueryAuth):
    """Signs a link as of the beginning of the minute.

    All links to a file within one minute are equal, so that a page that lists them does not change either.
    """

    def _modify_request_before_signing(self, request: Any) -> None:  # noqa: ANN401 - botocore's
        request.context["timestamp"] = f"{request.context['timestamp'][:-3]}00Z"  # the digits of the second
        super()._modify_request_before_signing(request)  # type: ignore[misc] # the stubs leave it out


AUTH_TYPE_MAPS[_LINKS_BY_THE_MINUTE] = _ByTheMinute


def _signer(signature_version: str, **_: object) -> str | None:
    """Return the name of the signer for a link; None leaves the choice to botocore."""
    return _LINKS_BY_THE_MINUTE if signature_version == _LINKS else None


@dataclass(frozen=True, slots=True)
class Form:
    """A form that uploads one file: post ``fields`` unchanged, and ``file`` last, to ``url``."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Arrived:
    """An object in the bucket: its declared content type, its size in bytes, its entity tag, and its first bytes."""

    content_type: str
    size: int
    etag: str
    head: bytes


class Files:
    """The objects of a bucket. ``client`` returns a low-level S3 client that signs with version 4, made on first use."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        """Keep objects in ``bucket``."""
        self._client = client
        self.bucket = bucket

    def form(self, key: str, content_type: str, size: int, seconds: int) -> Form:
        """Return a form for exactly one key, one content type and one size in bytes. Storage refuses any other upload by it."""
        made = self._client().generate_presigned_post(
            Bucket=self.bucket,
            Key=key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", size, size]],
            ExpiresIn=seconds,
        )
        return Form(made["url"], made["fields"])

    def arrived(self, key: str) -> Arrived | None:
        """Return the object under ``key``; None where there is none, or an empty one."""
        try:
            reply = self._client().get_object(Bucket=self.bucket, Key=key, Range=f"bytes=0-{HEAD_BYTES - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        size = int(reply["ContentRange"].rpartition("/")[2])
        return Arrived(reply["ContentType"], size, reply["ETag"].strip('"'), reply["Body"].read())

    def read(self, key: str, etag: str) -> bytes | None:
        """Return the whole object under ``key`` if its entity tag still is ``etag``; None where it is not."""
        try:
            reply = self._client().get_object(Bucket=self.bucket, Key=key, IfMatch=etag)
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return None
            raise
        content: bytes = reply["Body"].read()
        return content

    def put(self, key: str, content_type: str, content: bytes) -> None:
        """Keep an object of this service's own making."""
        self._client().put_object(Bucket=self.bucket, Key=key, ContentType=content_type, Body=content)

    def scan_result(self, key: str) -> str | None:
        """Return what GuardDuty's scan says of the object under ``key``; None until it says something, and for no object."""
        try:
            tags = self._client().get_object_tagging(Bucket=self.bucket, Key=key)["TagSet"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return None
            raise
        return next((tag["Value"] for tag in tags if tag["Key"] == SCAN_TAG), None)

    def copy(self, key: str, etag: str, to: str) -> bool:
        """Copy the object under ``key`` if its entity tag still is ``etag``; return False where it is not."""
        source = {"Bucket": self.bucket, "Key": key}
        try:
            self._client().copy_object(  # without the tags of a scan, which would take rights of their own
                Bucket=self.bucket, Key=to, CopySource=source, CopySourceIfMatch=etag, TaggingDirective="REPLACE"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return False
            raise
        return True

    def delete(self, key: str) -> None:
        """Remove an object for good; one that is not there is no error."""
        self._client().delete_object(Bucket=self.bucket, Key=key)

    def link(self, key: str, content_type: str, name: str, seconds: int) -> str:
        """Return an address that downloads one object under the file name ``name``; a browser never shows it as a page.

        It works for so many ``seconds``, counted from the beginning of the present minute.
        """
        client = self._client()
        client.meta.events.register("choose-signer.s3.GetObject", _signer, unique_id=_LINKS_BY_THE_MINUTE)
        given = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentType": content_type,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
        }
        link: str = client.generate_presigned_url("get_object", Params=given, ExpiresIn=seconds)
        return link

"""The bucket as S3 has it: forms, arrived objects, copies of exactly one content, and links (N6)."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib import aws
from chalicelib.settings import settings
from chalicelib.store.files import Arrived, Files

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET, KEY, KEPT = "files", "incoming/o/buyer/u", "kept/o/u/e"
CONTENT = b"\xff\xd8\xff" + b"x" * 100


@pytest.fixture
def s3() -> Iterator[Any]:
    """Return an S3 client with an empty bucket."""
    with mock_aws():
        session = botocore.session.Session()
        config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
        client: Any = session.create_client(
            "s3",
            "eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106
            config=config,
        )
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield client


@pytest.fixture
def files(s3: Any) -> Files:  # noqa: ANN401 - a botocore client
    """Return the files in that bucket."""
    return Files(lambda: s3, BUCKET)


def test_a_form_is_for_one_key_one_type_and_one_size(files: Files) -> None:
    """N6: the signed policy fixes key, type and size, and allows no other field."""
    form = files.form(KEY, "image/jpeg", 103, 600)
    policy = json.loads(base64.b64decode(form.fields["policy"]))

    assert (KEY, "image/jpeg") == (form.fields["key"], form.fields["Content-Type"])
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert {"key": KEY} in policy["conditions"]
    assert ["content-length-range", 103, 103] in policy["conditions"]
    assert all(type(it) is dict or it[0] == "content-length-range" for it in policy["conditions"])


def test_what_arrived_is_seen_by_its_beginning(files: Files, s3: Any) -> None:  # noqa: ANN401
    """N6: an object's size and type are those of the whole, its head is short, and an empty or missing object is None."""
    assert files.arrived(KEY) is None
    etag = s3.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT, ContentType="image/jpeg")["ETag"].strip('"')
    assert Arrived("image/jpeg", 103, etag, CONTENT) == files.arrived(KEY)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"short", ContentType="image/jpeg")
    assert (5, b"short") == ((seen := files.arrived(KEY)) and (seen.size, seen.head))
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"")
    assert files.arrived(KEY) is None


def test_what_was_deleted_is_gone(files: Files, s3: Any) -> None:  # noqa: ANN401
    """N6: a deleted object is gone for good, and deleting a missing one is no error."""
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT)
    for _ in range(2):
        files.delete(KEY)
        assert files.arrived(KEY) is None


class _Refusing:
    """Return an S3 client that answers every call with one error."""

    def __init__(self, code: str) -> None:
        self._code = code

    def _refuse(self, **_: object) -> None:
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, "Any")

    copy_object = get_object = _refuse


def test_a_copy_is_of_the_content_that_was_seen(files: Files, s3: Any) -> None:  # noqa: ANN401
    """N6: an object that has changed, or is gone, is not copied."""
    etag = s3.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT, ContentType="image/jpeg")["ETag"].strip('"')
    asked: list[dict[str, Any]] = []
    s3.meta.events.register("before-parameter-build.s3.CopyObject", lambda params, **_: asked.append(dict(params)))

    assert files.copy(KEY, etag, KEPT)
    assert etag == asked[0]["CopySourceIfMatch"]  # moto copies whatever is asked; the local cloud holds us to it
    kept = files.arrived(KEPT)
    assert kept is not None
    assert ("image/jpeg", 103) == (kept.content_type, kept.size)
    for code in ("PreconditionFailed", "NoSuchKey"):
        assert not Files(lambda code=code: _Refusing(code), BUCKET).copy(KEY, etag, KEPT)  # type: ignore[misc]


def test_an_error_of_storage_is_not_a_missing_file() -> None:
    """N6: an error of storage is raised, so that the message is delivered again."""
    broken = Files(lambda: _Refusing("AccessDenied"), BUCKET)
    with pytest.raises(ClientError):
        broken.arrived(KEY)
    with pytest.raises(ClientError):
        broken.copy(KEY, "e", KEPT)


def test_a_link_reads_one_file_and_shows_no_page(files: Files) -> None:
    """N6: a link is signed with version 4 for some seconds, at the region's own address, and names the saved file."""
    link = urlsplit(files.link(KEPT, "image/jpeg", "u.jpg", 300))
    query = {name: values[0] for name, values in parse_qs(link.query).items()}

    assert (f"{BUCKET}.s3.eu-west-1.amazonaws.com", f"/{KEPT}") == (link.netloc, link.path)
    assert ("AWS4-HMAC-SHA256", "300") == (query["X-Amz-Algorithm"], query["X-Amz-Expires"])
    assert ("image/jpeg", 'attachment; filename="u.jpg"') == (
        query["response-content-type"],
        query["response-content-disposition"],
    )


def test_links_of_a_minute_are_one(files: Files, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """N6: all links given out within one minute are the same, and work for at least four minutes."""
    links = []
    for moment in ("12:00:00", "12:00:31", "12:00:59", "12:01:00"):
        at = datetime.fromisoformat(f"2026-03-02T{moment}+00:00")
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda at=at: at)
        links.append(files.link(KEPT, "image/jpeg", "u.jpg", 300))

    signed_at = [parse_qs(urlsplit(link).query)["X-Amz-Date"][0] for link in links]
    assert ["20260302T120000Z"] * 3 + ["20260302T120100Z"] == signed_at
    assert (links[0], links[0]) == (links[1], links[2])
    plain = s3.generate_presigned_url("head_object", Params={"Bucket": BUCKET, "Key": KEPT})
    assert "X-Amz-Date=20260302T120100Z" in plain


def test_a_link_is_signed_as_botocore_signs(files: Files, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    """N6: at the beginning of a minute the link is exactly botocore's own."""
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    given = {
        "Bucket": BUCKET,
        "Key": KEPT,
        "ResponseContentType": "image/jpeg",
        "ResponseContentDisposition": 'attachment; filename="u.jpg"',
    }
    own = s3.generate_presigned_url("get_object", Params=given, ExpiresIn=300)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: datetime(2026, 3, 2, 12, 0, 59, tzinfo=UTC))

    assert own == files.link(KEPT, "image/jpeg", "u.jpg", 300)


@pytest.mark.parametrize("style", ["", "path"])
def test_the_client_of_production_signs_for_the_region(monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    """N6: links and forms work at once after a bucket is made: no address that redirects, no old signature."""
    for name, value in {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if style:
        monkeypatch.setenv("S3_ADDRESSING", style)
    for cached in (settings, aws.client, aws._session):  # noqa: SLF001 - a process of its own
        cached.cache_clear()
    made = Files(lambda: aws.client("s3"), BUCKET)
    form, link = made.form(KEY, "image/jpeg", 1, 600), made.link(KEPT, "image/jpeg", "u.jpg", 300)
    for cached in (settings, aws.client, aws._session):  # noqa: SLF001
        cached.cache_clear()

    host = "https://s3.eu-west-1.amazonaws.com/files" if style else "https://files.s3.eu-west-1.amazonaws.com/"
    assert host == form.url
    assert link.startswith(f"{host.rstrip('/')}/{KEPT}?")
    assert "AWS4-HMAC-SHA256" in link
    assert "AWS4-HMAC-SHA256" == form.fields["x-amz-algorithm"]

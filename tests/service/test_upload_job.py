"""The function that storage's queue calls: every object of every message, each message on its own (N6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib import bootstrap, jobs
from chalicelib.service import uploads_arrived
from chalicelib.settings import settings


def message(number: int, *keys: str, bucket: str = "files") -> dict[str, Any]:
    """Return a message of the queue that reports these objects."""
    records = [{"s3": {"bucket": {"name": bucket}, "object": {"key": key}}} for key in keys]
    return {"messageId": str(number), "body": json.dumps({"Records": records})}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the keys that were checked; a key that asks for it fails."""
    looked_at: list[str] = []

    def take_in(_: object, __: object, key: str) -> None:
        looked_at.append(key)
        if "fails" in key:
            raise RuntimeError(key)

    monkeypatch.setenv("FILES_BUCKET", "files")
    settings.cache_clear()
    monkeypatch.setattr(uploads_arrived, "take_in", take_in)
    for name in ("services", "storage"):
        monkeypatch.setattr(bootstrap, name, lambda: None)
    return looked_at


@pytest.fixture(autouse=True)
def _settings_of_a_process_of_its_own() -> Any:  # noqa: ANN401 - a fixture
    yield
    settings.cache_clear()


def test_a_message_that_fails_comes_again_alone(seen: list[str]) -> None:
    """N6: a failure in one message holds up no other, and only that message is reported."""
    told = [message(1, "incoming/a"), message(2, "incoming/b", "fails", "incoming/never"), message(3, "incoming/c")]

    assert {"batchItemFailures": [{"itemIdentifier": "2"}]} == jobs.take_in_uploads(told)
    assert ["incoming/a", "incoming/b", "fails", "incoming/c"] == seen


def test_a_key_is_read_as_storage_writes_it(seen: list[str]) -> None:
    """N6: spaces and signs in keys come encoded as in a form."""
    jobs.take_in_uploads([message(1, "incoming/a+b%2Bc%C3%A9")])
    assert ["incoming/a b+cé"] == seen


def test_what_is_not_about_our_bucket_is_passed_over(seen: list[str]) -> None:
    """N6: a test of the connection, and another bucket's objects, are ignored."""
    tested = {"messageId": "2", "body": json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})}
    assert {"batchItemFailures": []} == jobs.take_in_uploads([message(1, "incoming/a", bucket="other"), tested])
    assert [] == seen


def test_a_message_that_is_no_json_is_reported(seen: list[str]) -> None:
    """N6: an unreadable message ends in the dead-letter queue, for people to look at."""
    broken = {"messageId": "1", "body": "{"}
    assert {"batchItemFailures": [{"itemIdentifier": "1"}]} == jobs.take_in_uploads([broken])
    assert [] == seen

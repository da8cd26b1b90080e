"""``asyncapi.json`` is a valid AsyncAPI document, and it describes every message that is published."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator

from chalicelib.domain.events import PAYLOADS
from chalicelib.notify.feed_messages import AMOUNTS
from chalicelib.store.codec import dump
from tests.notify.fakes import Desk
from tests.notify.stories import STORIES
from tests.notify.test_publish import to
from tools.asyncapi_page import document

OFFICIAL = Path(__file__).with_name("asyncapi-3.0.0.schema.json")
"""The AsyncAPI Initiative's JSON Schema of a document, from @asyncapi/specs 6.11.1 (Apache-2.0)."""
MESSAGES = {"marketplace": "event", "payments": "payment", "mediators": "mediation"}
"""The message of each topic, by whom the topic is for."""

Json = dict[str, Any]


@lru_cache(maxsize=1)
def described() -> Json:
    """Return the document."""
    return json.loads(json.dumps(document()))  # type: ignore[no-any-return]


@lru_cache(maxsize=16)
def strict(message: str, part: str) -> Draft7Validator:
    """Return a validator of a message's payload or headers, which lets no member pass that is not described."""
    whole = copy.deepcopy(described())
    for schema in whole["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    kinds = whole["components"]["schemas"]["EventMessage"]["properties"]["type"]
    kinds["enum"] = kinds["x-extensible-enum"]
    return Draft7Validator(whole["components"]["messages"][message][part] | {"components": whole["components"]})


def wrong_with(message: str, part: str, value: object) -> list[str]:
    """Return what is wrong with a payload or with headers."""
    return [error.message for error in strict(message, part).iter_errors(value)]


def published() -> list[tuple[str, str, dict[str, str]]]:
    """Every message of every story to a topic of systems or mediators: its name, its text and its attributes."""
    found = []
    for story in STORIES.values():
        desk = Desk((story(),))
        assert [] == desk.publish()
        found += [(MESSAGES[who], it.text, it.attributes) for who in MESSAGES for it in to(desk, who)]
    return found


def body_of(message: str, text: str) -> Any:  # noqa: ANN401 - JSON or words
    """Return a message's body as its content type says."""
    is_json = described()["components"]["messages"][message]["contentType"] == "application/json"
    return json.loads(text) if is_json else text


def test_the_document_is_valid() -> None:
    """The AsyncAPI Initiative's own schema of version 3.0.0 accepts it, and every reference in it leads somewhere."""
    validator = Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))
    assert [] == [error.message for error in validator.iter_errors(described())]

    written = json.dumps(described())
    for reference in {part.split('"')[0] for part in written.split('"$ref": "#/')[1:]}:
        place: Any = described()
        for name in reference.split("/"):
            place = place[name]


def test_the_official_schema_refuses_what_is_not_valid() -> None:
    """The test above would notice: a document without a channel's address type, or with an unknown action, is refused."""
    validator = Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))
    broken = copy.deepcopy(described())
    broken["operations"]["send_events"]["action"] = "shout"
    assert [] != list(validator.iter_errors(broken))


def test_every_published_message_is_as_described() -> None:
    """Body and attributes of every message of every story follow their schemas, and have no member beyond them."""
    seen = published()
    assert set(MESSAGES.values()) == {message for message, _, _ in seen}
    assert len(seen) > len(PAYLOADS)
    for message, text, attributes in seen:
        body = body_of(message, text)
        assert [] == wrong_with(message, "payload", body), body
        assert [] == wrong_with(message, "headers", attributes), attributes


def test_every_type_of_event_is_among_them() -> None:
    """Every type of event that is described, and every amount, is seen by the test above."""
    bodies = [body_of(message, text) for message, text, _ in published() if message == "event"]
    assert set(PAYLOADS) == {body["type"] for body in bodies}
    assert set(AMOUNTS) == {name for body in bodies for name in body["amounts"]}


@pytest.mark.parametrize("message", ["event", "payment"])
def test_a_field_too_many_or_too_few_is_noticed(message: str) -> None:
    """A published field that the document lacks fails, as does each described field that is not published."""
    text = next(text for name, text, _ in published() if name == message)
    body = body_of(message, text)
    assert [] != wrong_with(message, "payload", body | {"news": 1})
    for name in body:
        assert [] != wrong_with(message, "payload", {other: it for other, it in body.items() if other != name}), name


def test_what_is_sent_is_written_without_blanks() -> None:
    """The text of a message is compact JSON, byte for byte as the codec writes it: a signature covers just that."""
    assert all(dump(json.loads(text)) == text for message, text, _ in published() if message != "mediation")

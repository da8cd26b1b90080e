"""Writes ``asyncapi.json``: the topics and webhooks that systems listen to, as AsyncAPI 3.0, made from the code."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from chalicelib.api.description.openapi import VERSION
from chalicelib.domain.events import PAYLOADS
from chalicelib.notify.audience import Audience, Channel
from chalicelib.notify.feed_messages import EventMessage, PaymentMessage, TestMessage
from chalicelib.service.webhook_envelope import PAYMENT, TEST

Json = dict[str, Any]
_REF = "#/components/schemas/{name}"

INTRODUCTION = """\
The messages that this product sends to the systems of the marketplace: on three SNS topics, and as webhooks.

Every message is delivered at least once, and messages may overtake each other. docs/connect.md says how to subscribe, how to
deduplicate, and what the payment system has to answer. Ignore members that you do not know: new ones may come, and new types.
"""
_ATTRIBUTES = {
    "channel": "The way it was sent.",
    "recipient": "Whom the topic is for.",
    "event": "The id of the event that it tells of: deduplicate by it.",
    "event_type": "The type of the event: filter by it.",
    "order_id": "The order.",
}


def page() -> str:
    """Return the document."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def document() -> Json:
    """Return the document, JSON-ready and in a stable order."""
    _, schemas = msgspec.json.schema_components([EventMessage, PaymentMessage, TestMessage], ref_template=_REF)
    schemas["EventMessage"]["properties"]["type"]["x-extensible-enum"] = sorted(PAYLOADS)
    messages = _topic_messages() | _webhook_messages()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Buyer protection: messages to systems",
            "version": VERSION,
            "description": INTRODUCTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": _topic("events", "Every event of every order and dispute.", "event"),
            "payments": _topic("payments", "Payment instructions: what the payment system pays out or charges.", "payment"),
            "mediators": _topic("mediators", "Words for mediators: which cases wait for them.", "mediation"),
            "webhooks": {
                "description": "A POST to each registered endpoint, signed by the Standard Webhooks convention.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _webhook_messages()},
            },
        },
        "operations": {
            f"send_{channel}": {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}
            for channel in ("events", "payments", "mediators", "webhooks")
        },
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items())) | _header_schemas()},
    }


def _topic(suffix: str, description: str, message: str) -> Json:
    return {
        "address": f"{{stack}}-{suffix}",
        "description": description,
        "parameters": {"stack": {"description": "The name of the stack; its outputs have the topic's ARN."}},
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {"sns": {"name": f"{{stack}}-{suffix}", "bindingVersion": "0.1.0"}},
    }


def _topic_messages() -> Json:
    def message(audience: Audience, name: str, payload: Json, kind: str, summary: str) -> Json:
        headers = {"$ref": _REF.format(name=f"{audience.value.title()}Attributes")}
        return {"name": name, "summary": summary, "contentType": kind, "headers": headers, "payload": payload}

    json_, text = "application/json", "text/plain"
    event, payment = ({"$ref": _REF.format(name=name)} for name in ("EventMessage", "PaymentMessage"))
    words = {"type": "string", "minLength": 1, "description": "English words, with a link to the dispute in the app."}
    return {
        "event": message(Audience.MARKETPLACE, "event", event, json_, "Something happened."),
        "payment": message(Audience.PAYMENTS, "payment", payment, json_, "A payment is to be made."),
        "mediation": message(Audience.MEDIATORS, "mediation", words, text, "A case waits. SNS has a Subject beside the text."),
    }


def _header_schemas() -> Json:
    """Return the message attributes of each topic, as a schema of strings."""
    made = {}
    for audience in (Audience.MARKETPLACE, Audience.PAYMENTS, Audience.MEDIATORS):
        properties: Json = {
            name: {"type": "string", "minLength": 1, "description": words} for name, words in _ATTRIBUTES.items()
        }
        properties["channel"]["const"] = Channel.TOPIC.value
        properties["recipient"]["const"] = audience.value
        properties["event_type"]["x-extensible-enum"] = sorted(PAYLOADS)
        made[f"{audience.value.title()}Attributes"] = {
            "type": "object",
            "description": "SNS message attributes, all of type String.",
            "properties": properties,
            "required": [*_ATTRIBUTES],
        }
    return made | {"WebhookHeaders": _webhook_headers()}


def _webhook_headers() -> Json:
    signature = "v1,(base64 of the HMAC-SHA256), several with a space between them while a secret is being replaced."
    words = {
        "webhook-id": "The same in every attempt and every repetition: deduplicate by it.",
        "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
        "webhook-signature": signature,
    }
    patterns = {
        "webhook-id": "^msg_[0-9a-f]{32}$",
        "webhook-timestamp": "^[0-9]+$",
        "webhook-signature": "^v1,[A-Za-z0-9+/]{43}=( v1,[A-Za-z0-9+/]{43}=)*$",
    }
    properties = {name: {"type": "string", "pattern": patterns[name], "description": words[name]} for name in words}
    return {"type": "object", "properties": properties, "required": [*words]}


def _webhook_messages() -> Json:
    def message(name: str, kind: Json, content: str, summary: str) -> Json:
        payload = {
            "type": "object",
            "properties": {
                "type": {"type": "string", **kind},
                "timestamp": {"type": "string", "format": "date-time", "description": "When it happened. UTC, ending in Z."},
                "data": {"$ref": _REF.format(name=content)},
            },
            "required": ["type", "timestamp", "data"],
        }
        headers = {"$ref": _REF.format(name="WebhookHeaders")}
        return {
            "name": name,
            "summary": summary,
            "contentType": "application/json",
            "headers": headers,
            "payload": payload,
        }

    return {
        "event_webhook": message(
            "event_webhook", {"x-extensible-enum": sorted(PAYLOADS)}, "EventMessage", "Something happened."
        ),
        "payment_webhook": message("payment_webhook", {"const": PAYMENT}, "PaymentMessage", "A payment is to be made."),
        "test_webhook": message("test_webhook", {"const": TEST}, "TestMessage", "Somebody asked for a test."),
    }

"""Sends messages through SNS: to topics, straight to phones, and straight to devices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.notify.composed_message import ComposedMessage, Push

_APNS = {"AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert"}
"""Apple requires this attribute of a message that is to be shown."""


class SnsSender:
    """Publishes through SNS. ``client`` gives a low-level SNS client on first use."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """Publish with that client."""
        self._client = client

    def send(self, message: ComposedMessage) -> None:
        """Publish ``message``. Raises botocore's ``ClientError`` when SNS does not take it."""
        arguments: dict[str, Any] = {"Message": message.text}
        attributes = message.attributes | (_APNS if message.push else {})
        if message.subject:
            arguments["Subject"] = message.subject
        if message.push:
            arguments |= {"Message": push_payload(message.text, message.push), "MessageStructure": "json"}
        self._client().publish(
            **_address(message),
            MessageAttributes={k: {"DataType": "String", "StringValue": v} for k, v in attributes.items()},
            **arguments,
        )


def _address(message: ComposedMessage) -> dict[str, str]:
    if message.phone:
        return {"PhoneNumber": message.phone}
    return {"TargetArn": message.device} if message.device else {"TopicArn": message.topic}


def push_payload(text: str, push: Push) -> str:
    """Return a message in each platform's form, for SNS's ``MessageStructure=json``: Firebase's HTTP v1 form, and Apple's."""
    shown = {"title": push.title, "body": text}
    fcm = {"fcmV1Message": {"message": {"notification": shown, "data": {"link": push.link}}}}
    apns = _compact({"aps": {"alert": shown, "sound": "default"}, "link": push.link})
    return _compact({"default": text, "GCM": _compact(fcm), "APNS": apns, "APNS_SANDBOX": apns})


def _compact(value: dict[str, Any]) -> str:
    """Return JSON without spaces: a platform takes 4 KB at most."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

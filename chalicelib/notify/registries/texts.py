"""Sends one-time codes by SMS straight to a number (N1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.languages import sections
from chalicelib.notify.catalog import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

_AT_ONCE = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
"""The attribute by which SNS prefers reliability to price: a code that comes late is of no use."""


class SnsTexts:
    """SMS through SNS. ``client`` gives a low-level SNS client on first use. Implements the service's ``Texts``."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """Send with that client."""
        self._client = client

    def send_code(self, phone: str, language: str, code: str) -> None:
        """Send a one-time code to a phone (E.164). Raises botocore's ``ClientError`` when SNS does not take it."""
        text = sections(spoken(language))["phone_code"].format(code=code)
        self._client().publish(PhoneNumber=phone, Message=text, MessageAttributes=_AT_ONCE)

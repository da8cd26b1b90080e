"""Write the body of a webhook: its type, when it happened, and the message that a topic would be told (N7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.events import PAYLOADS
from chalicelib.domain.webhooks import Delivery, delivery_id
from chalicelib.store.codec import timestamp

if TYPE_CHECKING:
    from datetime import datetime

PAYMENT = "payment_instruction"
"""The type of a webhook that says what is to be paid. Any other type is that of the event."""
TEST = "test"
TYPES = (*sorted(PAYLOADS), PAYMENT)
"""The types that an endpoint can choose from. A test is sent whatever it chose."""


class Envelope(msgspec.Struct):
    """The body, as the convention proposes it."""

    type: str
    timestamp: str
    data: msgspec.Raw


def delivery_of(endpoint: str, event: str, kind: str, happened: datetime, message: str, now: datetime) -> Delivery:
    """Return a new delivery of ``message``, the JSON of what happened, to an endpoint. Its first attempt may begin ``now``."""
    body = msgspec.json.encode(Envelope(kind, timestamp(happened), msgspec.Raw(message.encode()))).decode()
    return Delivery(delivery_id(endpoint, f"{event} {kind}"), endpoint, kind, event, body, created_at=now, next_at=now)

"""Keeps one SNS topic per person, and the addresses subscribed to it (N1)."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws import client as aws_client
from chalicelib.service.ports import Subscribed
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.store.people import Profile

log = logging.getLogger(__name__)

_LONGEST_ID = 160
"""The longest id that a topic name holds as it is. SNS takes 256 characters; the rest is for the prefix and the role."""
_PROTOCOLS = {"email": "email", "sms": "sms", "push": "application"}
"""The protocol in SNS of each channel."""
_CHANNELS = {protocol: channel for channel, protocol in _PROTOCOLS.items()}
_UNSAFE = re.compile(r"_(?=[0-9A-F]{2})|[^A-Za-z0-9_-]")
_GONE = ("NotFound", "InvalidParameter")
"""The codes by which SNS refuses to end a subscription that is gone, or was never confirmed and ends by itself."""


def topic_safe(person_id: str) -> str:
    """Return ``person_id`` in characters that a topic name may have. Two ids never give the same name.

    Each byte of another character's UTF-8 becomes ``_`` and two hex digits, and so does a ``_`` that could be read as the
    beginning of such a code. A very long id becomes ``_FF`` and its hash: the byte FF is in no UTF-8 text.
    """
    safe = _UNSAFE.sub(lambda found: "".join(f"_{byte:02X}" for byte in found[0].encode()), person_id)
    return safe if len(safe) <= _LONGEST_ID else f"_FF{hashlib.sha256(person_id.encode()).hexdigest()}"


def _sns() -> Any:  # noqa: ANN401 - botocore makes its clients at run time
    return aws_client("sns")


class SnsSubscriptions:
    """People's topics and subscriptions in SNS. Implements the service's ``Subscriptions``."""

    def __init__(self, client: Callable[[], Any] = _sns, prefix: str | None = None) -> None:
        """Name topics by ``prefix``, by default the deployment's. ``client`` gives a low-level SNS client on first use."""
        self._client = client
        self._prefix = prefix

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an email address, a phone number (E.164) or a device's endpoint. Returns topic and subscription, as ARNs.

        The subscription takes messages of its own channel only, so that one publication reaches one channel. Subscribing
        again changes nothing. An email address gets nothing until its owner has confirmed it.
        """
        topic = self._topic(role, person_id)
        subscribed = self._client().subscribe(
            TopicArn=topic,
            Protocol=_PROTOCOLS[channel],
            Endpoint=address,
            Attributes={"FilterPolicy": json.dumps({"channel": [channel]})},
            ReturnSubscriptionArn=True,  # even while it is pending: it takes the ARN to end it later
        )
        return topic, subscribed["SubscriptionArn"]

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Read the subscriptions of the person's topic. A topic that does not exist is created, as only SNS knows its ARN."""
        found: list[Subscribed] = []
        asked: dict[str, str] = {"TopicArn": self._topic(role, person_id)}
        while True:
            page = self._client().list_subscriptions_by_topic(**asked)
            for it in page["Subscriptions"]:
                channel, arn = _CHANNELS.get(it["Protocol"]), it["SubscriptionArn"]
                if channel:  # operators may have subscribed others, a queue for example
                    found.append(Subscribed(channel, it["Endpoint"], arn if arn.startswith("arn:") else None))
            if not page.get("NextToken"):
                return found
            asked["NextToken"] = page["NextToken"]

    def _topic(self, role: str, person_id: str) -> str:
        """Return the ARN of the person's topic. Creating one that exists changes nothing."""
        prefix = settings().person_topic_prefix if self._prefix is None else self._prefix
        topic: str = self._client().create_topic(Name=f"{prefix}{role}-{topic_safe(person_id)}")["TopicArn"]
        return topic

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription. One that is gone, or was never confirmed and has no ARN yet, is no error."""
        if not subscription.startswith("arn:"):
            return
        try:
            self._client().unsubscribe(SubscriptionArn=subscription)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE:
                raise
            log.info("a subscription had ended already")

    def forget(self, profile: Profile) -> None:
        """Delete the person's topic, and with it every subscription, even those that no profile knows of (P2).

        The topic is found by its name: creating one that exists gives its ARN, and a new one is deleted at once.
        """
        self._client().delete_topic(TopicArn=self._topic(profile.role, profile.person_id))

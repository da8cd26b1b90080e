"""One SNS topic per person, and the addresses subscribed to it (N1)."""

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
"""SNS takes topic names of up to 256 characters; the rest is room for the prefix, the role and the hash's mark."""
_PROTOCOLS = {"email": "email", "sms": "sms", "push": "application"}
"""What SNS calls the channels."""
_CHANNELS = {protocol: channel for channel, protocol in _PROTOCOLS.items()}
_UNSAFE = re.compile(r"_(?=[0-9A-F]{2})|[^A-Za-z0-9_-]")
_GONE = ("NotFound", "InvalidParameter")
"""What SNS answers to the end of a subscription that is gone, or that nobody has confirmed: such a one ends by itself."""


def topic_safe(person_id: str) -> str:
    """``person_id`` in the letters a topic name may have; two ids never come out the same.

    Other characters become ``_`` and the two hex digits of each of their UTF-8 bytes, and so does a ``_`` that could be
    mistaken for such a sign. A very long id becomes its hash behind ``_FF``, which no UTF-8 text can contain.
    """
    safe = _UNSAFE.sub(lambda found: "".join(f"_{byte:02X}" for byte in found[0].encode()), person_id)
    return safe if len(safe) <= _LONGEST_ID else f"_FF{hashlib.sha256(person_id.encode()).hexdigest()}"


def _sns() -> Any:  # noqa: ANN401 - botocore makes its clients at run time
    return aws_client("sns")


class SnsSubscriptions:
    """People's topics in SNS. Implements ``Subscriptions`` of the services."""

    def __init__(self, client: Callable[[], Any] = _sns, prefix: str | None = None) -> None:
        """Name topics by ``prefix``, by default the deployment's. ``client`` gives a low-level SNS client on first use."""
        self._client = client
        self._prefix = prefix

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an address: an email address, a phone number as E.164, or the endpoint of a device that takes push
        messages. Returns the ARNs of topic and subscription.

        The subscription takes messages of its own channel only, so that one publication reaches one channel. Doing it
        again changes nothing. An email address gets nothing until its owner has confirmed it.
        """
        topic = self._topic(role, person_id)
        subscribed = self._client().subscribe(
            TopicArn=topic,
            Protocol=_PROTOCOLS[channel],
            Endpoint=address,
            Attributes={"FilterPolicy": json.dumps({"channel": [channel]})},
            ReturnSubscriptionArn=True,  # a pending one's ARN as well: it is what ends it later
        )
        return topic, subscribed["SubscriptionArn"]

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """What SNS has at the person's topic, read now. A topic that is not there yet is made: its ARN is what SNS gives."""
        found: list[Subscribed] = []
        asked: dict[str, str] = {"TopicArn": self._topic(role, person_id)}
        while True:
            page = self._client().list_subscriptions_by_topic(**asked)
            for it in page["Subscriptions"]:
                channel, arn = _CHANNELS.get(it["Protocol"]), it["SubscriptionArn"]
                if channel:  # others are the operators' own, such as a queue that reads along
                    found.append(Subscribed(channel, it["Endpoint"], arn if arn.startswith("arn:") else None))
            if not page.get("NextToken"):
                return found
            asked["NextToken"] = page["NextToken"]

    def _topic(self, role: str, person_id: str) -> str:
        """The ARN of the person's topic. Making it again changes nothing."""
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
        """Delete the person's topic, and with it every subscription, also those that no profile knows of (P2).

        It is found by its name: making what is there changes nothing, and what is made here is gone at once.
        """
        self._client().delete_topic(TopicArn=self._topic(profile.role, profile.person_id))

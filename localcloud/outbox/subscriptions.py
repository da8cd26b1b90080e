"""Find out whom a topic's message reaches, as SNS does: by the protocol and filter policy of each subscription."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.aws import Client

READ_BY_PEOPLE = ("email", "email-json", "sms", "application")
FRESH = 0.5  # seconds for which a topic's list is reused


@dataclass(frozen=True, slots=True)
class Subscription:
    """A person's address at a topic and the filter it was subscribed with (None: everything)."""

    protocol: str
    endpoint: str
    policy: Mapping[str, Any] | None

    def receives(self, attributes: Mapping[str, str]) -> bool:
        """Return whether a message with these attributes is delivered here."""
        policy = self.policy or {}
        return all(_key_matches(rules, attributes.get(key)) for key, rules in policy.items())


def _key_matches(rules: object, value: str | None) -> bool:
    """Return whether one attribute matches any of its rules. Only the operators that addresses need are known."""
    for rule in rules if isinstance(rules, list) else [rules]:
        if isinstance(rule, dict):
            if "exists" in rule and rule["exists"] == (value is not None):
                return True
            if value is not None and "prefix" in rule and value.startswith(str(rule["prefix"])):
                return True
            if value is not None and "anything-but" in rule and value not in _listed(rule["anything-but"]):
                return True
        elif value is not None and value == str(rule):
            return True
    return False


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


class AddressBook:
    """Reads subscriptions from SNS, and remembers each topic's for a moment."""

    def __init__(self, sns: Client) -> None:
        """Read with this SNS client."""
        self._sns = sns
        self._known: dict[str, tuple[float, list[Subscription]]] = {}

    def people_at(self, topic: str) -> list[Subscription]:
        """Return the addresses subscribed to `topic` that a person reads."""
        read_at, subscriptions = self._known.get(topic, (0.0, []))
        if time.monotonic() - read_at > FRESH:
            subscriptions = self._read(topic)
            self._known[topic] = (time.monotonic(), subscriptions)
        return subscriptions

    def _read(self, topic: str) -> list[Subscription]:
        try:
            listed = self._sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        except ClientError:  # The topic has just been deleted.
            return []
        found = []
        for item in listed:
            if item["Protocol"] not in READ_BY_PEOPLE or not item["SubscriptionArn"].startswith("arn:"):
                continue  # a machine, or an address whose owner has not confirmed it yet
            attributes = self._sns.get_subscription_attributes(SubscriptionArn=item["SubscriptionArn"])["Attributes"]
            policy = attributes.get("FilterPolicy")
            found.append(Subscription(item["Protocol"], item["Endpoint"], json.loads(policy) if policy else None))
        return found

"""Keep the messages that went out, in memory: one entry for each message and each address it reached, in order of arrival."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from localcloud.outbox.subscriptions import Subscription

SENT_TO = "sent_to"
"""The attribute by which the engine names the phone or the device that a message went straight to."""
ESCAPED = re.compile(r"(?:_[0-9A-F]{2})+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery: `person` as in `seller:acme`; `channel` email, sms, push or topic; `at` when SNS took it, UTC.

    `number` counts deliveries from 1. A push message's `subject` is its title, and `link` what it opens.
    """

    number: int
    id: str
    at: str
    topic: str
    person: str
    channel: str
    to: str
    subject: str
    body: str
    link: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice of messages to people. An empty field admits all."""

    person: str = ""
    channel: str = ""
    order: str = ""

    def has(self, entry: Entry) -> bool:
        """Return whether the choice admits this entry."""
        chosen = ((self.person, entry.person), (self.channel, entry.channel), (self.order, entry.attributes.get("order_id")))
        return all(wanted in ("", found) for wanted, found in chosen)


EVERYTHING = Wanted()


class Messages:
    """The deliveries so far; safe to use from many threads."""

    def __init__(self, person_prefix: str) -> None:
        """Treat topics whose names begin with `person_prefix` as people's."""
        self._prefix = person_prefix
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._seen: set[tuple[str, str]] = set()
        self._rang: dict[tuple[str, str], str] = {}

    def take(self, notification: Mapping[str, Any], people: list[Subscription]) -> None:
        """Record an SNS notification for everyone it reaches. SNS may deliver one twice; it is recorded once."""
        topic = str(notification["TopicArn"]).rsplit(":", 1)[-1]
        attributes = {name: str(item["Value"]) for name, item in notification.get("MessageAttributes", {}).items()}
        if SENT_TO in attributes:
            self._take_direct(notification, attributes)
            return
        person = attributes.get("recipient") or self.person_of(topic)
        reached = [_reached(one, person) for one in people if one.receives(attributes)]
        if not topic.startswith(self._prefix):
            reached.append(("topic", topic))
        for channel, address in reached:
            subject = attributes.get("title", "") if channel == "push" else notification.get("Subject") or ""
            link = attributes.get("link", "") if channel == "push" else ""
            self._record(
                (str(notification["MessageId"]), f"{channel}:{address}"),
                at=notification["Timestamp"], topic=topic, person=person, channel=channel, to=address,
                subject=subject, body=notification["Message"], link=link, attributes=attributes,
            )  # fmt: skip

    def _take_direct(self, notification: Mapping[str, Any], attributes: dict[str, str]) -> None:
        """Record what went straight to a phone or a device. A one-time code is nobody's yet, and is not shown."""
        person, channel = attributes.get("recipient", ""), attributes.get("channel", "")
        to, body, subject, link = attributes.pop(SENT_TO), str(notification["Message"]), "", ""
        message_id = str(notification["MessageId"])
        if channel == "push":
            told = json.loads(body)
            shown = json.loads(told["GCM"])["fcmV1Message"]["message"]
            body, subject, link = told["default"], shown["notification"]["title"], shown["data"]["link"]
            # One message rings at each of a person's devices and is shown once. One that rings twice at a device shows.
            first = self._rang.setdefault((attributes["event"], person), to)
            if first != to:
                return
            to = person
        if person:
            self._record(
                (message_id, f"{channel}:{to}"),
                at=notification["Timestamp"], topic="", person=person, channel=channel, to=to,
                subject=subject, body=body, link=link, attributes=attributes,
            )  # fmt: skip

    def _record(self, identity: tuple[str, str], **fields: Any) -> None:  # noqa: ANN401 - the entry's
        with self._lock:
            if identity not in self._seen:
                self._seen.add(identity)
                self._entries.append(Entry(number=len(self._entries) + 1, id=identity[0], **fields))

    def person_of(self, topic: str) -> str:
        """Return the person whose topic this is, such as `seller:acme`; empty for any other topic."""
        if not topic.startswith(self._prefix):
            return ""
        name = topic.removeprefix(self._prefix).replace("-", ":", 1)
        # A character that a topic name cannot hold is written as `_` and the hex digits of each byte.
        return ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("_", "")).decode(errors="replace"), name)

    @property
    def arrived(self) -> int:
        """The number of entries, of all kinds."""
        with self._lock:
            return len(self._entries)

    def to_people(self, wanted: Wanted = EVERYTHING) -> list[Entry]:
        """Return the e-mails, SMS and pushes that `wanted` admits, oldest first."""
        with self._lock:
            return [e for e in self._entries if e.channel != "topic" and wanted.has(e)]

    def to_machines(self) -> list[Entry]:
        """Return what was published for other systems (payment instructions, events), oldest first."""
        with self._lock:
            return [e for e in self._entries if e.channel == "topic"]


def _reached(one: Subscription, person: str) -> tuple[str, str]:
    """Return the channel and the address. A push message is shown once to a person, not once to each device."""
    return ("push", person) if one.protocol == "application" else (one.protocol.removesuffix("-json"), one.endpoint)


def as_json(entries: list[Entry]) -> list[dict[str, Any]]:
    """Return the entries as plain data."""
    return [asdict(entry) for entry in entries]

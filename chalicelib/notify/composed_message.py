"""A message in its final form: text and address, as a sender takes it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Push:
    """The title that a device shows above the text, and the link that it opens when it is tapped."""

    title: str
    link: str


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """One message to one topic, or one mail.

    Subscriptions of the topic choose by ``attributes``. A ``subject`` is for email only. A message with ``push`` is for
    devices. A message with ``mail_to`` is a mail to that address and goes to no topic.
    """

    topic: str
    text: str
    subject: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    push: Push | None = None
    mail_to: str = ""

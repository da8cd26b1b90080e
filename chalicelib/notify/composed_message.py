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
    """One message to one address: the first given of ``mail_to``, ``phone`` (E.164), ``device`` (an ARN), ``topic`` (an ARN).

    Subscriptions of a topic choose by ``attributes``. A ``subject`` is for email only. A message with ``push`` is for devices.
    """

    topic: str
    text: str
    subject: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    push: Push | None = None
    mail_to: str = ""
    phone: str = ""
    device: str = ""

"""Sends mail through SES, for a deployment that has a sender's address: HTML and text, to the address itself (N1, N3)."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.notify.composed_message import ComposedMessage
    from chalicelib.notify.ports import Sender

_LINK = re.compile(r"https?://[^\s<>\"]+")
_PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body style="font:16px/1.5 sans-serif;max-width:40em;margin:1em auto;padding:0 1em">{paragraphs}</body></html>'
)


def html_of(subject: str, text: str) -> str:
    """Return a plain text as an HTML page: paragraphs and lines are kept, URLs become links, everything is escaped."""
    paragraphs = (_paragraph(part) for part in re.split(r"\n\s*\n", text.strip()))
    return _PAGE.format(title=escape(subject), paragraphs="".join(paragraphs))


def _paragraph(text: str) -> str:
    parts, end = [], 0
    for link in _LINK.finditer(text):
        shown = escape(link[0])
        parts += [escape(text[end : link.start()]), f'<a href="{shown}">{shown}</a>']
        end = link.end()
    parts.append(escape(text[end:]))
    return f"<p>{''.join(parts)}</p>".replace("\n", "<br>")


class SesMailer:
    """Sends through SES from one verified address. ``client`` gives a low-level client of ``sesv2`` on first use."""

    def __init__(self, client: Callable[[], Any], mail_from: str) -> None:
        """Send from ``mail_from``."""
        self._client = client
        self._from = mail_from

    def send(self, message: ComposedMessage) -> None:
        """Send ``message`` to the address it names. Raises botocore's ``ClientError`` when SES does not take it."""
        subject = message.subject or ""
        body = {"Text": _content(message.text), "Html": _content(html_of(subject, message.text))}
        self._client().send_email(
            FromEmailAddress=self._from,
            Destination={"ToAddresses": [message.mail_to]},
            Content={"Simple": {"Subject": _content(subject), "Body": body}},
        )


def _content(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


class MailOrTopicSender:
    """Sends a message that has an email address as mail, and every other through its topic."""

    def __init__(self, topics: Sender, mailer: Sender) -> None:
        """Send through these two."""
        self._topics = topics
        self._mailer = mailer

    def send(self, message: ComposedMessage) -> None:
        """Send it, or raise."""
        (self._mailer if message.mail_to else self._topics).send(message)

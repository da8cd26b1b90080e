"""The shapes of answers about threads (N5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import Acting, AsOf, Count, Cursor, Given, Time
from chalicelib.api.evidence.answers import LINKED, Link, Original, StoredFile, Thumbnail


class MessageWords(Given):
    """One message of an order's thread; it never changes, unless its author is forgotten."""

    id: str
    order_id: str
    author: Acting
    text: str
    sent_at: Time
    dispute_id: Annotated[str | None, Field(description="The dispute that was open then, the newest of several.")]


class Message(MessageWords):
    """One message as it was written, or as it comes over a live connection."""

    attachments: Annotated[list[StoredFile], Field(description="Its files, whose links the thread has.")]


class FileWithLink(StoredFile):
    """A file, and where to read it."""

    link: Annotated[Link, Field(description=LINKED)]
    thumbnail: Thumbnail
    original: Original


class MessageRead(MessageWords):
    """One message as it is read, with a link to each of its files."""

    attachments: list[FileWithLink]


class Attachments(Given):
    """The files of one message."""

    message_id: str
    as_of: AsOf
    attachments: list[FileWithLink]


class ReadMark(Given):
    """The caller's read mark and count of unread messages."""

    unread: Annotated[Count, Field(description="Messages of others after read_up_to.")]
    read_up_to: Annotated[str | None, Field(description="The message up to which the caller has read.")]


class MessagePage(ReadMark):
    """A page of an order's thread, newest first, and how it stands with the caller."""

    items: list[MessageRead]
    cursor: Cursor
    closes_at: Annotated[Time | None, Field(description="When the thread takes no more; null until the order is completed.")]
    may_write: Annotated[bool, Field(description="Whether the caller may write in it now, and has room left to.")]
    as_of: AsOf

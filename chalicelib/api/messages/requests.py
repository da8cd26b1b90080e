"""The bodies of requests about threads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from chalicelib.api.models import Identifier, Model, Note
from chalicelib.domain.thread import ATTACHMENTS_AT_MOST

MessageId = Annotated[str, StringConstraints(min_length=1, max_length=80)]


class WriteMessage(Model):
    """Something to say, or to show, to all who are in the thread."""

    text: Note = ""
    attachments: Annotated[
        list[Identifier],
        Field(default_factory=list, max_length=ATTACHMENTS_AT_MOST, description="Upload ids of files that have arrived."),
    ]

    @model_validator(mode="after")
    def _says_something(self) -> WriteMessage:
        if not self.text and not self.attachments:
            msg = "text is required where nothing is attached"
            raise ValueError(msg)
        return self


class MarkRead(Model):
    """The newest message that the caller has seen."""

    up_to: MessageId

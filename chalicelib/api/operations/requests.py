"""The bodies by which an operator repairs something."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.api.models import Model
from chalicelib.service.operations import PUT_BACK_AT_MOST, Why


def _each_once(ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(ids)) != len(ids):
        msg = "names a message twice"
        raise ValueError(msg)
    return ids


class SendAgain(Model):
    """Undelivered messages that are to be sent again, and why."""

    ids: Annotated[
        tuple[Annotated[str, Field(pattern="^[0-9a-f]{32}$")], ...],
        Field(min_length=1, max_length=PUT_BACK_AT_MOST),
        AfterValidator(_each_once),
    ]
    reason: Why

    def audited(self) -> tuple[tuple[str, ...], str]:
        """Return what the audit keeps of it: the ids and the reason."""
        return self.ids, self.reason.value

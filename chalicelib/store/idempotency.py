"""Define what makes a request happen once (I5): its key, its first answer, and the two ways in which a write is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The first answer to a request: an HTTP status and a JSON body."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Once:
    """The identity of a request: the digest of caller and key, and the fingerprint of route and body (I5).

    ``also`` are writes that happen exactly once as well: in the transaction that keeps the first answer.
    """

    digest: str
    fingerprint: str
    also: tuple[dict[str, Any], ...] = field(default=(), compare=False)


class Conflict(Exception):  # noqa: N818 - it is expected, and answered by trying again
    """Somebody else changed the case first, or is changing it at this moment. Nothing was written."""


class AlreadyAnswered(Exception):  # noqa: N818 - it is an answer
    """The request was carried out before. Nothing was written this time."""

    def __init__(self, answer: Answer, fingerprint: str) -> None:
        """Carry the first answer, and the fingerprint of the body that got it."""
        super().__init__("answered before")
        self.answer = answer
        self.fingerprint = fingerprint

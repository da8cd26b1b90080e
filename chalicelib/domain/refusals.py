"""Refusals: the one exception type of the domain, with a stable code and the facts of the case (D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

WRONG_STATE: Final = "wrong_state"
WRONG_PARTY: Final = "wrong_party"
TOO_EARLY: Final = "too_early"
TOO_LATE: Final = "too_late"
STALE_PROPOSAL: Final = "stale_proposal"
NOT_COVERED: Final = "not_covered"
NOT_YET_COVERED: Final = "not_yet_covered"
INVALID: Final = "invalid"
CONFLICT: Final = "conflict"
LIMIT_REACHED: Final = "limit_reached"
RETURN_ADDRESS_REQUIRED: Final = "return_address_required"
RETURN_LABEL_REQUIRED: Final = "return_label_required"
ATTESTATION_REQUIRED: Final = "attestation_required"
INVALID_TRACKING_NUMBER: Final = "invalid_tracking_number"
TOO_MANY_MESSAGES: Final = "too_many_messages"
UPLOAD_PENDING: Final = "upload_pending"


def in_words(at: datetime) -> str:
    """Return a time as people read it: absolute, to the second where it matters, with its zone."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at.second else f"{at:%Y-%m-%d %H:%M} UTC"


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """A command that the rules do not allow now.

    ``code`` is stable and machine-readable, ``message`` says what to do, and ``details`` carries the facts a client
    needs to go on: the deadline, the proposal now on the table, the date from which it will be possible.
    """

    def __init__(self, code: str, message: str, **details: Any) -> None:  # noqa: ANN401 - facts of any kind
        """Refuse with a code, words, and the facts that go with them."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

"""The shape of the answer to "What guarantees can I get?" (O9). As in ``api.answers``, no request pays for it."""

from __future__ import annotations

from chalicelib.api.answers import Given, Remedy, Time
from chalicelib.api.evidence.answers import EvidenceAsked
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.guarantees import Guarantee, Reason


class LineProtection(Given):
    """One guarantee for one line."""

    line_id: str
    applies: bool
    opens_at: Time | None
    exclusion: Exclusion | None


class GuaranteeNow(Given):
    """One guarantee: whether it can be claimed now and for what, or from when, or why not in which words (O9)."""

    guarantee: Guarantee
    reason: Reason
    offered: bool
    applies: bool
    opens_at: Time | None
    closes_at: Time
    remedies: list[Remedy]
    lines: list[LineProtection]
    exclusion: Exclusion | None
    explanation: str
    evidence: EvidenceAsked


class Protection(Given):
    """The answer to "What guarantees can I get?" (O9)."""

    order_id: str
    as_of: Time
    closes_at: Time
    completed: bool
    policy_version: str
    guarantees: list[GuaranteeNow]

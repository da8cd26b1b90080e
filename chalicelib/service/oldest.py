"""Measure what waits longest: payments without a result, and cases in the mediators' queue."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chalicelib.domain.ledger import InstructionStatus
from chalicelib.metrics import measured
from chalicelib.store import lists

if TYPE_CHECKING:
    from chalicelib.service.services import Services
    from chalicelib.store.lists import Place

log = logging.getLogger(__name__)


def measure_the_oldest(services: Services) -> None:
    """Log the ages of the oldest payment that is pending (M2) and of the longest escalated case (D4), in seconds."""
    now = services.clock.now()

    def age_s(place: Place) -> int:
        since = services.lists.oldest(place)
        return int((now - since).total_seconds()) if since else 0

    ages = measured(
        OldestPendingPaymentSeconds=age_s(lists.payments(InstructionStatus.PENDING.value)),
        OldestMediationSeconds=age_s(lists.mediation(waiting=True)),
    )
    log.info("ages of what waits longest", extra=ages)

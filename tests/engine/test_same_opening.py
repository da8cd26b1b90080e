"""64 openings at one moment make one dispute: under one key with one answer, under 64 with 63 refusals (I5, C3)."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import opening
from chalicelib.service import disputes
from tests.domain.worlds import BUYER, DAMAGED, DAY
from tests.engine.floor import Floor, request, show
from tests.randomness import tries
from tests.service.office import Office

if TYPE_CHECKING:
    from chalicelib.service.services import Services
    from chalicelib.store.idempotency import Answer

ROUNDS = tries(20)
AT_ONCE = 64


@pytest.fixture(scope="module")
def office() -> Office:
    """Return an order delivered yesterday."""
    return Office().delivered().wait(DAY)


def opened(services: Services, order_id: str, key: str) -> Answer:
    """Let the buyer open a dispute under a key."""
    return disputes.open_dispute(services, order_id, request(BUYER, key), DAMAGED, opening.RequestedRemedy())


def test_one_request_sent_64_times_at_once(floor: Floor, office: Office) -> None:
    """I5: the same key from 64 clients opens one dispute, and every successful client gets the same answer."""
    seen: Counter[str] = Counter()
    began = time.monotonic()
    for n in range(ROUNDS):
        order_id = floor.lay(office)
        acts = [(office.watch.at, lambda services, it=order_id: opened(services, it, it))] * AT_ONCE
        outcomes = Counter(floor.race(acts, meet=n % 2 == 0))
        bodies = [it for it in outcomes if it.startswith("{")]
        assert len(bodies) == 1, "I5: one answer"
        assert set(outcomes) <= {*bodies, "in_progress"}, "I5: or told that it is still running"
        assert len(floor.audit(order_id).disputes) == 1, "C3: one dispute"
        seen.update({"one body, for": outcomes[bodies[0]], "in_progress": outcomes["in_progress"]})
        floor.clear(order_id)
    show(f"64 identical openings on {floor.engine.name} ({time.monotonic() - began:.0f} s)", ROUNDS, seen)


def test_64_requests_for_one_dispute_at_once(floor: Floor, office: Office) -> None:
    """C3: of 64 openings under 64 keys one succeeds, and the others are told that a dispute is open already."""
    rounds = max(1, ROUNDS // 4)
    seen: Counter[str] = Counter()
    began = time.monotonic()
    for n in range(rounds):
        order_id = floor.lay(office)
        acts = [
            (office.watch.at, lambda services, it=order_id, key=f"{order_id}/{k}": opened(services, it, key))
            for k in range(AT_ONCE)
        ]
        outcomes = Counter("opened" if it.startswith("{") else it for it in floor.race(acts, meet=n % 2 == 0))
        assert outcomes["opened"] == 1
        assert set(outcomes) <= {"opened", "dispute_already_open", "in_progress"}
        assert len(floor.audit(order_id).disputes) == 1
        seen.update(outcomes)
        floor.clear(order_id)
    show(f"64 openings, 64 keys on {floor.engine.name} ({time.monotonic() - began:.0f} s)", rounds, seen)

"""One race under one seed, and everything that holds of its history."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

from chalicelib.service.errors import Busy, KeyReused
from tests.reliability.acts import ORDER_ID
from tests.reliability.books import audit
from tests.reliability.linear import explained
from tests.reliability.scheduler import Doing, History, interleave
from tests.reliability.seam import Hook, through

if TYPE_CHECKING:
    from tests.reliability.races import Race
    from tests.reliability.small_cloud import Cloud

LOSSES: Counter[str] = Counter()
"""The codes by which the losing acts were refused."""
DRAINED = 4
"""Every fourth history is continued to its end, and its messages are checked as well."""


def run(race: Race, seed: int, under: Hook = through) -> tuple[Cloud, History]:
    """Run one race under one seed, and check it."""
    random = Random(seed)
    cloud = race.beginning.cloud(under)
    history = interleave(cloud, race.drawn(random), random)
    check(race, cloud, history)
    if seed % DRAINED == 0:
        cloud.drain()
        audit(cloud)
        assert cloud.messages() == Counter(set(cloud.sns.names)), "N4: one message per event, recipient and channel"
    return cloud, history


def check(race: Race, cloud: Cloud, history: History) -> None:
    """Check all that holds of every history."""
    case = audit(cloud)
    model = explained(history, race.beginning.model, case)
    assert model is not None, "no order of the acts explains their answers and the end"
    for stream in range(len(case.disputes) + 1 if case else 0):
        assert model.log(ORDER_ID, stream) == cloud.services().cases.log(ORDER_ID, stream), "D11: and its events"
    for doing in history.doings:
        _check_told(doing)


def _check_told(doing: Doing) -> None:
    kind, said = doing.outcome
    assert kind in ("answer", "refused"), f"I10: {doing.act.name} ended in {doing.outcome}"
    if kind == "refused":
        LOSSES[said[0]] += 1
        assert said[0] != Busy.code, "so few rivals starve nobody"
        assert said[0] == KeyReused.code or said[1], "D10: a refused action says why"

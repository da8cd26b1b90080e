"""O4: a tracking number belongs to one order; of two orders of different people that name it at once, one wins."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from chalicelib.domain.refusals import CONFLICT
from tests.randomness import seeds
from tests.reliability.acts import PARCEL, TERMS, imports, ships
from tests.reliability.beginnings import begun
from tests.reliability.scheduler import interleave


@pytest.mark.parametrize("seed", seeds(60))
def test_cheat_14_of_two_orders_that_name_one_number_at_once_one_wins(seed: int) -> None:
    """O4: whatever the order of their calls, one is answered 201 and the other is refused; records find the winner alone."""
    cloud = begun("imported").cloud()
    imports(replace(TERMS, order_id="order-2", buyer_id="ben")).outcome(cloud.services())

    history = interleave(cloud, [ships(), ships("order-2")], Random(seed))

    told = {doing.act.name: doing.outcome for doing in history.doings}
    assert Counter({"answer": 1, "refused": 1}) == Counter(kind for kind, _ in told.values())
    refused = next(detail for kind, detail in told.values() if kind == "refused")
    winner = next(name for name, outcome in told.items() if outcome[0] == "answer")
    assert CONFLICT == refused[0]
    assert ["order-2" if winner == "ships order-2" else "order-1"] == cloud.services().cases.orders_of_parcel("tnt", PARCEL)


@pytest.mark.parametrize("seed", seeds(20))
def test_orders_of_the_same_two_people_share_a_parcel(seed: int) -> None:
    """O4: a seller may send two orders of one buyer together, and both are found by the number, named at once or not."""
    cloud = begun("imported").cloud()
    imports(replace(TERMS, order_id="order-2")).outcome(cloud.services())

    history = interleave(cloud, [ships(), ships("order-2")], Random(seed))

    assert ["answer", "answer"] == [doing.outcome[0] for doing in history.doings]
    assert ["order-1", "order-2"] == cloud.services().cases.orders_of_parcel("tnt", PARCEL)

"""Check that a history is linearizable (I3, I4, I5).

In some order of the acts that respects real time, the model must give the same answers and the same end.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.domain.case import Case
    from tests.reliability.model import Model
    from tests.reliability.scheduler import Doing, History


def explained(history: History, before: Model, after: Case | None) -> Model | None:
    """Return the model after an order of the acts that explains the history, or None.

    First the order in which the acts took effect is tried, and every other order only if that one explains nothing.
    """
    acts = [doing for doing in history.doings if not _without_effect(doing)]
    for order in _orders(acts):
        model = before.fork()
        if all(doing.outcome == model.does(doing.act, doing.clock.at) for doing in order) and model.case == after:
            return model
    return None


def _orders(doings: list[Doing]) -> Iterator[tuple[Doing, ...]]:
    yield tuple(sorted(doings, key=lambda doing: doing.decided_at))
    for order in permutations(doings):
        if all(later.ended > earlier.began for i, later in enumerate(order) for earlier in order[:i]):
            yield order


def _without_effect(doing: Doing) -> bool:
    """Return whether an act changes nothing in the model.

    A sweep changes nothing if another was first or nothing was due. Moving the clock changes nothing, because each act
    remembers its time.
    """
    return doing.act.moves_clock_to is not None or (doing.act.model is not None and doing.outcome == ("answer", 0))

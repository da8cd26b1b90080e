"""Made-up tracking numbers: valid, the same every time, and one order's each."""

from collections import Counter

import pytest

from chalicelib.domain.carriers import Carrier, tracking_number
from localcloud import tracking_numbers
from localcloud.tracking_numbers import TrackingNumbers, made_up


@pytest.mark.parametrize("carrier", list(Carrier))
def test_a_number_is_one_the_carrier_could_have_given(carrier: Carrier) -> None:
    """O4: every made-up number passes the carrier's own format and check digit."""
    numbers = [made_up(carrier, f"order-{n}") for n in range(200)]

    assert numbers == [tracking_number(carrier, number) for number in numbers]


def test_an_order_has_the_same_number_on_every_replay_and_no_other_order_has_it() -> None:
    """Numbers follow from the order ids, spread over all eight carriers."""
    first, second = TrackingNumbers(), TrackingNumbers()
    given = [first.of(f"order-{n}") for n in range(4000)]

    assert given == [second.of(f"order-{n}") for n in range(4000)]
    assert len(given) == len(set(given))
    assert min(Counter(carrier for carrier, _ in given).values()) > 400


def test_two_orders_that_fall_on_one_number_get_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """O6: a carrier's record must mean one order, so the second one gets another number."""
    monkeypatch.setattr(tracking_numbers, "_number", lambda seed: int(seed.rpartition("/")[2]))
    numbers = TrackingNumbers()

    assert numbers.of("a") != numbers.of("b")

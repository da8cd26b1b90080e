"""Money is whole minor units of one currency (O2), and is split without losing any (C4)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.codes import EXPONENTS
from chalicelib.domain.money import Money, split, total
from tests.randomness import tries

amounts = st.integers(0, 10**15)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)
thorough = settings(max_examples=tries(500))


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [
        (1234, "JPY", "1234 JPY"),
        (-7, "JPY", "-7 JPY"),
        (1234, "USD", "12.34 USD"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (1234, "TND", "1.234 TND"),
        (-1234567, "KWD", "-1234.567 KWD"),
        (0, "TND", "0.000 TND"),
    ],
)
def test_amounts_are_written_with_their_currencys_decimals(minor: int, currency: str, written: str) -> None:
    """O2: currencies with none, two and three decimals are written as they are counted."""
    assert written == str(Money(minor, currency))


def test_the_currencies_have_the_decimals_of_iso_4217() -> None:
    """O2: every code is three capitals and has none, two or three decimals; the well-known ones have theirs."""
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in EXPONENTS)
    assert {0, 2, 3} == set(EXPONENTS.values())
    known = {
        "JPY": 0,
        "KRW": 0,
        "CLP": 0,
        "VND": 0,
        "USD": 2,
        "EUR": 2,
        "CNY": 2,
        "RUB": 2,
        "BRL": 2,
        "TND": 3,
        "KWD": 3,
        "BHD": 3,
    }
    assert known == {code: EXPONENTS[code] for code in known}


@pytest.mark.parametrize("minor", [1.0, 1.5, "1", True, None])
def test_an_amount_is_a_whole_number_and_nothing_else(minor: object) -> None:
    """O2: a float, a string or a truth value is never an amount."""
    with pytest.raises(TypeError):
        Money(minor, "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["usd", "XXX", "", "US", "XAU"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    """O2: a currency is an ISO 4217 code that people pay in."""
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(1, currency)


def test_currencies_do_not_mix() -> None:
    """O2: adding, subtracting or comparing two currencies is an error, never a silent rate of 1."""
    dollars, yen = Money(5, "USD"), Money(5, "JPY")
    for mixed in (
        lambda: dollars + yen,
        lambda: dollars - yen,
        lambda: dollars < yen,
        lambda: dollars <= yen,
        lambda: dollars > yen,
        lambda: dollars >= yen,
        lambda: total([dollars, yen], "USD"),
    ):
        with pytest.raises(ValueError, match="do not mix"):
            mixed()
    assert dollars != yen


@thorough
@given(st.integers(), st.integers(), st.integers(-1000, 1000), st.sampled_from(sorted(EXPONENTS)))
def test_arithmetic_is_that_of_whole_numbers(one: int, other: int, count: int, currency: str) -> None:
    """O2: sums, differences, multiples and comparisons of amounts are those of their minor units."""
    left, right = Money(one, currency), Money(other, currency)
    assert (one + other, one - other, one * count) == ((left + right).minor, (left - right).minor, (left * count).minor)
    assert (one < other, one <= other, one > other, one >= other) == (left < right, left <= right, left > right, left >= right)
    assert one + other == total([left, right], currency).minor


@thorough
@given(amounts, weights)
def test_parts_add_up_exactly(amount: int, shares: list[int]) -> None:
    """C4: however an amount is split, its parts add up to it."""
    assert amount == total(split(Money(amount, "USD"), shares), "USD").minor


@thorough
@given(amounts, weights.filter(any))
def test_every_part_is_its_exact_share_rounded_down_or_up(amount: int, shares: list[int]) -> None:
    """C4: no part is off its exact share by a whole minor unit, and those rounded up have the largest remainders."""
    exact = [Fraction(amount * share, sum(shares)) for share in shares]
    parts = [part.minor for part in split(Money(amount, "USD"), shares)]
    assert all(int(share) <= part <= -int(-share // 1) for part, share in zip(parts, exact, strict=True))
    up = [share % 1 for part, share in zip(parts, exact, strict=True) if part > share]
    down = [share % 1 for part, share in zip(parts, exact, strict=True) if part < share]
    assert not up or not down or min(up) >= max(down)


@thorough
@given(weights.filter(any), st.data())
def test_a_part_never_exceeds_its_cap(caps: list[int], data: st.DataObject) -> None:
    """C3, C4: an amount within the sum of the caps, split by the caps, never goes over one of them."""
    amount = data.draw(st.integers(0, sum(caps)))
    parts = split(Money(amount, "USD"), caps)
    assert all(part.minor <= cap for part, cap in zip(parts, caps, strict=True))


@thorough
@given(amounts, st.integers(1, 40))
def test_equal_weights_give_parts_that_differ_by_one_at_most(amount: int, count: int) -> None:
    """C4: among equals the earlier parts get the odd units; weights that are all zero count as equal."""
    parts = [part.minor for part in split(Money(amount, "JPY"), [7] * count)]
    assert sorted(parts, reverse=True) == parts
    assert parts[0] - parts[-1] <= 1
    assert parts == [part.minor for part in split(Money(amount, "JPY"), [0] * count)]


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (10, [1, 2], [3, 7]),
        (1, [0, 5], [0, 1]),
        (2, [1, 1, 1], [1, 1, 0]),
        (0, [3, 4], [0, 0]),
        (1001, [9999, 10002], [500, 501]),
        (5, [0, 0], [3, 2]),
    ],
)
def test_the_method_is_the_largest_remainder(amount: int, shares: list[int], parts: list[int]) -> None:
    """C4: worked examples of the largest-remainder method."""
    assert parts == [part.minor for part in split(Money(amount, "TND"), shares)]


@pytest.mark.parametrize("shares", [[], [-1], [3, -2]])
def test_a_split_needs_weights_none_below_zero(shares: list[int]) -> None:
    """C4: splitting over nothing, or over negative weights, is an error."""
    with pytest.raises(ValueError, match="weight"):
        split(Money(1, "USD"), shares)

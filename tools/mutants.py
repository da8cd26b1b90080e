"""List every single weakening of the domain's tables: a rule gone, a guard gone, a deadline or a limit off by one."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chalicelib.domain import coverage, deadlines
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.policy import Policy, published
from chalicelib.domain.state_machine import STAGES, TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.domain.dispute import Stage


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change for the worse. ``apply`` changes the tables of this process, for good."""

    name: str
    apply: Callable[[], None]


def mutants() -> list[Mutant]:
    """All of them, in a stable order."""
    return [*_rules(), *_guards(), *_exclusions(), *_expiries(), *_windows(), *_limits()]


def _rules() -> Iterator[Mutant]:
    for key in TABLE:
        name = " ".join(part.value for part in key)
        yield Mutant(f"no rule: {name}", lambda key=key: _forget(key))  # type: ignore[misc]


def _forget(key: object) -> None:
    del TABLE[key]  # type: ignore[arg-type]


def _guards() -> Iterator[Mutant]:
    for key, rule in TABLE.items():
        for guard in rule.guards:
            weaker = replace(rule, guards=tuple(kept for kept in rule.guards if kept is not guard))
            name = " ".join(part.value for part in key)
            yield Mutant(f"no guard {guard.name}: {name}", lambda key=key, weaker=weaker: TABLE.update({key: weaker}))  # type: ignore[misc]


_FOR_OTHER_REASONS = {Exclusion.CARRIER_SHOWS_DELIVERED, Exclusion.SELLER_PROVED_AS_DESCRIBED, Exclusion.CHANGED_MIND}
"""No two of these can exclude the same claim, as each is about other reasons, so their order among each other is no rule."""


def _exclusions() -> Iterator[Mutant]:
    rows = coverage._EXCLUSIONS  # noqa: SLF001 - the table is what is mutated
    for exclusion, _ in rows:
        kept = tuple(row for row in rows if row[0] is not exclusion)
        yield Mutant(f"no exclusion: {exclusion.value}", lambda kept=kept: setattr(coverage, "_EXCLUSIONS", kept))  # type: ignore[misc]
    for first, second in pairwise(rows):
        if {first[0], second[0]} <= _FOR_OTHER_REASONS:
            continue
        swapped = tuple(second if row is first else first if row is second else row for row in rows)
        name = f"swapped: {first[0].value}, {second[0].value}"
        yield Mutant(name, lambda swapped=swapped: setattr(coverage, "_EXCLUSIONS", swapped))  # type: ignore[misc]
    known = {exclusion for exclusion, _ in rows}
    missing = set(Exclusion) - known - {Exclusion.UNAUTHORISED_CHARGE, Exclusion.PAID_OUTSIDE_PLATFORM}
    if missing:
        msg = f"not in the table: {missing}"
        raise LookupError(msg)


def _expiries() -> Iterator[Mutant]:
    for stage in deadlines.EXPIRIES:
        for other, effect in deadlines.EXPIRIES.items():
            if other is not stage:
                name = f"expiry of {stage.value} as of {other.value}"
                yield Mutant(name, lambda stage=stage, effect=effect: deadlines.EXPIRIES.update({stage: effect}))  # type: ignore[misc]


def _windows() -> Iterator[Mutant]:
    windows = {stage: rule.window for stage, rule in STAGES.items() if rule.window}
    for stage, window in windows.items():
        for other in sorted(set(windows.values()) - {window}):
            name = f"window of {stage.value}: {other}"
            yield Mutant(name, lambda stage=stage, other=other: _window(stage, other))  # type: ignore[misc]


def _window(stage: Stage, window: str) -> None:
    STAGES[stage] = replace(STAGES[stage], window=window)


def _limits() -> Iterator[Mutant]:
    policy = next(iter(published()))
    for field in fields(Policy):
        value = getattr(policy, field.name)
        if isinstance(value, int):
            for wrong in (value - 1, value + 1):
                yield Mutant(f"{field.name} = {wrong}", lambda name=field.name, wrong=wrong: _limit(**{name: wrong}))  # type: ignore[misc]
    for carrier, days in policy.carrier_days.items():
        wrong_days = policy.carrier_days | {carrier: days + 1}
        yield Mutant(f"carrier_days of {carrier}", lambda wrong_days=wrong_days: _limit(carrier_days=wrong_days))  # type: ignore[misc]
    for i, hours in enumerate(policy.payment_retry_hours):
        wrong_hours = (*policy.payment_retry_hours[:i], hours + 1, *policy.payment_retry_hours[i + 1 :])
        yield Mutant(f"payment retry {i + 1}", lambda wrong_hours=wrong_hours: _limit(payment_retry_hours=wrong_hours))  # type: ignore[misc]


def _limit(**changes: object) -> None:
    book = published()
    wrong = replace(next(iter(book)), **changes)  # type: ignore[arg-type]
    book.__init__([wrong])  # type: ignore[misc]

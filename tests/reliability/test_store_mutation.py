"""The store's conditions, members and versions are all needed: leave any out, and a check fails."""

from __future__ import annotations

import pytest

from tests.reliability.aftermath import undisturbed
from tests.reliability.beginnings import begun
from tests.reliability.commands_to_fail import COMMANDS
from tests.reliability.mutants import CONDITIONAL, LAGGING, MEMBERS, MUTANTS, member, puts_of
from tests.reliability.oracle import CHECKS, Check
from tests.reliability.seam import Hook, through


def killer(under: Hook) -> str:
    """Return the name of the first check that fails over ``under``; an empty string if none does."""
    return next((check.__name__ for check in CHECKS if _fails(check, under)), "")


def _fails(check: Check, under: Hook) -> bool:
    try:
        check(under)
    except Exception:  # noqa: BLE001 - a store that crashes the product is found out as well
        return True
    return False


@pytest.mark.parametrize("check", CHECKS, ids=lambda it: it.__name__)
def test_the_store_as_it_is_passes_every_check(check: Check) -> None:
    """I1-I5, I11: with nothing left out the checks hold, so a failing check is due to the mutant."""
    check(through)


@pytest.mark.deep
def test_no_mutant_of_the_store_survives(capsys: pytest.CaptureFixture[str]) -> None:
    """I1-I5, I11: each condition, each member of each transaction, each version and each index is needed by a check."""
    killers = {it.name: killer(it) for it in MUTANTS} | {it.name: killer(it) for it in LAGGING}
    survivors = [name for name, check in killers.items() if not check]
    with capsys.disabled():
        print(f"\nmutants of the store: {len(killers) - len(survivors)} of {len(killers)} killed")  # noqa: T201
    assert survivors == []


def test_every_write_has_its_mutants() -> None:
    """A new kind of item, or a new condition, must be added to the mutants."""
    conditional, known = set(), set()
    for situation in COMMANDS:
        for call in undisturbed(begun(situation.start), situation.act)[1]:
            puts = puts_of(call)
            known |= {member(put) for put in puts}
            conditional |= {member(put) for put in puts if "ConditionExpression" in put}
    assert known == set(MEMBERS)
    assert conditional == set(CONDITIONAL)

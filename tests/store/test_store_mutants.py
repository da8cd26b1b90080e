"""``make mutate`` finds every strong read, condition and expiry of store and service in the source."""

from __future__ import annotations

import re

from tools.store_mutants import ROOMS, ROOT, SourceMutant, mutants

SOURCE = "".join(path.read_text("utf-8") for room in ROOMS for path in sorted((ROOT / "chalicelib" / room).glob("*.py")))


def numbered(found: list[SourceMutant], change: str) -> int:
    """Return how many mutants make a change that is written so."""
    return sum(re.search(change, it.name) is not None for it in found)


def test_every_read_and_every_lock_has_its_mutant() -> None:
    """I5, I11: there is a mutant for each strong read and for each use of a condition, and each of them can be compiled."""
    found = mutants()
    for it in found:
        compile(it.source, it.module, "exec")
    assert SOURCE.count("ConsistentRead") - SOURCE.count("without ConsistentRead") == numbered(found, "True -> False")
    assert len(re.findall(r"item\([^()]*expires_at=", SOURCE)) <= numbered(found, r"expires_at=.* -> \*\*")
    assert len({it.name for it in found}) == len(found)

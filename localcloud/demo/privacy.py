"""Collect the personal data that the demo sends, and check that no log has any of it."""

from collections.abc import Iterable, Iterator
from typing import Any

from localcloud.demo.checks import Checks

_PERSONAL = {
    *("email", "phone", "token", "name", "city"),
    *("description", "note", "question", "rationale", "failure", "evidence", "tracking_number"),
}
"""The members of requests that hold personal data: addresses, numbers, texts."""


def personal(body: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield the personal data in a request's body, at any depth."""
    for value in body if isinstance(body, list) else ():
        yield from personal(value)
    for name, value in body.items() if isinstance(body, dict) else ():
        if name in _PERSONAL and isinstance(value, str):
            yield value
        yield from personal(value)


def verify_logs(written: Iterable[str], said: Iterable[str], orders: Iterable[str], checks: Checks) -> None:
    """Check that the logs mention every order, and hold nothing that people said (P1)."""
    log, texts = "\n".join(written), sorted(said)
    checks.same("orders that the logs say nothing of", [], [order for order in orders if order not in log])
    checks.same(
        f"the {len(texts)} addresses, numbers and texts of people, those that a log holds", [], [t for t in texts if t in log]
    )

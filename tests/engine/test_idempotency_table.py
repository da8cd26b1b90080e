"""The conformance table of idempotency: key, caller, route, body, state and age, one case a row (I5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from chalicelib.store.transaction import ANSWERS_KEPT_S
from tests.api.issuer import Issuer
from tests.api.samples import ACME, Stop, bring
from tests.engine.desk import Ask, Desk, serving
from tests.engine.idempotency_rows import EVIDENCE, NEW, REPLAY, ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def app() -> Iterator[tuple[object, Issuer]]:
    """Return the real app, and an issuer whose tokens it takes."""
    with Issuer() as issuer, serving(issuer) as running:
        yield running, issuer


@pytest.fixture
def desk(app: tuple[object, Issuer], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the API over an empty table."""
    return Desk(*app, monkeypatch)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_conformance(desk: Desk, row: Row) -> None:
    """I5: each row of the table gives the result that it states."""
    bring(desk.api, row.stop)
    row.before(desk)
    told, first = desk.ask(row.first)
    assert row.first_told == told
    row.between(desk)
    told, second = desk.ask(row.second)
    if row.told == REPLAY:
        assert ("nothing", first) == (told, second)
    else:
        assert row.told == told
        assert first.body != second.body


def test_the_new_answer_is_kept_from_then_on(desk: Desk) -> None:
    """I5: when an answer has expired, the next one takes its place for two days."""
    bring(desk.api, Stop.DISPUTED)
    desk.ask(EVIDENCE)
    desk.epoch += ANSWERS_KEPT_S + 1
    told, again = desk.ask(EVIDENCE)
    desk.epoch += ANSWERS_KEPT_S
    assert (NEW, ("nothing", again)) == (told, desk.ask(EVIDENCE))


@pytest.mark.parametrize(("method", "path"), [("GET", "/orders/o-1"), ("PUT", "/sellers/acme/contacts")])
def test_what_needs_no_key(desk: Desk, method: str, path: str) -> None:
    """Section 7: only a POST carries a key; an idempotent request needs none, and a malformed one does no harm."""
    bring(desk.api, Stop.DISPUTED)
    body = json.dumps({"email": "a@b.example", "phone": None, "language": "en"}).encode() if method == "PUT" else b""
    for written in (None, "a b"):
        assert desk.ask(Ask(ACME, path, key=written, raw=body, method=method))[1].status == 200

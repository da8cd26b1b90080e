"""The operator's read-only switch: every command is a 503 that says when to try again, and every read is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.api import call
from chalicelib.api.call import WORKED_ON_S
from chalicelib.switches import Switch
from tests.api.samples import ANA, BY_SIGNATURE, GUARDED, bring, path_of, sample_of
from tests.switchboard import Switchboard

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api, Reply


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Switchboard:
    """Switches that the API follows, all off."""
    made = Switchboard()
    switches = made.switches()
    monkeypatch.setattr(call, "switches", lambda: switches)
    return made


@pytest.mark.parametrize("endpoint", GUARDED + BY_SIGNATURE, ids=lambda e: e.operation)
def test_a_command_is_refused_and_a_read_is_not(api: Api, endpoint: Endpoint, board: Switchboard) -> None:
    """While the product is read-only, every route but those that read is a 503; afterwards the same request succeeds."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)

    def ask() -> Reply:
        return api.call(sample.who, endpoint.method, path_of(endpoint) + sample.query, sample.body, idempotency_key="once")

    board.turn(Switch.READ_ONLY, "on")
    before = api.table.snapshot()
    reply = ask()
    if endpoint.method == "GET":
        assert endpoint.status == reply.status
    else:
        assert (503, "read_only", str(WORKED_ON_S)) == (reply.status, reply.problem, reply.headers["retry-after"])
        assert before == api.table.snapshot()

    board.turn(Switch.READ_ONLY, "off")
    assert endpoint.status == ask().status


def test_a_stranger_learns_nothing_of_the_switch(api: Api, board: Switchboard) -> None:
    """Whoever may not call a route is told that, and not that it is switched off."""
    board.turn(Switch.READ_ONLY, "on")
    assert (401, "unauthenticated") == api.call("", "POST", "/disputes/o-1-d1/withdraw", {}).refused
    assert (403, "forbidden") == api.call(ANA, "POST", "/disputes/o-1-d1/decision", {}).refused
    assert 0 == board.calls


def test_reads_ask_no_switch(api: Api, board: Switchboard) -> None:
    """A read costs no call of Systems Manager, and a hundred commands within half a minute cost one."""
    for _ in range(3):
        api.call(ANA, "GET", "/orders")
    assert 0 == board.calls
    for _ in range(100):
        api.call(ANA, "POST", "/disputes/o-1-d1/withdraw", {})
    assert 1 == board.calls

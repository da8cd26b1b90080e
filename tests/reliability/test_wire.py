"""Faults below the client: its own retries hide them, and a repeated request has one effect.

The matrix of ``test_faults.py`` lies above the client; here a few commands run on the client that the product makes in a
function, over a wire that fails one request. The client over HTTP notices nothing and sends nothing again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ConnectTimeoutError

from tests.reliability.aftermath import aftermath, heard, tried, undisturbed
from tests.reliability.beginnings import begun
from tests.reliability.commands_to_fail import COMMANDS, Situation
from tests.reliability.faults import Kind
from tests.reliability.wire import URL, WIRED, Wire, Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("import in known", "acme registers in known", "pays paid in resolved", "acme AcknowledgeReturn in return_in_transit")
CHOSEN = tuple(it for it in COMMANDS if it.name in NAMES)


@pytest.fixture(scope="module")
def wiring() -> Iterator[Wiring]:
    """Return one client for all of these tests."""
    with pytest.MonkeyPatch.context() as patched:
        yield Wiring(patched)


@pytest.mark.parametrize("tokens", [True, False], ids=["token known", "token forgotten"])
@pytest.mark.parametrize("situation", CHOSEN, ids=lambda it: it.name)
def test_one_failed_request_is_not_noticed(situation: Situation, tokens: bool, wiring: Wiring) -> None:  # noqa: FBT001
    """I2, I5, I11: whichever request fails on the wire, the client repeats it, and the command has one effect."""
    beginning = begun(situation.start)
    expected, _ = undisturbed(beginning, situation.act)
    cloud = beginning.cloud()
    clean = Wire(cloud, tokens)
    wiring.wire(cloud, clean)
    tried(cloud, situation.act)
    for at in range(len(clean.operations)):
        for kind in WIRED:
            cloud = beginning.cloud()
            wire = Wire(cloud, tokens, at, kind)
            wiring.wire(cloud, wire)
            outcome, made = tried(cloud, situation.act)
            # Contacts have no key: where the write's repetition meets its own version, the caller is asked to send it again.
            again = situation.by == "put_contacts" and kind in (Kind.REPLY_LOST, Kind.ERROR_AFTER)
            assert len(made) <= 1 + again, f"{kind} at request {at}: noticed"
            found = aftermath(cloud, outcome)
            assert heard(expected.outcome, situation.act) == heard(found.outcome, situation.act), f"{kind} at request {at}"
            assert (expected.table, expected.messages) == (found.table, found.messages), f"{kind} at request {at}"


def test_a_wire_that_stays_dead_is_an_error_after_three_attempts(wiring: Wiring) -> None:
    """I11: after three attempts the client gives up, and nothing is written; the client's retry works."""

    class Dead(Wire):
        def __call__(self, name: str, body: bytes) -> tuple[int, bytes]:  # noqa: ARG002 - it gets nowhere
            self.operations.append(name)
            raise ConnectTimeoutError(endpoint_url=URL)

    situation = CHOSEN[0]
    cloud = begun(situation.start).cloud()
    before, dead = cloud.table.snapshot(), Dead(cloud, tokens=True)
    wiring.wire(cloud, dead)
    assert "error" == situation.act.outcome(cloud.services())[0]
    assert (before, 3) == (cloud.table.snapshot(), len(dead.operations))
    wiring.wire(cloud, Wire(cloud, tokens=True))
    assert "answer" == situation.act.outcome(cloud.services())[0]

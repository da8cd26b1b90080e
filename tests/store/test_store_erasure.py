"""Erasure in the table: words overwritten under a lock, and requests listed until they are done."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.people import Role
from chalicelib.store import lists
from chalicelib.store.idempotency import Conflict
from chalicelib.store.lists import Lists
from chalicelib.store.overwriting import overwrite, overwritten_event_put
from chalicelib.store.people import Erasure, People, as_erasure
from tests.domain.worlds import BUYER, DAMAGED, DAY, PAID_AT, SELLER
from tests.store.tables import ENGINES, NAME, KeptWorld, as_kept_before, engine, everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.tables import Client


@pytest.fixture(params=ENGINES)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client of an empty table, in either engine."""
    with engine(request.param) as made:
        yield made


def disputed(client: Client) -> KeptWorld:
    """Return a dispute in which both parties have said something."""
    world = KeptWorld.in_table(client)
    world.wait(DAY).ship()
    world.wait(DAY).deliver()
    world.open(replace(DAMAGED, description="buyer canary"))
    world.act(SELLER, c.AddEvidence(EvidenceType.STATEMENT, "seller canary"))
    as_kept_before(client, world.case, since=2)
    return world


def test_one_persons_words_are_overwritten(client: Client) -> None:
    """P2: words go from payloads and from the states that events carry; other events keep even their publishing mark."""
    world = disputed(client)
    before = everything(client)
    overwritten = world.cases.erase_words("order-1", Role.SELLER)
    after = [item for item in everything(client) if item["sk"]["S"].startswith("EVENT#")]

    assert 1 == overwritten
    assert "seller canary" not in json.dumps(after)
    assert "buyer canary" in json.dumps(after)
    changed = [item for item in after if item not in before]
    assert [("1", False)] == [(item["edits"]["N"], "publish" in item) for item in changed]


def test_the_second_persons_words_go_too_and_the_third_time_changes_nothing(client: Client) -> None:
    """P2: each overwriting is counted, and a repeated one changes nothing."""
    world = disputed(client)
    first, second = (world.cases.erase_words("order-1", person) for person in (Role.SELLER, Role.BUYER))
    done = everything(client)

    assert (1, 2) == (first, second)
    assert {"1", "2"} == {item["edits"]["N"] for item in done if "edits" in item}
    assert 0 == world.cases.erase_words("order-1", Role.SELLER) + world.cases.erase_words("order-1", Role.BUYER)
    assert done == everything(client)


def test_what_was_overwritten_meanwhile_stays_overwritten(client: Client) -> None:
    """P2: an event read before the other party's words were taken out cannot be written back."""
    world = disputed(client)
    for first, second in ((Role.SELLER, Role.BUYER), (Role.BUYER, Role.SELLER)):
        read = next(it for it in everything(client) if it["sk"]["S"].startswith("EVENT#0001#000002"))
        put = overwritten_event_put(NAME, read, world.log[-1], second)
        assert put or first is Role.BUYER
        world.cases.erase_words("order-1", first)
        if put:
            with pytest.raises(Conflict):
                overwrite(client, put)
    assert "canary" not in json.dumps([it for it in everything(client) if it["sk"]["S"].startswith("EVENT#")])


def test_a_request_is_listed_until_it_is_done(client: Client) -> None:
    """P2: the erasures are listed in the order in which they may go on, and one that is done is in no list."""
    people, listed = People(lambda: client, NAME), Lists(lambda: client, NAME)
    early = Erasure(Role.SELLER, "acme", SELLER, PAID_AT, next_at=PAID_AT)
    late = Erasure(Role.BUYER, "ana", BUYER, PAID_AT, next_at=PAID_AT + DAY)
    for it in (late, early):
        people.save_erasure(it)
    assert [early, late] == [as_erasure(found) for found in listed.page(lists.erasures(), 10, None).found]

    done = replace(early, version=2, next_at=None, done_at=PAID_AT)
    people.save_erasure(done)
    assert [late] == [as_erasure(found) for found in listed.page(lists.erasures(), 10, None).found]
    assert (done, late) == (people.erasure(Role.SELLER, "acme"), people.erasure(Role.BUYER, "ana"))


def test_a_request_is_saved_only_over_the_version_that_was_read(client: Client) -> None:
    """P2: of two processes on one erasure, only one goes on."""
    people = People(lambda: client, NAME)
    it = Erasure(Role.SELLER, "acme", SELLER, PAID_AT, next_at=PAID_AT)
    people.save_erasure(it)
    with pytest.raises(Conflict):
        people.save_erasure(it)
    assert people.erasure(Role.BUYER, "acme") is None

"""Profiles in the table: each is read as it was saved, and saved only over the version that was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.people import AddressBook
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import item
from chalicelib.store.people import People, Profile
from tests.domain.worlds import ABROAD, AT_HOME, DAY, PAID_AT
from tests.store.tables import ENGINES, NAME, engine, everything

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.tables import Client


@pytest.fixture(params=ENGINES)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Return a client of an empty table, in either engine."""
    with engine(request.param) as made:
        yield made


ACME = Profile("seller", "acme", email="shop@acme.example", language="es", version=1)


def test_somebody_who_registered_nothing_has_an_empty_profile(client: Client) -> None:
    """N1: a stranger's profile is empty, and that is no error."""
    people = People(lambda: client, NAME)
    assert Profile("seller", "acme") == people.profile("seller", "acme")


def test_a_profile_is_read_as_it_was_saved(client: Client) -> None:
    """D3, N3: contacts, language and every set of return addresses come back as they were."""
    people = People(lambda: client, NAME)
    book = AddressBook().replaced((AT_HOME, ABROAD), PAID_AT).replaced((ABROAD,), PAID_AT + DAY)
    saved = replace(ACME, addresses=book, topic="topic", subscriptions={"email": "arn"})
    people.save(saved)
    assert saved == people.profile("seller", "acme")


def test_a_buyer_and_a_seller_of_one_name_are_two_people(client: Client) -> None:
    """I6: ids are unique within a role, so the role is part of the key."""
    people = People(lambda: client, NAME)
    people.save(ACME)
    assert Profile("buyer", "acme") == people.profile("buyer", "acme")


@pytest.mark.parametrize("version", [1, 0, 3])
def test_a_profile_is_saved_over_the_version_that_was_read(client: Client, version: int) -> None:
    """Of two changes made from the same version, the second is refused and changes nothing."""
    people = People(lambda: client, NAME)
    people.save(ACME)
    before = everything(client)
    with pytest.raises(Conflict):
        people.save(replace(ACME, language="en", version=version))
    assert before == everything(client)
    people.save(replace(ACME, language="en", version=2))
    assert people.profile("seller", "acme").language == "en"


def test_a_profile_of_an_older_release_still_loads(client: Client) -> None:
    """N3: a profile stored before zones, quiet hours, choices and devices existed has the defaults."""
    data = '{"role":"seller","person_id":"acme","email":"shop@acme.example","phone":null,"language":"es","version":1}'
    client.put_item(TableName=NAME, Item=item(pk="SELLER#acme", sk="PROFILE", v=1, data=data))
    assert ACME == People(lambda: client, NAME).profile("seller", "acme")
    assert ("UTC", None, (), ()) == (ACME.time_zone, ACME.quiet_hours, ACME.muted, ACME.devices)

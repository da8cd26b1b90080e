"""Everybody is told who they are here, and what waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.people import Actor, Role
from chalicelib.service import contacts
from chalicelib.service.me import get_me
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, SELLER
from tests.service.office import Office
from tests.service.test_dispute_lists import market
from tests.service.test_rows import say
from tests.service.test_service_closed_disputes import MeteredTable

if TYPE_CHECKING:
    from datetime import timedelta

OPERATOR, LEAD = Actor(Role.OPERATOR, "ola"), Actor(Role.MEDIATOR, "lea", lead=True)


def told(office: Office, actor: Actor) -> dict[str, Any]:
    """Return what somebody is told of themselves."""
    return get_me(office.services, actor)


def test_a_person_is_known_as_registered() -> None:
    """N1, D3: language, time zone and whether there are contacts and a return address are those of the profile."""
    office = Office()
    known = contacts.Contacts("shop@acme.example", None, "es", (), "Europe/Madrid")
    assert (False, False, "en", "UTC") == _known(told(office, SELLER))
    contacts.put_contacts(office.services, Role.SELLER, SELLER.id, office.request(SELLER), known)
    assert (True, False, "es", "Europe/Madrid") == _known(told(office, SELLER))
    office.bought()  # puts an address for returns on file, and no contacts
    assert (False, True, "en", "UTC") == _known(told(office, SELLER))
    assert (False, None, "en", "UTC") == _known(told(office, BUYER))
    for staff in (MEDIATOR, LEAD, OPERATOR):
        assert (None, None, None, None) == _known(told(office, staff))
        assert (staff.id, staff.role.value, staff.lead) == tuple(told(office, staff)[name] for name in ("id", "role", "lead"))


def _known(me: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(me[name] for name in ("has_contacts", "has_return_address", "language", "time_zone"))


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (0 * DAY, {BUYER: (1, 0), SELLER: (2, 0), MEDIATOR: (1, 0), OPERATOR: (0, 0)}),
        (2 * DAY + HOUR, {BUYER: (1, 0), SELLER: (2, 1), MEDIATOR: (1, 0), OPERATOR: (0, 0)}),
        (4 * DAY, {BUYER: (1, 0), SELLER: (1, 1), MEDIATOR: (1, 0), OPERATOR: (0, 0)}),
        (6 * DAY, {BUYER: (2, 1), SELLER: (0, 0), MEDIATOR: (0, 0), OPERATOR: (0, 0)}),
    ],
    ids=["at once", "a day before the first", "after an answer was due", "after silence, and an idle mediator"],
)
def test_what_waits_is_counted_for_each_side(after: timedelta, expected: dict[Actor, tuple[int, int]]) -> None:
    """D6, D9: what asks something of somebody, and what of it is due within a day, swept or not."""
    office = market().wait(after)
    assert expected == {who: tuple(told(office, who)["counts"][name] for name in ("waiting", "due_24h")) for who in expected}


def test_unread_messages_are_counted_over_all_orders() -> None:
    """N5: a party's over all threads, a mediator's in the cases that wait for them, an operator's never."""
    office = market()
    for order_id in ("order-1", "order-3", "order-4"):
        say(office, BUYER, order_id)
    assert {SELLER: 3, BUYER: 0, MEDIATOR: 1, LEAD: 0, OPERATOR: 0} == {
        who: told(office, who)["counts"]["unread"] for who in (SELLER, BUYER, MEDIATOR, LEAD, OPERATOR)
    }


def test_who_i_am_costs_the_same_whatever_lies_behind_me() -> None:
    """I10: the index of open disputes, those, the index of news, and the profile are read; nothing that is over."""

    def spent(over: int) -> tuple[int, float]:
        table = MeteredTable()
        office = Office(table).delivered().wait(DAY)
        for number in range(1, over + 1):
            office.open()
            office.act(BUYER, c.Withdraw(), dispute_id=f"order-1-d{number}")
        office.open(DAMAGED)
        before = table.bill()
        assert 1 == told(office, SELLER)["counts"]["waiting"]
        bill = table.bill().since(before)
        return bill.calls, bill.read_units

    assert (4, 3) == spent(0) == spent(29)

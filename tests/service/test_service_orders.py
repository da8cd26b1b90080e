"""Orders through the services: import, shipments, carrier batches, receipt and extensions (O1-O8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import CONFLICT, INVALID, Refusal
from chalicelib.service import orders
from chalicelib.service.errors import Malformed
from chalicelib.service.execute import sweep_order
from tests.domain.worlds import BUYER, DAY, PLATFORM, PROMISED, SELLER, money, order_terms
from tests.service.office import ORDER, Office, event, read


def test_an_import_creates_the_order() -> None:
    """O1, O3: an import answers 201 with the order, whose whole payment is held."""
    answer = orders.import_order(Office().services, PLATFORM, order_terms())
    assert (answer.status, read(answer)["escrow"]["held"]["minor"]) == (201, 10000)


def test_the_same_import_again_changes_nothing() -> None:
    """O1: the same import again answers 200 with the order as it is now, and writes no item."""
    office = Office().delivered()
    before = office.table.snapshot()
    answer = orders.import_order(office.services, PLATFORM, order_terms())
    assert (answer.status, len(read(answer)["parcels"])) == (200, 1)
    assert before == office.table.snapshot()


@pytest.mark.parametrize("changed", [{"buyer_id": "bob"}, {"shipping_fee": money(1)}, {"deliver_by": PROMISED + DAY}], ids=str)
def test_another_body_for_the_same_order_is_a_conflict(changed: dict[str, Any]) -> None:
    """O1: the terms of an order do not change after its import."""
    office = Office().bought()
    before = office.table.snapshot()
    with pytest.raises(Refusal) as refused:
        orders.import_order(office.services, PLATFORM, order_terms(**changed))
    assert refused.value.code == "conflict"
    assert before == office.table.snapshot()


def test_a_shipment_is_recorded_once() -> None:
    """O4: a shipment answers 201 with the order; the same parcel again, under another key, is a conflict."""
    office = Office().bought().wait(DAY)
    assert office.ship().status == 201
    with pytest.raises(Refusal) as refused:
        office.ship()
    assert refused.value.code == "conflict"


def test_a_batch_answers_each_event() -> None:
    """O6: each event of a batch has its own result, and one that fails does not affect the others."""
    office = Office().bought().wait(DAY)
    office.ship()
    at = office.wait(DAY).watch.at
    told = (
        event(at, "not a number"),
        event(at, "000000099"),
        event(at + 9 * DAY),
        event(at, status=CarrierStatus.IN_TRANSIT),
        event(at),
        event(at, "000 000-001"),
        event(at, carrier=Carrier.FEDEX),
    )
    results = read(office.report(*told))["results"]
    expected = [
        "invalid_tracking_number",
        "unknown_parcel",
        "invalid",
        "recorded",
        "recorded",
        "duplicate",
        "invalid_tracking_number",
    ]
    assert expected == [result["status"] for result in results]
    assert [[ORDER]] * 3 == [result["order_ids"] for result in results if "order_ids" in result]


def test_events_in_any_order_and_more_than_once_come_to_the_same() -> None:
    """O6: the time of delivery follows from the records, in whatever order they arrived."""
    office, other = (Office().bought().wait(DAY) for _ in range(2))
    at = office.watch.at
    told = [event(at, status=CarrierStatus.IN_TRANSIT), event(at + DAY), event(at + DAY, status=CarrierStatus.OUT_FOR_DELIVERY)]
    for each, events in ((office, told), (other, [*reversed(told), *told])):
        each.ship()
        each.wait(2 * DAY).report(*events)
    views = [orders.get_order(each.services, ORDER, BUYER) for each in (office, other)]
    assert views[0]["lines"] == views[1]["lines"]
    assert views[0]["parcels"] == views[1]["parcels"]


def test_one_parcel_of_two_orders_delivers_both() -> None:
    """O6: a tracking number may carry several orders."""
    office = Office().bought()
    office.bought(order_id="order-2").wait(DAY)
    office.ship()
    office.ship("order-2")
    result = read(office.wait(DAY).report())["results"][0]
    assert result == {"status": "recorded", "order_ids": [ORDER, "order-2"]}


def test_a_receipt_starts_the_protections_end() -> None:
    """O6, O7: the buyer's confirmation counts as delivery; confirming again changes nothing."""
    office = Office().bought().wait(DAY)
    first = read(orders.confirm_receipt(office.services, ORDER, office.request(BUYER), ()))
    assert first["closes_at"] == "2026-03-18T12:00:00Z"
    assert first == read(orders.confirm_receipt(office.services, ORDER, office.request(BUYER), ()))


def test_an_extension_moves_promise_and_protection_together_or_neither() -> None:
    """O8, I11: if one of two extensions in a request is refused, neither is made."""
    office = Office().bought()
    before = office.table.snapshot()
    later = PROMISED + 10 * DAY
    with pytest.raises(Refusal):
        orders.extend(office.services, ORDER, office.request(SELLER), later, PROMISED)
    assert before == office.table.snapshot()
    both = read(orders.extend(office.services, ORDER, office.request(SELLER), later, PROMISED + 40 * DAY))
    assert (both["deliver_by"], both["closes_at"]) == ("2026-04-11T12:00:00Z", "2026-05-11T12:00:00Z")


def test_an_extension_of_nothing_is_malformed() -> None:
    """O8: an extension that names nothing to extend is malformed."""
    office = Office().bought()
    with pytest.raises(Malformed) as refused:
        orders.extend(office.services, ORDER, office.request(SELLER), None, None)
    assert refused.value.field == "deliver_by"


def test_a_batch_takes_one_transaction_an_order() -> None:
    """O6, I16: 100 records of two parcels, mixed, are written and judged together, and each is answered in its place."""
    office = Office().bought().wait(DAY)
    office.ship()
    office.ship(number="000000002")
    at = office.watch.at
    office.wait(DAY)
    times, parcels = [at + timedelta(minutes=n) for n in range(49)], ("000000001", "000000002")
    moving = CarrierStatus.IN_TRANSIT
    events = [orders.CarrierEvent(Carrier.TNT, number, time, moving) for time in times for number in parcels]
    unknown = orders.CarrierEvent(Carrier.TNT, "999999999", at, moving)
    before = office.table.transactions

    results = read(office.report(unknown, *events, events[0]))["results"]

    assert ["unknown_parcel", *["recorded"] * 98, "duplicate"] == [result["status"] for result in results]
    assert 1 + 1 == office.table.transactions - before  # and one for the kept answer


def test_nobody_ships_what_was_sent_to_somebody_else() -> None:
    """O4, C5: a party cannot name a number of other people's order, even a completed one; the marketplace can."""
    office = Office().bought(order_id="order-2", buyer_id="ben").bought().bought(order_id="order-3").wait(DAY)
    office.ship("order-2")

    with pytest.raises(Refusal) as refused:
        office.ship()

    assert CONFLICT == refused.value.code
    assert 201 == office.ship(request=office.request(PLATFORM)).status
    office.wait(100 * DAY)
    for order_id in (ORDER, "order-2"):
        sweep_order(office.services, order_id)
    assert 201 == office.ship("order-3").status  # the same buyer and seller share it since the marketplace said so


def test_nobody_sends_back_what_was_sent_to_somebody_else() -> None:
    """O6, D3: such a parcel does not prove a return either."""
    office = Office().bought(order_id="order-2", buyer_id="ben").wait(DAY)
    office.ship("order-2", number="000000009")
    office.disputed().act(SELLER, c.Accept("1"))

    with pytest.raises(Refusal) as refused:
        office.act(BUYER, c.ShipReturn(Carrier.TNT, "000000009"))

    assert CONFLICT == refused.value.code
    assert 200 == office.act(BUYER, c.ShipReturn(Carrier.TNT, "000000008")).status


def test_cheat_02_a_number_of_a_completed_order_is_not_named_again() -> None:
    """O4: order A of ana is completed with a number; the same seller names it for order B of ben: 409, and B goes on."""
    office = Office().delivered().wait(100 * DAY)
    sweep_order(office.services, ORDER)
    office.bought(order_id="order-2", buyer_id="ben").wait(DAY)

    with pytest.raises(Refusal) as refused:
        office.ship("order-2")

    assert (CONFLICT, "000000001") == (refused.value.code, refused.value.details["tracking_number"])
    office.report()
    assert [] == orders.get_order(office.services, "order-2", PLATFORM)["parcels"]


@pytest.mark.parametrize("swept", [False, True])
def test_cheat_15_naming_a_number_does_not_depend_on_a_sweep(swept: bool) -> None:  # noqa: FBT001 - both cases
    """O4, D9: the number of an order that is due to complete is refused before the sweep and after it."""
    office = Office().delivered().bought(order_id="order-2", buyer_id="ben").wait(16 * DAY)
    if swept:
        sweep_order(office.services, ORDER)

    with pytest.raises(Refusal) as refused:
        office.ship("order-2")

    assert CONFLICT == refused.value.code


def test_cheat_13_the_marketplace_gives_a_number_to_its_order() -> None:
    """O4: another seller names an honest one's number first; the marketplace records it for the honest order all the same."""
    office = Office().bought().bought(order_id="order-2", buyer_id="ben", seller_id="thief").wait(DAY)
    thief = Actor(Role.SELLER, "thief")
    assert 201 == office.ship("order-2", request=office.request(thief)).status
    with pytest.raises(Refusal) as refused:
        office.ship()
    assert CONFLICT == refused.value.code
    assert 201 == office.ship(request=office.request(PLATFORM)).status
    assert [ORDER, "order-2"] == sorted(office.services.cases.orders_of_parcel("tnt", "000000001"))


@pytest.mark.parametrize(("named", "reported"), [(Carrier.CHINA_POST, Carrier.EMS), (Carrier.EMS, Carrier.CHINA_POST)])
def test_cheat_30_a_number_of_the_posts_is_one_parcel(named: Carrier, reported: Carrier) -> None:
    """O4: an S10 number that is on record with one post is delivered whichever of the posts reports it."""
    office = Office().bought().wait(DAY)
    orders.add_shipment(office.services, ORDER, office.request(SELLER), orders.Shipment(named, "RR473124829CN"))
    office.wait(DAY)

    results = read(office.report(event(office.watch.at, "RR 473 124 829 CN", carrier=reported)))["results"]

    assert [{"status": "recorded", "order_ids": [ORDER]}] == results
    assert orders.get_order(office.services, ORDER, BUYER)["parcels"][0]["delivered_at"] is not None


def test_cheat_08_the_orders_own_number_is_no_return() -> None:
    """O4: the number of the order's own parcel, named as its return, is refused: it was delivered long ago."""
    office = Office().disputed()
    office.act(SELLER, c.Accept("1"))

    with pytest.raises(Refusal) as refused:
        office.act(BUYER, c.ShipReturn(Carrier.TNT, "GE000000001WW"))

    assert (INVALID, "tracking_number") == (refused.value.code, refused.value.details["field"])

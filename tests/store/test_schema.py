"""What a released version has stored every later one reads, and an older one spoils nothing that it does not know (I17)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Dispute
from chalicelib.domain.order import Order
from chalicelib.domain.people import Role
from chalicelib.domain.thread import Thread
from chalicelib.service import disputes, messages, orders
from chalicelib.service.dispute_lists import Wanted, list_disputes
from chalicelib.store import keys, schema, unknown
from chalicelib.store.codec import dump
from chalicelib.store.people import Erasure, Profile
from chalicelib.store.schema import NewerData, stamped, stored_value
from chalicelib.store.unknown import beyond, carries, merged, stored_json, with_unknown
from chalicelib.store.uploads import Upload
from tests.domain.worlds import BUYER, MEDIATOR, SELLER
from tests.service.office import DISPUTE, ORDER, Office

if TYPE_CHECKING:
    from localcloud.memory.expressions import Item

NEWER = {"schema_version": {"N": str(schema.SCHEMA + 1)}}


def change(office: Office, sk: str, by: Any) -> None:  # noqa: ANN401 - attributes, or a change of the data
    """Write an item as another version would have left it."""
    (found,) = [it for it in office.table.snapshot() if it["sk"]["S"] == sk and it["pk"]["S"] == keys.order_pk(ORDER)]
    changes = by if isinstance(by, dict) else {"data": {"S": json.dumps(by(json.loads(found["data"]["S"])))}}
    stored: Item = found | changes
    office.table.put_item(TableName=office.services.cases.table, Item=stored)


def data(office: Office, sk: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON of an item of the order."""
    (found,) = [it for it in office.table.snapshot() if it["sk"]["S"] == sk and it["pk"]["S"] == keys.order_pk(ORDER)]
    return json.loads(found["data"]["S"])


def test_every_item_carries_its_schema() -> None:
    """I17: no item is stored without the number of the schema it was written in."""
    office = Office().disputed()
    office.act(SELLER, c.Decline())
    messages.write_message(office.services, ORDER, office.request(BUYER), "When?")
    assert {str(schema.PLAIN)} == {it["schema_version"]["N"] for it in office.table.snapshot()}


@pytest.mark.parametrize("kind", [Order, Dispute, Thread, Profile, Upload, Erasure])
def test_what_is_written_again_carries_what_it_does_not_know(kind: type) -> None:
    """I17: each state that is read, changed and written again keeps unknown fields."""
    assert carries(kind)


def test_unknown_fields_survive_a_write() -> None:
    """I17: a field of a newer version, at any depth, is still there after an older one has changed the state."""
    office = Office().disputed()

    def newer_order(it: Any) -> Any:  # noqa: ANN401 - JSON
        it["terms"]["gift"] = True
        it["parcels"][0]["weight_g"] = 900
        return it | {"loyalty": {"points": 3}}

    def newer_dispute(it: Any) -> Any:  # noqa: ANN401 - JSON
        it["proposals"][0]["mood"] = "cross"
        return it | {"labels": ["fragile"]}

    change(office, keys.ORDER_SK, newer_order)
    change(office, keys.dispute_sk(1), newer_dispute)
    office.act(SELLER, c.Decline())
    office.act(BUYER, c.Escalate())
    office.act(MEDIATOR, c.Assign())
    order, dispute = data(office, keys.ORDER_SK), data(office, keys.dispute_sk(1))
    assert ({"points": 3}, True, 900) == (order["loyalty"], order["terms"]["gift"], order["parcels"][0]["weight_g"])
    assert (["fragile"], "cross") == (dispute["labels"], dispute["proposals"][0]["mood"])
    assert "unknown" not in order.keys() | dispute.keys()


def test_unknown_fields_of_a_thread_survive_a_write() -> None:
    """I17: the same for the thread of an order."""
    office = Office().bought()
    messages.write_message(office.services, ORDER, office.request(BUYER), "When?")
    change(office, keys.THREAD_SK, lambda it: it | {"pinned": 1})
    messages.write_message(office.services, ORDER, office.request(SELLER), "Today.")
    assert (1, 2) == (data(office, keys.THREAD_SK)["pinned"], len(data(office, keys.THREAD_SK)["authors"]))


@pytest.mark.parametrize("sk", [keys.ORDER_SK, keys.dispute_sk(1)])
def test_a_newer_item_is_not_touched(sk: str) -> None:
    """I17: a command on a case of which an item is newer than this version understands changes nothing."""
    office = Office().disputed()
    change(office, sk, NEWER)
    before = office.table.snapshot()
    with pytest.raises(NewerData):
        office.act(SELLER, c.Decline())
    assert before == office.table.snapshot()


def test_an_event_of_an_unknown_type_is_newer_data() -> None:
    """I17: a timeline with an event that this version does not know is told as newer, not as an error of ours."""
    office = Office().disputed()
    change(office, keys.event_sk(1, 1), {"type": {"S": "dispute_sung"}})
    with pytest.raises(NewerData):
        disputes.get_timeline(office.services, DISPUTE, BUYER)


@pytest.mark.parametrize("broken", [NEWER, {"data": {"S": "{}"}}, {"data": {"S": "{"}}], ids=["newer", "empty", "damaged"])
def test_a_list_skips_and_reports_what_cannot_be_read(broken: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """I17: one item that cannot be read does not fail a list; it is logged, and the others are there."""
    office = Office().disputed()
    office.bought(order_id="order-2")
    change(office, keys.ORDER_SK, broken)
    change(office, keys.dispute_sk(1), broken)
    assert ["order-2"] == [it["id"] for it in orders.list_orders(office.services, BUYER, None, 10, None)["items"]]
    assert [] == list_disputes(office.services, BUYER, Wanted(), 10, None)["items"]
    assert 2 == sum("cannot be read" in record.getMessage() for record in caplog.records)


def test_old_items_are_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """I17: the upgraders of a kind are applied in turn, from the item's schema to the present one, and to no newer item."""
    old = stamped({"data": {"S": '{"order": "o", "voices": []}'}})
    first = {("Thread", 1): lambda raw: {"order_id": raw["order"], "voices": raw["voices"]}}
    second = {("Thread", 2): lambda raw: raw | {"voices": [*raw["voices"], "buyer:ana"]}}
    monkeypatch.setattr(schema, "SCHEMA", 3)
    monkeypatch.setattr(schema, "UPGRADERS", first | second)
    assert Thread("o", ("buyer:ana",)) == stored_value(old, Thread)
    done = {"data": {"S": dump(Thread("o"))}}
    assert Thread("o") == stored_value(done | {"schema_version": {"N": "3"}}, Thread)
    assert Thread("o", ("buyer:ana",)) == stored_value(done | {"schema_version": {"N": "2"}}, Thread)
    with pytest.raises(NewerData):
        stored_value(done | {"schema_version": {"N": "4"}}, Thread)


JSON = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c", "id"]), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["order_id", "version", "voices", "x", "y"]), JSON, max_size=5))
def test_nothing_is_lost_between_reading_and_writing(more: dict[str, Any]) -> None:
    """I17: whatever a newer version adds, writing what was read gives the same JSON again."""
    raw = json.loads(dump(Thread("o", ("buyer:ana",), (0,), {"buyer:ana": 1}))) | {
        name: value for name, value in more.items() if name in ("x", "y")
    }
    assert raw == json.loads(stored_json(with_unknown(json.dumps(raw), Thread)))
    changed = replace(with_unknown(json.dumps(raw), Thread), version=7, told_at={Role.BUYER: Office().watch.at})
    kept = json.loads(stored_json(changed))
    assert {name: raw[name] for name in ("x", "y") if name in raw} == {name: kept[name] for name in ("x", "y") if name in kept}


def test_what_belongs_to_an_element_stays_with_it() -> None:
    """I17: elements of a list are known again by their id or number, wherever they have moved."""
    raw = {"items": [{"id": "1", "new": 1}, {"id": "2", "new": 2}], "other": [{"k": 1, "new": 3}]}
    known = {"items": [{"id": "1"}, {"id": "2"}], "other": [{"k": 1}]}
    left = beyond(raw, known)
    now = {"items": [{"id": "0"}, {"id": "2"}, {"id": "1"}], "other": [{"k": 2}]}
    assert {
        "items": [{"id": "0"}, {"id": "2", "new": 2}, {"id": "1", "new": 1}],
        "other": [{"k": 2}],
    } == merged(now, left)


def test_an_order_as_it_is_written_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An item of this version is not searched for fields that it does not know: that costs more than reading it does."""
    case = Office().disputed().services.cases.load(ORDER)
    assert case
    monkeypatch.setattr(unknown, "beyond", lambda *_: pytest.fail("it was searched"))

    assert case.order == stored_value(stamped({"data": {"S": stored_json(case.order)}}), Order)

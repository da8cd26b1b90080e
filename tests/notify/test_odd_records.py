"""I10, N4, N5: an odd record of the stream holds up no other; publishing names the record to deliver again."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.notify.live.push import Pushing, push_records
from chalicelib.notify.publish import publish_records
from chalicelib.store.connections import Connection
from tests.domain.worlds import BUYER, NEWS, SELLER
from tests.notify.fakes import Desk
from tests.notify.stories import never_arrived
from tests.notify.test_live import LATER, Lines, Room
from tests.notify.test_publish import another_order, numbered
from tests.randomness import tries
from tests.service.office import EPOCH

if TYPE_CHECKING:
    import pytest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=4,
)
ODD = st.one_of(
    st.builds(lambda said: {"S": said}, st.text(max_size=20)),
    st.builds(lambda said: {"S": json.dumps(said)}, JSON),
    st.builds(lambda number: {"N": number}, st.sampled_from(["-1", "0", "1e99", "NaN", "", "x"])),
    st.just({"NULL": True}),
    st.just({}),
)
"""Attributes as DynamoDB writes them, with values that no event has."""


def _make_odd(draw: st.DrawFn, image: dict[str, Any], but: set[str]) -> None:
    """Change, lose or cut short some attributes of an item."""
    for name in draw(st.lists(st.sampled_from(sorted(image.keys() - but)), max_size=2)):
        kind = draw(st.integers(0, 2))
        if kind == 0:
            image.pop(name, None)
        elif kind == 1 and "S" in image.get(name, {}):
            image[name] = {"S": image[name]["S"][: draw(st.integers(0, 30))]}
        else:
            image[name] = draw(ODD)


@st.composite
def records(draw: st.DrawFn) -> tuple[list[dict[str, Any]], set[str]]:
    """A story's records with some attributes of some events changed, lost or cut short, and another order's as they are;
    the sequence numbers of the first order's.
    """
    told, other = never_arrived(), another_order("o-9")
    known = copy.deepcopy(numbered(told, other))
    mine = {record["dynamodb"]["SequenceNumber"] for record in known[: len(numbered(told))]}
    for record in known[: len(mine)]:
        _make_odd(draw, record["dynamodb"]["NewImage"], {"pk", "sk", "publish"})
    return known, mine


@settings(max_examples=tries(150), suppress_health_check=list(HealthCheck))
@given(records())
def test_an_odd_record_holds_up_no_other_order(odd: tuple[list[dict[str, Any]], set[str]]) -> None:
    """Nothing is raised; what fails is among the odd order's records, and the other order is told whole."""
    known, mine = odd
    other = another_order("o-9")
    desk, alone = Desk((never_arrived(), other)), Desk((other,))

    failed = publish_records(known, desk.publishing)

    publish_records(numbered(other), alone.publishing)
    assert set(failed) <= mine
    assert alone.sender.names
    assert set(alone.sender.names) <= set(desk.sender.names)


@lru_cache(maxsize=1)
def talk() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A message and a dispute's change as the stream brings them, and a message of order o-9 that comes after them."""
    room = Room()
    room.say(BUYER)
    room.office.act(SELLER, NEWS)
    told = [it for it in room.stream if {"publish", "dispute"} & it["dynamodb"]["NewImage"].keys()]
    other = copy.deepcopy(told[0])
    other["dynamodb"]["NewImage"]["order_id"] = {"S": "o-9"}
    return told, other


@st.composite
def said(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return records of which some are odd: without some attributes, without an item, or empty."""
    known = copy.deepcopy(talk()[0])
    for record in known:
        _make_odd(draw, record["dynamodb"]["NewImage"], set())
    hollow: list[dict[str, Any]] = [{}, {"dynamodb": None}, {"dynamodb": {}}, {"dynamodb": {"NewImage": None}}]
    return known + draw(st.lists(st.sampled_from(hollow), max_size=2))


@settings(max_examples=tries(150), suppress_health_check=list(HealthCheck))
@given(said())
def test_an_odd_record_silences_no_other_order(odd: list[dict[str, Any]]) -> None:
    """N5: nothing is raised, and the listeners of another order get its message as it is."""
    room, lines = Room(), Lines()
    to = room.office.services.connections
    room.listen(BUYER)
    elsewhere = Connection("elsewhere", SELLER, EPOCH, LATER)
    to.add(elsewhere)
    to.listen(elsewhere, "o-9")

    push_records([*odd, talk()[1]], Pushing(to, lines, room.office.services.cases.load, EPOCH))

    assert ["message"] == [it["type"] for it in lines.sent["elsewhere"]]


def test_a_record_that_cannot_be_read_is_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """N5: a record that cannot be read is left out, and the log names it."""
    services = Room().office.services
    push_records([{"eventID": "e-7"}], Pushing(services.connections, Lines(), services.cases.load, EPOCH))

    assert [("a record was not pushed", "e-7")] == [(it.getMessage(), vars(it)["event"]) for it in caplog.records]

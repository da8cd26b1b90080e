"""I10, N4: whatever a record of the stream holds, publishing goes on, and says which one comes again."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.notify.publish import publish_records
from tests.notify.fakes import Desk
from tests.notify.stories import never_arrived
from tests.notify.test_publish import another_order, numbered

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
"""Attributes as DynamoDB writes them, with what no event of ours has in them."""


@st.composite
def records(draw: st.DrawFn) -> tuple[list[dict[str, Any]], set[str]]:
    """A story's records with some attributes of some events changed, lost or cut short, and another order's as they are;
    the sequence numbers of the first order's.
    """
    told, other = never_arrived(), another_order("o-9")
    known = copy.deepcopy(numbered(told, other))
    mine = {record["dynamodb"]["SequenceNumber"] for record in known[: len(numbered(told))]}
    for record in known[: len(mine)]:
        image = record["dynamodb"]["NewImage"]
        for name in draw(st.lists(st.sampled_from(sorted(image.keys() - {"pk", "sk", "publish"})), max_size=2)):
            kind = draw(st.integers(0, 2))
            if kind == 0:
                image.pop(name, None)
            elif kind == 1 and "S" in image.get(name, {}):
                image[name] = {"S": image[name]["S"][: draw(st.integers(0, 30))]}
            else:
                image[name] = draw(ODD)
    return known, mine


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
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

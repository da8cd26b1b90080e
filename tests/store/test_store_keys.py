"""The key scheme: keys sort like the values they stand for, and no two items share a key."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import chalicelib
from chalicelib.store import keys

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,20}", fullmatch=True)
moments = st.integers(min_value=0, max_value=4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(st.tuples(st.integers(0, 99), st.integers(1, 9999)), st.tuples(st.integers(0, 99), st.integers(1, 9999)))
def test_events_sort_by_stream_and_number(one: tuple[int, int], other: tuple[int, int]) -> None:
    """I4: the log of a stream is read in the order in which it was written."""
    assert (one < other) == (keys.event_sk(*one) < keys.event_sk(*other))


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 9999))
def test_a_stream_holds_its_own_events_only(stream: int, other: int, seq: int) -> None:
    """The prefix of one stream's events does not match another stream's."""
    assert (stream == other) == keys.event_sk(other, seq).startswith(keys.events_prefix(stream))


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_numbered_things_sort_by_their_number(one: int, other: int) -> None:
    """Disputes, ledger entries and payment instructions come back in the order in which they were made."""
    for sort_key in (keys.dispute_sk, keys.ledger_sk, keys.payment_sk):
        assert (one < other) == (sort_key(one) < sort_key(other))


def test_state_sorts_before_everything_else_of_its_order() -> None:
    """One query by prefix reads a whole case, because only states begin with ``#``."""
    states = [keys.dispute_sk(1), keys.dispute_sk(30), keys.ORDER_SK]
    rest = [keys.event_sk(0, 1), keys.event_sk(30, 1), keys.ledger_sk(1), keys.payment_sk(1)]
    ordered = [*states, *rest]
    assert all(one < other for one, other in pairwise(ordered))
    assert states == [sk for sk in ordered if sk.startswith(keys.STATE_PREFIX)]


@given(moments, ids, moments, ids)
def test_lists_sort_by_time(one: datetime, its_id: str, other: datetime, other_id: str) -> None:
    """Section 7: a list's sort key sorts by time; the id only separates items of one second."""
    if one != other:
        assert (one < other) == (keys.newest_first(one, its_id) < keys.newest_first(other, other_id))


@given(st.lists(ids, min_size=2, max_size=2, unique=True))
def test_no_two_people_share_a_list_or_a_profile(two: list[str]) -> None:
    """I6: no two people share a list or a profile."""
    one, other = two
    made = {
        keys.list_pk("O", one),
        keys.list_pk("O", other),
        keys.list_pk("D", one),
        keys.list_pk("D", other),
        keys.profile_pk("buyer", one),
        keys.profile_pk("buyer", other),
        keys.profile_pk("seller", one),
        keys.profile_pk("seller", other),
    }
    assert len(made) == 8


@given(ids)
def test_an_order_is_found_by_its_partition(order_id: str) -> None:
    """The id within a partition key is the id it was made from."""
    assert order_id == keys.order_id_of(keys.order_pk(order_id))


@given(ids, st.integers(1, 1024))
def test_an_order_is_due_in_one_shard(order_id: str, shards: int) -> None:
    """A deadline always falls in the same shard, and in one that is swept."""
    shard = keys.shard_of(order_id, shards)
    assert shard == keys.shard_of(order_id, shards)
    assert 0 <= shard < shards


def test_orders_spread_over_the_shards() -> None:
    """No shard of eight holds more than twice its share of a thousand orders."""
    shards = [keys.shard_of(f"order-{n}", 8) for n in range(1000)]
    assert max(shards.count(shard) for shard in range(8)) < 250


KEY = re.compile(r"#?[A-Z]{2,}#|^#[A-Z]{2,}$")
"""Matches the fixed part of a key: a name in capitals between signs."""


def test_no_other_module_knows_a_key() -> None:
    """The key scheme is in one place: no other module of the product writes the text of a key."""
    package = Path(chalicelib.__file__).parent
    knowing = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.search(node.value)
    }
    assert {"store/keys.py"} == knowing

"""I10: random input of any shape to any route never makes the service fail."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.memory.table import MemoryTable
from tests.api.samples import EVERY, IDS, Stop, bring, path_of, sample_of
from tests.randomness import tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api

WORDS = [
    "refund refund_with_return not_received not_as_described counterfeit no_longer_wanted unauthorised_charge damaged",
    "buyer seller tnt ups ems dhl delivered in_transit item_received empty_package_or_different settled failed photo",
    "a o-1 o-1-d1 1 2 EUR USD JPY TND ES CN 000000001 EE123456785CN 1Z5R89390357567127 2026-03-20T12:00:00Z",
    "2026-03-02T12:00:00.123456+05:30 2099-12-31T23:59:59Z not_found statement",
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-2, 12_000)
    | st.sampled_from([10**13, 10**13 + 1, 2**63, -(2**63), 10**300])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(" ".join(WORDS).split())
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4), max_leaves=12
)


def _values(body: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - any JSON
    parts = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [place for name, part in parts for place in ((*way, name), *_values(part, (*way, name)))]


@st.composite
def bodies(draw: st.DrawFn, endpoint: Endpoint) -> Any:  # noqa: ANN401 - any JSON
    """A body that is nearly good, or one of the route's own fields filled at random, or anything at all."""
    sample = sample_of(endpoint)
    good = [body for body in (sample.body, sample.other) if body]
    shape = draw(st.integers(0, 9))
    if shape == 0 or not endpoint.body:
        return draw(documents)
    if shape <= 2 or not good:
        fields = st.sampled_from(sorted(endpoint.body.model_fields)) if endpoint.body.model_fields else st.text(max_size=5)
        return draw(st.dictionaries(fields, documents, max_size=8))
    body = copy.deepcopy(draw(st.sampled_from(good)))
    for _ in range(draw(st.sampled_from([0, 0, 1, 2, 3]))):
        places = _values(body)
        if not places:
            break
        *way, name = draw(st.sampled_from(places))
        inner = body
        for step in way:
            inner = inner[step]
        if draw(st.integers(0, 5)):
            inner[name] = draw(documents if draw(st.booleans()) else scalars)
        else:
            del inner[name]
    return body


ACTIONS = [endpoint for endpoint in EVERY if endpoint.method == "POST" and "dispute_id" in endpoint.ids]
"""The actions in a dispute. They are drawn as often as all the rest, since only they are refused for what is stored."""


@st.composite
def requests(draw: st.DrawFn) -> tuple[Endpoint, Stop, dict[str, str], str, bytes]:
    """A route, how far the story has come, ids, a query and a body."""
    endpoint = draw(st.sampled_from(EVERY) | st.sampled_from(ACTIONS))
    stop = draw(st.just(sample_of(endpoint).stop) | st.sampled_from(Stop))
    odd = (
        st.text(max_size=30) | st.from_regex(r"o-[1-9]{1,3}-[dp][0-9]{1,3}", fullmatch=True) | st.sampled_from([*IDS.values()])
    )
    ids = {name: draw(odd) for name in IDS if f"{{{name}}}" in endpoint.path and not draw(st.integers(0, 4))}
    names = [*endpoint.query_names, *(["x"] if draw(st.integers(0, 9)) == 0 else [])]
    query = "&".join(f"{name}={quote(draw(st.text(max_size=12)))}" for name in names if draw(st.integers(0, 3)) == 0)
    raw = json.dumps(draw(bodies(endpoint))).encode()
    if draw(st.integers(0, 9)) == 0:
        raw = draw(st.binary(max_size=40)) or raw[: len(raw) // 2]
    return endpoint, stop, ids, f"?{query}" if query else "", raw


@pytest.mark.hypothesis
def test_random_input_is_no_fault_of_ours(api: Api, new_api: Callable[[MemoryTable], Api]) -> None:
    """I10: whatever a caller of the right role sends, the answer is JSON, and never a 5xx; a refusal stores nothing."""
    stories = {}
    for stop in Stop:
        told = new_api(MemoryTable(api.table.name))
        bring(told, stop)
        stories[stop] = (told.table.snapshot(), told.clock.at)
    statuses: dict[int, int] = {}

    @settings(max_examples=tries(500), suppress_health_check=list(HealthCheck))
    @given(requests())
    def send(request: tuple[Endpoint, Stop, dict[str, str], str, bytes]) -> None:
        endpoint, stop, ids, query, raw = request
        stored, now = stories[stop]
        table = MemoryTable(api.table.name)
        for item in stored:
            table.put_item(TableName=table.name, Item=item)
        fresh = new_api(table)
        fresh.clock.at = now
        headers = fresh.headers(sample_of(endpoint).who)

        reply = fresh.send(endpoint.method, path_of(endpoint) + query, headers, raw, ids)

        statuses[reply.status] = statuses.get(reply.status, 0) + 1
        assert reply.status < 500, reply.body
        if reply.status >= 400:
            assert reply.refused
            assert [it for it in stored if not it["pk"]["S"].startswith("AUDIT#")] == fresh.stored
        else:
            assert endpoint.operation == "docs" or isinstance(reply.json, dict)

    send()
    # It means something only if much gets through, and much is refused at each depth.
    assert {200, 400, 404, 409, 422} <= statuses.keys(), statuses

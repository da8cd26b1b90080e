"""I6, I10: nobody reaches another's data, and no id makes the service fail, however odd it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from chalicelib.api.endpoint import BODY_AT_MOST
from chalicelib.domain.people import Role
from tests.api.samples import (
    ACME,
    ANA,
    BEN,
    GUARDED,
    MARKET,
    MIA,
    WITH_IDS,
    ZETA,
    Stop,
    bring,
    path_of,
    sample_of,
)
from tests.api.untouched import Untouched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api


OF_ROLE = {Role.BUYER: ANA, Role.SELLER: ACME, Role.MEDIATOR: MIA, Role.PLATFORM: MARKET}
STRANGERS = {Role.BUYER: (BEN, "buyer:acme"), Role.SELLER: (ZETA, "seller:ana")}

each_guarded_route = pytest.mark.parametrize("endpoint", GUARDED, ids=lambda e: e.operation)
each_id = pytest.mark.parametrize("endpoint", WITH_IDS, ids=lambda e: e.operation)


def _odd_ids(existing: str) -> Iterator[str]:
    """Ids as a gateway may hand them over, decoded or not."""
    yield from (
        "..",
        ".",
        "%2e%2e",
        "%00",
        f"{existing}%00",
        "%2F",
        "%",
        "%zz",
        "a%0Ab",
        "a b",
        "#",
        "a#b",
        "#ORDER",
        "a/b",
        "*",
        "-d1",
        f"{existing}\n",
    )
    yield from (
        "ñ",
        quote("ñ"),
        "\u202e",
        "\x00",
        "\ud800",
        "日本",
        "%ff%fe",
        "😀",
        "'",
        '"',
        ";drop",
        "{order_id}",
        "$ne",
        "x" * 10_000,
    )
    yield from ("", "o-1-d0", "o-1-d01", "o-1-d-1", "o-1-d" + "9" * 100, "o-1-d\uff11", "o-1-d", "-", "o-1-p0", "o-1-p", "O-1")


@each_guarded_route
def test_a_wrong_role_is_forbidden(api: Api, endpoint: Endpoint) -> None:
    """Section 7: a role that never does this is told so, whatever it sends."""
    route = Untouched(api, endpoint)
    for role in OF_ROLE.keys() - set(endpoint.roles):
        for raw in (route.good, b"{", b"x" * BODY_AT_MOST):
            assert (403, "forbidden") == route.send(who=OF_ROLE[role], raw=raw).refused
    route.end()


@each_id
def test_a_stranger_is_told_what_nobody_is_told(api: Api, endpoint: Endpoint) -> None:
    """I6: another person's resource is as missing as a missing one, byte for byte, even at the right or the wrong version."""
    route = Untouched(api, endpoint)
    missing = path_of(
        endpoint, order_id="o-2", dispute_id="o-2-d1", instruction_id="o-2-p1-00000000", seller_id="s-2", buyer_id="b-2"
    )
    for stranger in (one for role in endpoint.roles for one in STRANGERS.get(role, ())):
        for version in ("*", '"1"', '"999"'):
            theirs = route.send(stranger, who=stranger, if_match=version)
            nobodys = route.send(stranger, path=missing, who=stranger, if_match=version)
            assert (404, "not_found") == theirs.refused
            assert nobodys == theirs
    route.end()


def test_a_mediator_does_not_see_what_was_not_escalated(api: Api) -> None:
    """I6: a dispute that nobody brought before a mediator is as missing as a missing one to every mediator's route."""
    bring(api, Stop.NEGOTIATING)
    of_a_case = [it for it in WITH_IDS if "{dispute_id}" in it.path or "{order_id}" in it.path]
    routes = [endpoint for endpoint in of_a_case if Role.MEDIATOR in endpoint.roles and not endpoint.leads]
    assert len(routes) > 4
    for endpoint in routes:
        body = sample_of(endpoint).body
        theirs = api.call(MIA, endpoint.method, path_of(endpoint), body)
        assert (404, "not_found") == theirs.refused
        assert api.call(MIA, endpoint.method, path_of(endpoint, dispute_id="o-9-d1"), body) == theirs


@each_id
def test_odd_ids_are_missing_things(api: Api, endpoint: Endpoint) -> None:
    """I10: an id that cannot be one names nothing: 404, or 422 where it would have been taken as new."""
    route = Untouched(api, endpoint)
    for name in [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]:
        if name == "proposal_id" or (endpoint.method == "PUT" and name != "dispute_id"):
            continue
        for odd in _odd_ids("o-1"):
            missing = {(404, "not_found"), (422, "validation_failed")} if endpoint.method == "PUT" else {(404, "not_found")}
            assert route.send(odd, ids={name: odd}).refused in missing, odd
    route.end()


@pytest.mark.parametrize(
    "endpoint", [e for e in WITH_IDS if e.method == "PUT" and "{dispute_id}" not in e.path], ids=lambda e: e.operation
)
def test_odd_ids_make_nothing(api: Api, endpoint: Endpoint) -> None:
    """I10: nothing is created under an id that cannot be one."""
    route = Untouched(api, endpoint)
    for who in dict.fromkeys((route.sample.who, MARKET if Role.PLATFORM in endpoint.roles else route.sample.who)):
        for odd in _odd_ids("acme"):
            if odd.replace("-", "").isalnum() and odd.isascii() and len(odd) < 200 and odd[0] != "-":
                continue
            ids = dict.fromkeys(("order_id", "seller_id", "buyer_id", "endpoint_id", "whose"), odd)
            assert route.send(odd, ids=ids, who=who).refused[0] in (404, 422), odd
    route.end()


def test_an_odd_proposal_is_a_stale_one(api: Api) -> None:
    """D1: accepting what was never proposed shows the proposal that is on the table, or finds nothing by such a name."""
    bring(api, Stop.DISPUTED)
    for odd in _odd_ids("1"):
        path = "/disputes/o-1-d1/proposals/1/accept"
        reply = api.send("POST", path, api.headers(ACME), b"{}", {"proposal_id": odd})
        assert reply.refused in ((404, "not_found"), (409, "stale_proposal")), odd

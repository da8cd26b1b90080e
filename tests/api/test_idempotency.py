"""I5: the same request, sent again, has one effect and one answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.people import Role
from chalicelib.service import execute
from localcloud.memory.expressions import failure
from localcloud.memory.table import MemoryTable
from tests.api.edge import DAY, HOUR, Reply
from tests.api.samples import (
    ACME,
    ANA,
    CLAIM,
    MARKET,
    OFFER,
    ORDER,
    POSTS,
    SELLER_CONTACTS,
    Stop,
    bring,
    path_of,
    sample_of,
    shipped_with,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api

each_post = pytest.mark.parametrize("endpoint", POSTS, ids=lambda e: e.operation)


@each_post
def test_the_same_request_gets_the_same_answer(api: Api, endpoint: Endpoint) -> None:
    """I5: sent again, in another spelling, a day later, with whatever version, it gets the first answer byte for byte."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    path = path_of(endpoint)
    first = api.call(sample.who, "POST", path, sample.body, idempotency_key="once")
    stored = api.stored
    assert endpoint.status == first.status

    other_spelling = json.dumps(dict(reversed(sample.body.items())), indent=2, ensure_ascii=True).encode()
    again = api.send("POST", path, api.headers(sample.who, idempotency_key="once"), other_spelling)
    api.clock.wait(DAY)
    later = api.call(sample.who, "POST", path, sample.body, idempotency_key="once", if_match='"1"')

    assert [first, first] == [again, later]
    assert stored == api.stored


@pytest.mark.parametrize("endpoint", [e for e in POSTS if sample_of(e).other is not None], ids=lambda e: e.operation)
def test_another_body_under_the_same_key_is_refused(api: Api, endpoint: Endpoint) -> None:
    """I5: a key stands for one body; another one under it is a 422 and has no effect."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    path = path_of(endpoint)
    assert endpoint.status == api.call(sample.who, "POST", path, sample.body, idempotency_key="once").status
    stored = api.stored

    other = api.call(sample.who, "POST", path, sample.other, idempotency_key="once")

    assert (422, "idempotency_key_reused") == other.refused
    assert stored == api.stored


def test_only_requests_of_no_content_have_no_other_body() -> None:
    """The test above leaves out the routes that say all by their address, and no others."""
    alone = {e.operation for e in POSTS if sample_of(e).other is None}
    assert {e.operation for e in POSTS if e.body and not e.body.model_fields} == alone


@each_post
def test_another_callers_key_is_another_key(api: Api, endpoint: Endpoint) -> None:
    """I5, I6: by somebody else's key one neither gets nor changes their answer."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    assert endpoint.status == api.call(sample.who, "POST", path_of(endpoint), sample.body, idempotency_key="once").status
    role = sample.who.partition(":")[0]
    for stranger in (f"{role}:{sample.who.partition(':')[2]}2", "buyer:eve", "seller:eve"):
        stored = api.stored
        reply = api.call(stranger, "POST", path_of(endpoint), sample.body, idempotency_key="once")
        for_all_of_the_role = "{" not in endpoint.path and Role(stranger.partition(":")[0]) in endpoint.roles
        if not for_all_of_the_role and (role in ("buyer", "seller") or not stranger.startswith(role)):
            assert reply.refused[0] in (403, 404)
            assert stored == api.stored
        else:
            assert reply.status != 422


def test_one_key_for_the_seller_and_for_the_platform(api: Api) -> None:
    """I5: two callers who happen to choose one key have each their own effect."""
    bring(api, Stop.SOLD)
    path = "/orders/o-1/shipments"

    one = api.done(ACME, "POST", path, shipped_with(1), idempotency_key="once")
    two = api.done(MARKET, "POST", path, shipped_with(2), idempotency_key="once")

    assert [1, 2] == [len(one["parcels"]), len(two["parcels"])]


def test_one_key_for_two_orders(api: Api) -> None:
    """I5: a key is for one request; the same key and body sent about another order is a 422 and has no effect."""
    for order_id in ("o-1", "o-2"):
        api.done(MARKET, "PUT", f"/orders/{order_id}", ORDER)

    one = api.call(ANA, "POST", "/orders/o-1/receipt", {}, idempotency_key="once")
    two = api.call(ANA, "POST", "/orders/o-2/receipt", {}, idempotency_key="once")

    assert 200 == one.status
    assert (422, "idempotency_key_reused") == two.refused
    assert [None] == [line["delivered_at"] for line in api.done(ANA, "GET", "/orders/o-2")["lines"]]


def test_cheat_36_one_key_for_two_routes(api: Api) -> None:
    """I5: the key of a proposal, sent again to decline, is a 422 and has no effect."""
    bring(api, Stop.DISPUTED)
    proposed = api.call(ACME, "POST", "/disputes/o-1-d1/proposals", OFFER, idempotency_key="once")
    stored = api.stored

    declined = api.call(ACME, "POST", "/disputes/o-1-d1/decline", {"note": ""}, idempotency_key="once")

    assert proposed.status < 300
    assert (422, "idempotency_key_reused") == declined.refused
    assert stored == api.stored


def test_a_refused_request_may_be_sent_again(api: Api) -> None:
    """I5: of a refusal nothing is kept: the same request succeeds once it may."""
    bring(api, Stop.DISPUTED)
    stored = api.stored
    path = "/disputes/o-1-d1/escalate"

    early = api.call(ANA, "POST", path, {}, idempotency_key="once")
    assert (409, "too_early") == early.refused
    assert stored == api.stored
    api.clock.wait(3 * DAY)

    assert "under_review" == api.done(ANA, "POST", path, {}, idempotency_key="once")["stage"]


def test_a_malformed_request_may_be_corrected(api: Api) -> None:
    """I5: a body that was refused as malformed does not use up its key."""
    bring(api, Stop.DISPUTED)
    path = "/disputes/o-1-d1/evidence"

    assert (422, "validation_failed") == api.call(ANA, "POST", path, {"note": ""}, idempotency_key="once").refused
    assert 200 == api.call(ANA, "POST", path, {"note": "x"}, idempotency_key="once").status


def test_a_key_is_free_again_when_its_answer_has_expired(api: Api) -> None:
    """I5: an answer is kept for a time; after it, the same request is a new one, even where the old item still lies there."""
    bring(api, Stop.DISPUTED)
    path = "/disputes/o-1-d1/evidence"
    first = api.done(ANA, "POST", path, {"note": "x"}, idempotency_key="once")
    for item in api.table.snapshot():
        if "expires_at" in item:
            api.table.put_item(TableName=api.table.name, Item=item | {"expires_at": {"N": "1"}})
    api.clock.wait(HOUR)

    second = api.done(ANA, "POST", path, {"note": "x"}, idempotency_key="once")

    assert [1, 2] == [len(answer["evidence"]) for answer in (first, second)]


class Contended(MemoryTable):
    """A table on which others are always first."""

    def transact_write_items(self, *, TransactItems: list[Any]) -> Any:  # noqa: ANN401, N803 - as DynamoDB spells it
        """Refuse as DynamoDB does when another transaction is under way."""
        reasons = [{"Code": "TransactionConflict"} for _ in TransactItems]
        raise failure("TransactionCanceledException", "cancelled", "TransactWriteItems", CancellationReasons=reasons)


def test_a_request_still_running_is_a_conflict(api: Api, new_api: Callable[[MemoryTable], Api]) -> None:
    """I5: while others keep changing the same case the answer is a 409 that says to send it again, and nothing is stored."""
    bring(api, Stop.DISPUTED)
    contended = Contended(api.table.name)
    for item in api.table.snapshot():
        contended.put_item(TableName=contended.name, Item=item)
    busy = new_api(contended)
    busy.clock.at = api.clock.at

    reply = busy.call(ACME, "POST", "/disputes/o-1-d1/proposals", OFFER)

    assert (409, "in_progress") == reply.refused
    assert api.table.snapshot() == contended.snapshot()
    assert execute.ATTEMPTS > 1


def test_a_lost_answer_is_given_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """I11: a request that was carried out, but whose answer was lost, gets that answer when it is sent again."""
    bring(api, Stop.DELIVERED)
    write = api.table.transact_write_items

    def lose_the_reply(**request: Any) -> Any:  # noqa: ANN401
        write(**request)
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(api.table, "transact_write_items", lose_the_reply)
        lost = api.call(ANA, "POST", "/orders/o-1/disputes", CLAIM, idempotency_key="once")
    assert (500, "internal_error") == (lost.status, lost.problem)
    stored = api.stored

    again = api.call(ANA, "POST", "/orders/o-1/disputes", CLAIM, idempotency_key="once")

    assert (201, "o-1-d1") == (again.status, again.json["id"])
    assert stored == api.stored


def test_putting_again_changes_nothing_else(api: Api) -> None:
    """PUT needs no key: the same contacts again are the same contacts, one version later."""
    first, second = (api.done(ACME, "PUT", "/sellers/acme/contacts", SELLER_CONTACTS) for _ in range(2))
    assert first | {"version": 2} == second


def test_a_reply_is_compared_whole() -> None:
    """The comparisons above look at status, headers and bytes."""
    assert Reply(200, {"etag": '"1"'}, b"{}") != Reply(200, {"etag": '"2"'}, b"{}")

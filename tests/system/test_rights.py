"""I6: role by route by ownership, every cell asked of the deployed product."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import Message
from itertools import count
from typing import Any

import pytest

from chalicelib.api.endpoint import Endpoint
from chalicelib.domain.people import Role
from chalicelib.domain.webhooks import delivery_id, endpoint_id
from localcloud.clock import read
from localcloud.cloud import LocalCloud
from localcloud.forms import send
from tests.api.edge import DAY, HOOK, Clock, Reply
from tests.api.promised import check
from tests.api.samples import EVERY, IDS, ORDER, SAMPLES, SELLER_CONTACTS, Stop, bring
from tests.system.rights import (
    ANYONE,
    BUYER,
    COLUMNS,
    FOR_THE_PLATFORM,
    LEAD,
    MEDIATOR,
    OPERATOR,
    ORDERS,
    PAYMENTS,
    PEOPLE,
    RIGHTS,
    SELLER,
    SHOWS_OTHERS,
    TO_ANOTHER_MEDIATOR,
    TRACKING,
    May,
)
from tests.waiting import PATIENCE

OWN = {
    BUYER: "buyer:ana",
    SELLER: "seller:acme",
    MEDIATOR: "mediator:mia",
    LEAD: "lead:lea",
    OPERATOR: "operator:ola",
    **{column: f"{column}:market" for column in (ORDERS, TRACKING, PAYMENTS, PEOPLE)},
}
OTHERS = {BUYER: "buyer:ben", SELLER: "seller:zeta"}
MEDIATORS = (MEDIATOR, LEAD)
CONTACTS: tuple[str, ...] = (str(SELLER_CONTACTS["email"]), str(SELLER_CONTACTS["phone"]))
"""The contacts that only the seller and the marketplace may read."""
ANOTHER_MEDIATOR = "mediator:max"
RESULTS = {
    "failure": {"status": "failed", "failure": "account closed"},
    "reference": {"status": "settled", "reference": "transfer 4711"},
}
"""The payment system's results, by the field that is for the marketplace only."""
GATEWAYS = {"connection", "content-length", "date", "x-amz-request-id", "x-amzn-requestid"}
"""Headers that the gateway adds to every answer, which are not the API's to promise."""


def _headers(received: Message) -> dict[str, str]:
    """Return the API's headers, without the gateway's own."""
    return {name.lower(): value for name, value in received.items() if name.lower() not in GATEWAYS}


def hook_number(number: int) -> dict[str, Any]:
    """A webhook endpoint on this machine, where nobody listens."""
    return HOOK | {"url": f"http://127.0.0.1:9/{number}"}


@dataclass
class Deployed:
    """The deployed API as the samples' stories use it. Its stories are played backwards from now: their clock is only told."""

    cloud: LocalCloud
    clock: Clock
    began: datetime
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    places: dict[Stop, dict[str, str]] = field(default_factory=dict)
    hook: dict[str, Any] = field(default_factory=lambda: hook_number(0))

    def call(self, who: str, method: str, path: str, body: object = None) -> Reply:
        """Return the deployed product's answer to ``role:id``, or to nobody."""
        headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
        if who:
            headers["authorization"] = f"Bearer {self.cloud.token(*who.split(':'))}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.cloud.api}{path}", method=method, headers=headers, data=data)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return Reply(reply.status, _headers(reply.headers), reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, _headers(error.headers), error.read())

    def done(self, who: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Send a request that has to succeed, and return its body."""
        reply = self.call(who, method, path, body)
        assert reply.status in (200, 201, 202), (method, path, reply.body)
        return reply.json

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        """Send a file by a form that was given out."""
        assert (204, "") == send(form, content)

    def shared(self, stop: Stop) -> dict[str, str]:
        """Return the ids of a story that has come to ``stop``, only for reads."""
        if stop not in self.places:
            self.places[stop] = self.fresh(stop)
        return self.places[stop]

    def fresh(self, stop: Stop) -> dict[str, str]:
        """The ids of a new story that has come to ``stop``."""
        number = next(self.numbers)
        order_id = f"rights-{number}"
        self.clock.at = self.began
        self.hook = hook_number(number)
        bring(self, stop, order_id, number)
        paid = self.done(OWN[ORDERS], "GET", f"/orders/{order_id}/ledger") if stop is Stop.PAYING else {}
        instructions = paid.get("payment_instructions") or [{"id": f"{order_id}-p1-00000000"}]
        endpoint = endpoint_id(self.hook["url"])
        posted = self.done(OWN[ORDERS], "GET", f"/webhook-endpoints/{endpoint}/deliveries") if stop is Stop.HOOKED else {}
        deliveries = posted.get("items") or [{"id": delivery_id(endpoint, "nothing")}]
        return {
            "endpoint_id": endpoint,
            "delivery_id": deliveries[0]["id"],
            "order_id": order_id,
            "dispute_id": f"{order_id}-d1",
            "instruction_id": instructions[0]["id"],
            "message_id": f"{order_id}-m1",
            "buyer_id": "ana",
            "seller_id": "acme",
        }


@pytest.fixture(scope="module")
def deployed(cloud: LocalCloud) -> Deployed:
    """The deployed product, and a day from which a story's ten days end now."""
    began = datetime.fromisoformat(read(cloud.endpoints)["now"]).astimezone(UTC) - 10 * DAY
    return Deployed(cloud, Clock(began), began)


def _body(endpoint: Endpoint, may: May, deployed: Deployed, ids: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    """The sample's body, with its moments where the story's are."""
    body = SAMPLES[endpoint.operation].body if may.body is None else may.body
    later = (deployed.began + timedelta(days=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fresh = {
        "import_order": ORDER | {"paid_at": deployed.began.strftime("%Y-%m-%dT%H:%M:%SZ"), "deliver_by": later},
        "extend": {"deliver_by": later},
        "register_endpoint": hook_number(next(deployed.numbers)),
        "mark_read": {"up_to": f"{ids['order_id']}-m1"},
        "grant_time": {"until": (deployed.began + timedelta(days=24)).strftime("%Y-%m-%dT%H:%M:%SZ")},
    }
    if endpoint.operation in ("add_shipment", "ship_return", "record_carrier_events"):
        parcel = {"carrier": "tnt", "tracking_number": f"{800000000 + next(deployed.numbers):09d}"}
        at = deployed.began.strftime("%Y-%m-%dT%H:%M:%SZ")
        event = parcel | {"status": "in_transit", "occurred_at": at}
        return {"events": [event]} if endpoint.operation == "record_carrier_events" else parcel
    return fresh.get(endpoint.operation, body)


def _address(endpoint: Endpoint, may: May, ids: dict[str, str]) -> str:
    known = IDS | SAMPLES[endpoint.operation].ids | ids | dict(may.ids)
    whole = "limit=100" if endpoint.paged else ""
    asked = "&".join(filter(None, (may.query, whole)))
    return endpoint.path.format(**known) + f"?{asked}" * bool(asked)


def _nothing_there(ids: dict[str, str]) -> dict[str, str]:
    """Ids of nothing; a person who registered nothing is missing as well."""
    return {
        name: it.replace("rights-", f"nowhere-{uuid.uuid4().hex[:8]}-") if "rights-" in it else f"nobody-{uuid.uuid4().hex[:8]}"
        for name, it in ids.items()
    }


def _not_yet(deployed: Deployed) -> dict[str, str]:
    """A dispute that is no mediator's: nobody has escalated it."""
    return deployed.shared(Stop.DISPUTED)


each_operation = pytest.mark.parametrize("endpoint", EVERY, ids=lambda e: e.operation)


def test_every_operation_has_its_row() -> None:
    """A new route is covered, or this fails; and each row's columns are those that the route lets in."""
    assert tuple(OWN) == COLUMNS
    assert {endpoint.operation for endpoint in EVERY if not endpoint.signature} == RIGHTS.keys() | ANYONE
    assert {op: set(row) for op, row in RIGHTS.items()} == {e.operation: _let_in(e) for e in EVERY if e.operation in RIGHTS}


def _let_in(endpoint: Endpoint) -> set[str]:
    roles = {role.value for role in endpoint.roles if role is not Role.PLATFORM}
    leads = {LEAD} if MEDIATOR in roles else set()
    mediators = {MEDIATOR} if endpoint.leads else set()
    return (roles - mediators) | leads | {f"platform/{scope.value}" for scope in endpoint.scopes}


@each_operation
def test_every_cell_answers_as_written(deployed: Deployed, endpoint: Endpoint) -> None:
    """Nobody, each kind of token; own, another's, missing: the status, the shape, and nothing that the role may not see."""
    row = RIGHTS.get(endpoint.operation, {})
    has_ids = "{" in endpoint.path
    expected: dict[str, int] = {}
    seen: dict[str, int] = {}

    def ask(cell: str, status: int, who: str, ids: dict[str, str], may: May) -> Reply:
        reply = deployed.call(who, endpoint.method, _address(endpoint, may, ids), _body(endpoint, may, deployed, ids))
        check(endpoint.method, endpoint.path, reply)
        expected[cell], seen[cell] = status, reply.status
        return reply

    sample = May(SAMPLES[endpoint.operation].stop)
    ids = deployed.shared(Stop.SOLD)
    open_to_all = endpoint.operation in ANYONE
    ask("nobody", endpoint.status if open_to_all else 401, "", ids, sample)
    for role, who in OWN.items():
        may = row.get(role)
        if may is None:
            refused = 401 if endpoint.signature else 403  # a token is no signature
            ask(f"{role}", endpoint.status if open_to_all else refused, who, ids, sample)
            continue
        ids = deployed.shared(may.stop) if endpoint.method == "GET" else deployed.fresh(may.stop)
        if has_ids:
            missing = ask(f"{role}, missing", may.missing, who, _nothing_there(ids), may)
            if may.others is not None:
                stranger, theirs = (who, _not_yet(deployed)) if role in MEDIATORS else (OTHERS[role], ids)
                others = ask(f"{role}, another's", may.others, stranger, theirs, may)
                assert missing.json == others.json
        own = ask(f"{role}, own", may.answers, who, _nothing_there(ids) if may.missing == 201 else ids, may)
        _expect_only_their_own(endpoint, role, own, ids)
        if endpoint.paged and role in OTHERS and not has_ids:
            assert [] == ask(f"{role}, another's list", 200, OTHERS[role], ids, may).json["items"]

    assert expected == seen


def _expect_only_their_own(endpoint: Endpoint, role: str, reply: Reply, ids: dict[str, str]) -> None:
    """Check that the role sees what it may and nothing else: no other's contacts, no field that is not for this role."""
    shown = ids["endpoint_id" if "{endpoint_id}" in endpoint.path else "order_id"]
    listed = endpoint.paged and endpoint.operation not in SHOWS_OTHERS
    if listed and reply.status == 200 and shown not in reply.body.decode():
        pytest.fail(f"{role}'s list does not show {shown}")
    if role not in (SELLER, PEOPLE):
        assert [] == [it for it in CONTACTS if it in reply.body.decode()]


@pytest.mark.parametrize(("name", "result"), RESULTS.items())
def test_what_the_payment_system_says_is_for_the_platform(deployed: Deployed, name: str, result: dict[str, str]) -> None:
    """M1: why a payment failed, and under which reference it was settled, is told to the marketplace and never to a party."""
    ids = deployed.fresh(Stop.PAYING)
    deployed.done(OWN[PAYMENTS], "POST", f"/payment-instructions/{ids['instruction_id']}/result", result)
    rows = [(e, RIGHTS[e.operation]) for e in EVERY if e.operation in FOR_THE_PLATFORM]
    cells = [(e, role, may) for e, row in rows for role, may in row.items() if role not in MEDIATORS]  # it is no case of theirs
    expected = {(e.operation, role): set() if role in OTHERS else {result[name]} for e, role, _ in cells}
    seen: dict[tuple[str, str], set[str]] = {}

    for endpoint, role, may in cells:
        query = may.query and f"status={result['status']}"
        shown = deployed.done(OWN[role], "GET", _address(endpoint, replace(may, query=query), ids))
        mine = [it for it in shown["items"] if ids["instruction_id"] == it["id"]] if "items" in shown else shown
        seen[endpoint.operation, role] = {it for it in _values(mine, RESULTS.keys()) if it is not None}

    assert expected == seen


def test_a_case_is_its_own_mediators(deployed: Deployed) -> None:
    """D4, D5: another mediator reads a case that is taken, acts in none of it, and has no part in its thread."""
    ids = deployed.shared(Stop.ASSIGNED)
    asked = [e for e in EVERY if MEDIATOR in RIGHTS.get(e.operation, {}) and "{" in e.path]
    seen = {}
    for endpoint in asked:
        may = RIGHTS[endpoint.operation][MEDIATOR]
        path, body = _address(endpoint, may, ids), _body(endpoint, may, deployed, ids)
        reply = deployed.call(ANOTHER_MEDIATOR, endpoint.method, path, body)
        check(endpoint.method, endpoint.path, reply)
        seen[endpoint.operation] = reply.status, reply.json.get("code", "")

    assert seen == TO_ANOTHER_MEDIATOR
    dispute = deployed.done(ANOTHER_MEDIATOR, "GET", f"/disputes/{ids['dispute_id']}")
    assert [] == dispute["allowed_actions"]
    assert [] != deployed.done(OWN[MEDIATOR], "GET", f"/disputes/{ids['dispute_id']}")["allowed_actions"]


def _values(value: Any, names: Collection[str]) -> Iterator[Any]:  # noqa: ANN401 - JSON
    """Everything under those names, however deep."""
    if isinstance(value, dict):
        for name, it in value.items():
            if name in names:
                yield it
            yield from _values(it, names)
    elif isinstance(value, list):
        for it in value:
            yield from _values(it, names)

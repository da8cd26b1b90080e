"""Webhook endpoints over HTTP: what is taken, what is told of secrets, and who may send them where (N7)."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from standardwebhooks.webhooks import Webhook

from chalicelib.api.webhook_endpoints import routes
from chalicelib.domain.webhooks import Reply
from chalicelib.notify.webhooks.delivering import Delivering
from chalicelib.service.webhooks import ENDPOINTS_AT_MOST
from tests.api.edge import DAY, HOOK, HOUR, NOON, at
from tests.api.samples import IDS, MARKET, Stop, bring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.service.webhooks import Desk
    from tests.api.edge import Api, Deliveries, Names

HOOKS = "/webhook-endpoints"
MINE = f"{HOOKS}/{IDS['endpoint_id']}"


def desk() -> Desk:
    """The webhooks of the API under test."""
    found: Desk = vars(routes)["webhooks"]()
    return found


def names() -> Names:
    """The resolver of the API under test."""
    return desk().resolver  # type: ignore[return-value]


def queue() -> Deliveries:
    """The queue of the API under test."""
    return desk().queue  # type: ignore[return-value]


class Posted:
    """Answers every post with one reply, and keeps the headers and bodies."""

    def __init__(self, reply: Reply) -> None:
        """Answer with that."""
        self.reply = reply
        self.got: list[tuple[dict[str, str], str]] = []

    def post(self, url: str, headers: Mapping[str, str], body: str) -> Reply:
        """Keep it."""
        assert HOOK["url"] == url
        self.got.append((dict(headers), body))
        return self.reply


def deliver(api: Api, reply: Reply) -> list[tuple[dict[str, str], str]]:
    """Let the function post what waits in the queue, and return what was posted."""
    posted = Posted(reply)
    for endpoint, delivery, _ in queue().waiting.copy():
        Delivering(desk(), posted, api.clock, lambda *_: None).attempt(endpoint, delivery)
    return posted.got


def test_a_secret_is_told_once_and_signs(api: Api) -> None:
    """N7: registering tells the secret, no read does, and the endpoint is posted what verifies with it."""
    made = api.done(MARKET, "POST", HOOKS, HOOK)
    api.done(MARKET, "POST", f"{MINE}/test", {})
    ((headers, body),) = deliver(api, Reply(204))

    expected = Webhook(made["secret"]).sign(headers["webhook-id"], NOON, body)
    assert expected == headers["webhook-signature"]
    assert {"type": "test", "timestamp": at(NOON), "data": {"endpoint_id": made["id"]}} == json.loads(body)
    read = [api.call(MARKET, "GET", path) for path in (HOOKS, MINE, f"{MINE}/deliveries")]
    read += [api.call(MARKET, "PUT", MINE, {}), api.call(MARKET, "DELETE", MINE)]
    assert [] == [it for it in read if made["secret"].removeprefix("whsec_") in it.body.decode() or b'secret":' in it.body]


def test_a_replaced_secret_signs_for_a_day(api: Api) -> None:
    """N7: for 24 hours each post has both signatures; the endpoint says until when."""
    first = api.done(MARKET, "POST", HOOKS, HOOK)["secret"]
    rotated = api.done(MARKET, "POST", f"{MINE}/secret", {})
    assert (at(NOON + DAY), 2) == (rotated["old_secret_signs_until"], rotated["version"])
    signed = []
    for wait in (DAY - HOUR, HOUR):
        api.clock.wait(wait)
        queue().waiting.clear()
        api.done(MARKET, "POST", f"{MINE}/test", {})
        ((headers, body),) = deliver(api, Reply(200))
        known = {Webhook(it).sign(headers["webhook-id"], api.clock.at, body): it for it in (first, rotated["secret"])}
        signed.append([known[it] for it in headers["webhook-signature"].split(" ")])
    assert [[rotated["secret"], first], [rotated["secret"]]] == signed


def test_no_log_line_has_a_secret_or_an_address(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """N7, P1: neither secrets nor URLs nor bodies are logged, whatever happens to a delivery."""
    caplog.set_level(logging.DEBUG, "chalicelib")
    made = api.done(MARKET, "POST", HOOKS, HOOK)
    secrets = [made["secret"], api.done(MARKET, "POST", f"{MINE}/secret", {})["secret"]]
    api.done(MARKET, "POST", f"{MINE}/test", {})
    deliver(api, Reply(500))
    deliver(api, Reply(410))
    written = "\n".join(f"{it.getMessage()} {vars(it)}" for it in caplog.records)
    assert "a webhook was posted" in written
    assert [] == [it for it in (*secrets, HOOK["url"], "v1,") if it in written]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://0x7f000001/",
        "https://hooks.market.example:22/",
        "https://me:pw@hooks.market.example/",
        "http://hooks.market.example/",
        "http://127.0.0.1/",
        "https://localhost/",
        "https://hooks.market.example./",
        "https://hooks.market.example/#x",
        "https://metadata/",
    ],
)
def test_a_url_that_nothing_is_sent_to_is_refused(api: Api, url: str) -> None:
    """N7: with the reason, before any name is looked up, and nothing is kept."""
    reply = api.call(MARKET, "POST", HOOKS, HOOK | {"url": url})
    assert (422, "validation_failed") == reply.refused
    assert ["url"] == [it["field"] for it in reply.json["errors"]]
    assert [] == api.done(MARKET, "GET", HOOKS)["items"]


@pytest.mark.parametrize("found", [["10.0.0.1"], ["169.254.169.254"], ["93.184.216.34", "::1"], []])
def test_a_name_that_leads_inside_is_refused(api: Api, found: list[str]) -> None:
    """N7: registering looks the name up, and says no where it leads inside or nowhere."""
    names().known["hooks.market.example"] = found
    reply = api.call(MARKET, "POST", HOOKS, HOOK)
    assert (422, "validation_failed") == reply.refused
    assert ["url"] == [it["field"] for it in reply.json["errors"]]


def test_a_url_is_registered_once(api: Api) -> None:
    """N7: no event is posted twice to one place; a URL that was deleted can come back, with another secret."""
    first = api.done(MARKET, "POST", HOOKS, HOOK)
    assert (409, "conflict") == api.call(MARKET, "POST", HOOKS, HOOK).refused
    api.done(MARKET, "DELETE", MINE)
    assert (404, "not_found") == api.call(MARKET, "GET", MINE).refused
    again = api.done(MARKET, "POST", HOOKS, HOOK)
    assert first["id"] == again["id"]
    assert first["secret"] != again["secret"]


def test_there_are_only_so_many_endpoints(api: Api) -> None:
    """N7: every event is posted to each of them, so their number has a limit."""
    for n in range(ENDPOINTS_AT_MOST):
        api.done(MARKET, "POST", HOOKS, {"url": f"https://hooks.market.example/{n}"})
    reply = api.call(MARKET, "POST", HOOKS, HOOK)
    assert (409, "limit_reached", ENDPOINTS_AT_MOST) == (*reply.refused, reply.json["limit"])


def test_an_endpoint_is_switched_off_and_on(api: Api) -> None:
    """N7: what is off is posted no test and no repetition; switched on again it begins without its failures."""
    bring(api, Stop.HOOKED)
    off = api.done(MARKET, "PUT", MINE, {"types": ["order_completed"], "enabled": False})
    assert (False, "asked", at(api.clock.at)) == (off["enabled"], off["off_reason"], off["off_since"])
    for path in ("test", f"deliveries/{IDS['delivery_id']}/redelivery"):
        assert (409, "conflict") == api.call(MARKET, "POST", f"{MINE}/{path}", {}).refused
    on = api.done(MARKET, "PUT", MINE, {"enabled": True})
    assert (True, None, None, []) == (on["enabled"], on["off_reason"], on["off_since"], on["types"])

    deliver(api, Reply(410))
    gone = api.done(MARKET, "GET", MINE)
    assert ("gone", 1, at(api.clock.at)) == (gone["off_reason"], gone["failed_attempts"], gone["failing_since"])
    begun = api.done(MARKET, "PUT", MINE, {})
    assert (True, 0, None) == (begun["enabled"], begun["failed_attempts"], begun["failing_since"])


def test_a_delivery_shows_what_became_of_it(api: Api) -> None:
    """N7: newest first, with attempts, the last answer and the next attempt; a repetition keeps the id and begins anew."""
    bring(api, Stop.HOOKED)
    api.done(MARKET, "POST", f"{MINE}/test", {})
    deliver(api, Reply(500))

    second, first = api.done(MARKET, "GET", f"{MINE}/deliveries")["items"]
    assert ("pending", 1, 500, None) == tuple(first[name] for name in ("status", "attempts", "last_status", "last_error"))
    assert IDS["delivery_id"] == first["id"]
    assert second["created_at"] > first["created_at"]
    (page,) = [api.done(MARKET, "GET", f"{MINE}/deliveries?limit=1")["items"]]
    assert [second] == page

    queue().waiting.clear()
    again = api.done(MARKET, "POST", f"{MINE}/deliveries/{first['id']}/redelivery", {})
    assert ("pending", 0, first["id"]) == (again["status"], again["attempts"], again["id"])
    ((headers, _),) = deliver(api, Reply(None, "timeout"))
    assert first["id"] == headers["webhook-id"]
    shown = api.done(MARKET, "GET", f"{MINE}/deliveries")["items"][1]
    assert ("pending", 1, None, "timeout") == tuple(shown[name] for name in ("status", "attempts", "last_status", "last_error"))


def test_a_repetition_of_nothing_is_not_found(api: Api) -> None:
    """N7: an id that no delivery of this endpoint has."""
    bring(api, Stop.HOOKED)
    unknown = f"msg_{'0' * 32}"
    assert (404, "not_found") == api.call(MARKET, "POST", f"{MINE}/deliveries/{unknown}/redelivery", {}).refused
    api.done(MARKET, "POST", HOOKS, {"url": "https://hooks.market.example/other"})
    other = next(it["id"] for it in api.done(MARKET, "GET", HOOKS)["items"] if it["url"].endswith("/other"))
    path = f"{HOOKS}/{other}/deliveries/{IDS['delivery_id']}/redelivery"
    assert (404, "not_found") == api.call(MARKET, "POST", path, {}).refused


def test_a_queue_that_is_down_does_not_fail_a_request(api: Api) -> None:
    """N7: what the queue does not take is kept, and the sweep hands it over."""
    api.done(MARKET, "POST", HOOKS, HOOK)
    queue().fault = ClientError({"Error": {"Code": "InternalError", "Message": "no"}}, "SendMessage")
    assert 202 == api.call(MARKET, "POST", f"{MINE}/test", {}).status
    later = api.clock.at + HOUR
    assert 1 == sum(len(desk().store.due(shard, later, 5)) for shard in range(2))


@pytest.mark.parametrize(
    ("types", "refused"), [(["dispute_opened", "payment_instruction"], False), (["nonsense"], True), (["test"], True)]
)
def test_only_types_that_there_are_can_be_chosen(api: Api, types: list[str], refused: bool) -> None:  # noqa: FBT001
    """N7: a misspelt type would be posted nothing for ever."""
    reply: Any = api.call(MARKET, "POST", HOOKS, HOOK | {"types": types})
    assert (422 if refused else 201) == reply.status

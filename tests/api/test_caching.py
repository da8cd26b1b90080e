"""Section 7: an answer that a phone already has is not sent again, and a new one is never withheld."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.api.edge import ANYONE, DAY, HOUR, at
from tests.api.samples import ACME, ANA, EVERY, OFFER, Stop, bring, path_of, sample_of

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api

READS = [endpoint for endpoint in EVERY if endpoint.method == "GET" and endpoint.operation != "docs"]


@pytest.mark.parametrize("endpoint", READS, ids=lambda e: e.operation)
def test_what_is_known_is_not_sent_again(api: Api, endpoint: Endpoint) -> None:
    """Section 7: every read has an ETag, and sent back it makes the same answer a 304 without a body."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    path = path_of(endpoint) + sample.query
    first = api.call(sample.who, "GET", path)
    tag = first.headers["etag"]

    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = api.call(sample.who, "GET", path, if_none_match=known)
        assert (304, b"", tag) == (again.status, again.body, again.headers["etag"]), known
        assert ("public, max-age=3600" if endpoint.public else "private, no-cache") == again.headers["cache-control"]
    for other in ("", '"x"', 'W/""', "x" * 5000, "ñ", tag[:-2]):
        assert first == api.call(sample.who, "GET", path, if_none_match=other), other


@pytest.mark.parametrize(
    ("stop", "path"),
    [(Stop.SHOWN, "/disputes/o-1-d1/evidence"), (Stop.ATTACHED, "/orders/o-1/messages/o-1-m3/attachments")],
)
def test_links_are_the_same_for_a_minute(api: Api, stop: Stop, path: str) -> None:
    """N6: a list of links is not sent again within a minute, and every link has four minutes at least."""
    bring(api, stop)
    api.clock.at = api.clock.at.replace(second=0)
    first = api.call(ANA, "GET", path)
    for seconds, status in ((1, 304), (58, 304), (1, 200)):
        api.clock.wait(timedelta(seconds=seconds))
        assert status == api.call(ANA, "GET", path, if_none_match=first.headers["etag"]).status
    (link,) = (it["link"] for it in first.json.get("evidence", first.json.get("attachments")) if it["link"])
    assert at(api.clock.at + timedelta(minutes=4)) == link["expires_at"]


def test_a_304_hides_no_action(api: Api) -> None:
    """D10: what a caller may do changes with time, the version does not; the ETag does."""
    bring(api, Stop.DISPUTED)
    before = api.call(ANA, "GET", "/disputes/o-1-d1")
    api.clock.wait(3 * DAY)

    after = api.call(ANA, "GET", "/disputes/o-1-d1", if_none_match=before.headers["etag"])

    assert (200, before.json["version"]) == (after.status, after.json["version"])
    assert {"escalate"} == {it["action"] for it in after.json["allowed_actions"]} - {
        it["action"] for it in before.json["allowed_actions"]
    }


def test_a_304_hides_no_deadline_that_has_passed(api: Api) -> None:
    """D9: a dispute that the clock has ended since is sent, swept or not."""
    bring(api, Stop.DISPUTED)
    before = api.call(ACME, "GET", "/disputes/o-1-d1")
    api.clock.wait(6 * DAY)
    assert 200 == api.call(ACME, "GET", "/disputes/o-1-d1", if_none_match=before.headers["etag"]).status


def test_protection_is_the_same_until_it_changes(api: Api) -> None:
    """O9: that time has passed is no news; that a guarantee has ended is."""
    bring(api, Stop.DELIVERED)
    tag = api.call(ANA, "GET", "/orders/o-1/protection").headers["etag"]
    api.clock.wait(HOUR)
    assert 304 == api.call(ANA, "GET", "/orders/o-1/protection", if_none_match=tag).status
    api.clock.wait(20 * DAY)
    assert 200 == api.call(ANA, "GET", "/orders/o-1/protection", if_none_match=tag).status


DEADLINES = {"deadline", "until", "closes_at", "opens_at", "due_at", "deliver_by", "expires_at"}
"""The members that an app counts down to."""


def names_in(told: object) -> set[str]:
    """Return the names of all members of an answer, at any depth."""
    if isinstance(told, list):
        return set().union(*map(names_in, told))
    return set(told).union(*map(names_in, told.values())) if isinstance(told, dict) else set()


@pytest.mark.parametrize("endpoint", READS, ids=lambda e: e.operation)
def test_whoever_counts_down_is_told_the_time(api: Api, endpoint: Endpoint) -> None:
    """D9: an answer with a deadline says what time it is here, and that a second has passed makes no new answer of it."""
    if not endpoint.roles:
        return
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    api.clock.at = api.clock.at.replace(second=0)  # links are signed by the minute
    path = path_of(endpoint) + sample.query
    first = api.call(sample.who, "GET", path)
    dated = "as_of" in first.json

    assert dated or not DEADLINES & names_in(first.json)
    assert not dated or at(api.clock.at) == first.json["as_of"]
    api.clock.wait(timedelta(seconds=1))
    assert 304 == api.call(sample.who, "GET", path, if_none_match=first.headers["etag"]).status


def test_a_refusal_tells_the_time(api: Api) -> None:
    """D10: a refusal in a dispute names deadlines, and the time that they are compared with."""
    bring(api, Stop.DISPUTED)
    refused = api.call(ANA, "POST", "/disputes/o-1-d1/decline", {})
    assert (at(api.clock.at), 409) == (refused.json["as_of"], refused.status)


def test_the_answer_to_a_write_is_as_good_as_a_read(api: Api) -> None:
    """Section 7: the tag that a write gives is the one that a read at that moment gives, and If-Match takes it."""
    bring(api, Stop.DISPUTED)
    done = api.call(ACME, "POST", "/disputes/o-1-d1/proposals", OFFER)
    tag = done.headers["etag"]

    assert 304 == api.call(ACME, "GET", "/disputes/o-1-d1", if_none_match=tag).status
    assert 200 == api.call(ACME, "POST", "/disputes/o-1-d1/evidence", {"note": "See."}, if_match=tag).status
    assert (412, "version_mismatch") == api.call(ACME, "POST", "/disputes/o-1-d1/evidence", {"note": "x"}, if_match=tag).refused


def test_another_caller_has_another_answer(api: Api) -> None:
    """I6: a tag of the buyer's answer says nothing of the seller's, whose actions are others."""
    bring(api, Stop.DISPUTED)
    tag = api.call(ANA, "GET", "/disputes/o-1-d1").headers["etag"]
    assert 200 == api.call(ACME, "GET", "/disputes/o-1-d1", if_none_match=tag).status
    assert (404, "not_found") == api.call("buyer:ben", "GET", "/disputes/o-1-d1", if_none_match=tag).refused


def test_no_cache_keeps_a_problem(api: Api) -> None:
    """RFC 9111: a 404 might be kept by a cache unless it says otherwise."""
    assert "no-store" == api.call(ANA, "GET", "/orders/o-9").headers["cache-control"]


def test_the_page_to_read_is_whole(api: Api) -> None:
    """The page of /docs names every route, loads nothing and runs nothing."""
    reply = api.call(ANYONE, "GET", "/docs")
    page = reply.body.decode()

    assert all(f'id="{endpoint.operation}"' in page for endpoint in EVERY)
    assert not any(word in page for word in ("<script", "<link", "<img", "@import", "url(", "javascript:"))
    assert "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'" == reply.headers["content-security-policy"]

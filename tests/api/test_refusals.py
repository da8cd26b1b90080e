"""D10: a refusal says why, and carries what an app needs to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.edge import DAY, HOUR, at
from tests.api.samples import ACME, ANA, CLAIM, DECISION, MARKET, MIA, OFFER, ORDER, Stop, bring, euros, euros_told

if TYPE_CHECKING:
    from tests.api.edge import Api

PATH = "/disputes/o-1-d1"


def _refused(api: Api, who: str, path: str, body: object, **headers: str) -> dict[str, Any]:
    """A refusal in the dispute, which says where it stands as a read would."""
    reply = api.call(who, "POST", PATH + path, body, **headers)
    assert reply.status in (409, 412, 422), reply.body
    told: dict[str, Any] = reply.json
    seen = api.done(who, "GET", PATH)
    assert ("o-1-d1", seen["status"], seen["stage"]) == (told["dispute_id"], told["dispute_status"], told["stage"])
    assert (seen["allowed_actions"], seen["version"]) == (told["allowed_actions"], told["current_version"])
    assert (seen["turn"], seen["current_proposal"]) == (told["turn"], told["current_proposal"])
    if told["code"] != "too_late":
        assert seen["deadline"] == told["deadline"]
    return told


def test_too_early_says_from_when(api: Api) -> None:
    """Section 4, opened: a buyer who escalates at once is told from when that is possible, and what is possible now."""
    bring(api, Stop.DISPUTED)

    told = _refused(api, ANA, "/escalate", {})

    assert ("too_early", at(api.clock.at + 3 * DAY)) == (told["code"], told["opens_at"])
    assert {"propose", "withdraw", "add_evidence", "grant_time"} == {it["action"] for it in told["allowed_actions"]}


def test_too_late_says_which_deadline_passed(api: Api) -> None:
    """D9, D10: the deadline that has passed is named, swept or not, and nothing is offered that is over."""
    bring(api, Stop.DISPUTED)
    due = api.done(ACME, "GET", PATH)["deadline"]
    api.clock.wait(6 * DAY)

    told = _refused(api, ACME, "/proposals", OFFER)

    assert ("too_late", due) == (told["code"], told["deadline"])
    assert "propose" not in {it["action"] for it in told["allowed_actions"]}


def test_a_stale_proposal_is_answered_with_the_current_one(api: Api) -> None:
    """D1: nobody accepts what they did not see; what is on the table now comes with the refusal."""
    bring(api, Stop.NEGOTIATING)
    api.done(ACME, "POST", f"{PATH}/proposals", OFFER | {"amount": euros(2000)})

    told = _refused(api, ANA, "/proposals/2/accept", {})

    assert ("stale_proposal", euros_told(2000)) == (told["code"], told["current_proposal"]["amount"])
    assert "accept" in {it["action"] for it in told["allowed_actions"]}


@pytest.mark.parametrize(
    ("stop", "who", "path", "body", "code"),
    [
        (Stop.DISPUTED, ANA, "/proposals/1/accept", {}, "wrong_party"),
        (Stop.DISPUTED, ANA, "/appeal", {"note": "Look."}, "wrong_state"),
        (Stop.DISPUTED, ANA, "/extensions", {"until": "2026-03-12T12:00:00Z"}, "invalid"),
        (Stop.DISPUTED, ACME, "/proposals", OFFER | {"amount": euros(10**6)}, "invalid"),
        (Stop.ESCALATED, MIA, "/decision", DECISION, "wrong_party"),
        (
            Stop.AWAITING_RETURN,
            ANA,
            "/return/shipment",
            {"carrier": "ups", "tracking_number": "12345"},
            "invalid_tracking_number",
        ),
    ],
)
def test_every_refusal_says_where_the_dispute_stands(
    api: Api,
    stop: Stop,
    who: str,
    path: str,
    body: object,
    code: str,
) -> None:
    """D10: wrong state, wrong party, a wrong value: each comes with the stage and with what this caller may do."""
    bring(api, stop)
    assert code == _refused(api, who, path, body)["code"]


def test_another_version_comes_with_the_state(api: Api) -> None:
    """Section 7: a 412 tells the current version and what has become of the dispute."""
    bring(api, Stop.NEGOTIATING)
    told = _refused(api, ANA, "/withdraw", {}, if_match='"1"')
    assert "version_mismatch" == told["code"]


def test_a_claim_that_comes_too_early_says_from_when(api: Api) -> None:
    """C1: not yet covered, and from when it will be; null while delivery decides."""
    api.done(MARKET, "PUT", "/orders/o-1", ORDER)
    api.clock.wait(HOUR)

    early = api.call(ANA, "POST", "/orders/o-1/disputes", {"reason": "not_received"})
    undelivered = api.call(ANA, "POST", "/orders/o-1/disputes", CLAIM)

    assert ((409, "not_yet_covered"), ORDER["deliver_by"]) == (early.refused, early.json["opens_at"])
    assert ((409, "not_yet_covered"), None) == (undelivered.refused, undelivered.json["opens_at"])


def test_a_refusal_tells_each_caller_its_own_actions(api: Api) -> None:
    """D10, I6: what the other side could do is not in it."""
    bring(api, Stop.NEGOTIATING)
    sellers = _refused(api, ACME, "/proposals/2/accept", {})
    buyers = _refused(api, ANA, "/decision/accept", {})
    assert sellers["allowed_actions"] != buyers["allowed_actions"]

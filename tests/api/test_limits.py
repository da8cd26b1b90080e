"""I10, D12: people who say as much as they can, in the longest letters there are, fill nothing to the brim."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.service import room
from tests.api.edge import DAY, Reply, at
from tests.api.samples import ACME, ANA, DECISION, MIA, Stop, bring, euros

if TYPE_CHECKING:
    from tests.api.edge import Api

LONGEST = "\u0001" * 2000
"""Written as six bytes each."""


def _say(api: Api, who: str, method: str, path: str, body: Any) -> Reply:  # noqa: ANN401 - any JSON
    return api.send(method, path, api.headers(who), json.dumps(body, ensure_ascii=False).encode())


def _until_refused(api: Api, who: str, path: str, bodies: list[dict[str, Any]]) -> list[int]:
    statuses = []
    for body in bodies:
        reply = _say(api, who, "POST", f"/disputes/o-1-d1{path}", body)
        statuses.append(reply.status)
        if reply.status != 200:
            assert (409, "limit_reached") == reply.refused
            break
    return statuses


def test_a_dispute_full_of_words_can_still_be_decided(api: Api) -> None:
    """I10, D12: when both sides and the mediator have said all they can, a decision and an appeal still find room."""
    bring(api, Stop.NEGOTIATING)
    for who in (ANA, ACME):
        _until_refused(api, who, "/evidence", [{"note": LONGEST}] * 21)
    _until_refused(api, ACME, "/proposals", [OFFERED | {"amount": euros(1001 + n)} for n in range(41)])
    short = [{"type": "refund", "amount": euros(2000 + n)} for n in range(41)]
    assert 409 == _until_refused(api, ACME, "/proposals", short)[-1]
    api.done(ANA, "POST", "/disputes/o-1-d1/escalate", {})
    api.done(MIA, "POST", "/disputes/o-1-d1/assignment", {})
    _until_refused(api, MIA, "/information-requests", [{"to": "seller", "question": LONGEST}] * 11)
    _until_refused(api, MIA, "/information-requests", [{"to": "seller", "question": "Why?"}] * 11)

    long_winded = _say(api, MIA, "POST", "/disputes/o-1-d1/decision", DECISION | {"rationale": LONGEST})
    decided = api.done(MIA, "POST", "/disputes/o-1-d1/decision", DECISION) if long_winded.status != 200 else long_winded.json
    assert "decided" == decided["stage"]
    api.done(ACME, "POST", "/disputes/o-1-d1/decision/accept", {})
    api.clock.wait(30 * DAY)

    assert "resolved" == api.done(ANA, "GET", "/disputes/o-1-d1")["stage"]
    assert 200 == api.call(ANA, "GET", "/disputes/o-1-d1/timeline").status
    largest = max(len(json.dumps(item, ensure_ascii=False).encode()) for item in api.table.snapshot())
    assert largest > room.PARTIES_FILL


OFFERED = {"type": "refund", "note": LONGEST}


def test_a_seller_may_move_house_for_ever(api: Api) -> None:
    """D3, I10: however often and at whatever length return addresses change, the newest are on file."""
    for n in range(12):
        address = {"name": LONGEST[:200], "lines": [LONGEST[:200]] * 4, "city": f"City {n}", "country": "ES"}
        contacts = {"return_addresses": [address] * 6}
        reply = _say(api, ACME, "PUT", "/sellers/acme/contacts", contacts)
        assert 200 == reply.status
        assert f"City {n}" == reply.json["return_addresses"][0]["city"]
        api.clock.wait(DAY)


@pytest.mark.parametrize("size", [30, 60])
def test_the_longest_texts_come_back_as_they_went(api: Api, size: int) -> None:
    """What people write is kept to the letter, whatever the letters."""
    bring(api, Stop.DISPUTED)
    note = "".join(chr(n) for n in range(1, 0x300) if not chr(n).isspace())[:size] + "日本😀\u202e"

    answer = api.done(ANA, "POST", "/disputes/o-1-d1/evidence", {"note": note})

    assert note == answer["evidence"][0]["note"]
    assert at(api.clock.at) == answer["evidence"][0]["at"]

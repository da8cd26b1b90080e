"""A deadline is the same wherever it is read, and when it passes the open page shows what became of it."""

import re
import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.web import stages
from tests.web.people import EVERYTHING, PATIENCE, Marketplace
from tests.web.stages import WITH_A_DEADLINE, Stage

SOON = 3.0
"""Seconds after the clock's move in which an open page shows the outcome. `make e2e` measures it."""
ZONES = ["America/Recife", "Asia/Shanghai", "UTC"] if EVERYTHING else ["Asia/Shanghai"]
A_MOMENT = re.compile(r"(\d+ \w{3} \d{4}, \d\d:\d\d) UTC-(\d)")
ACTIONS = {
    "evidence": "add_evidence", "object": "object_to_delivery", "accept": "accept", "return": "ship_return",
    "returned": "acknowledge_return", "replacement": "ship_replacement", "decision": "accept_decision", "offer": "propose",
    "decline": "decline", "appeal": "appeal", "escalate": "escalate", "time": "grant_time",
    "withdraw-appeal": "withdraw_appeal", "withdraw": "withdraw",
}  # fmt: skip
"""The action that each way out of a dispute's page stands for."""
ENDED = [*WITH_A_DEADLINE] if EVERYTHING else [stages.negotiating]


@pytest.mark.parametrize("zone", ZONES)
def test_a_deadline_is_that_of_the_message_in_every_browser(market: Marketplace, zone: str) -> None:
    """The page has the deadline of the person's email, to the minute, in any zone, with a clock 3 hours wrong too."""
    buyer, seller = market.person("buyer", time_zone="America/New_York"), market.person("seller")
    market.followed(f"buyer:{buyer}")
    dispute_id = stages.not_received(market, buyer, seller).id
    told = _told(market, f"buyer:{buyer}", dispute_id)
    page = market.sign_in(buyer, f"disputes/{dispute_id}", timezone_id=zone)
    shown = page.locator(".hero .due time")
    expect(shown).to_be_visible()
    assert f"{told:%H:%M}" in shown.inner_text()
    assert {f"{told.day}", f"{told:%b}"} <= set(re.findall(r"\w+", shown.inner_text()))
    at = datetime.fromisoformat(shown.get_attribute("datetime") or "")
    assert told == at.astimezone(told.tzinfo).replace(second=0)
    left = page.locator(".hero .due .left").inner_text()

    wrong = market.context(timezone_id=zone)
    wrong.add_init_script("const real = Date.now; Date.now = () => real() + 3 * 3600_000;")
    other = market.enter(wrong.new_page(), buyer, f"disputes/{dispute_id}")
    expect(other.locator(".hero .due time")).to_have_text(shown.inner_text())
    expect(other.locator(".hero .due .left")).to_have_text(left)


def _told(market: Marketplace, person: str, dispute_id: str) -> datetime:
    """Return the deadline in a person's email about a dispute, to the minute."""
    for _ in range(150):
        for entry in market.api.outbox(f"messages.json?person={person}"):
            if entry["channel"] == "email" and dispute_id in entry["body"] and (found := A_MOMENT.search(entry["body"])):
                return datetime.strptime(f"{found[1]} -0{found[2]}00", "%d %b %Y, %H:%M %z")
        time.sleep(0.2)
    raise AssertionError(f"no email to {person}")


@pytest.mark.parametrize("stage", ENDED, ids=[stage.__name__ for stage in ENDED])
def test_moving_the_clock_past_a_deadline_shows_the_outcome(market: Marketplace, stage: Stage) -> None:
    """The bar moves the clock to the next deadline: the open page shows what became of it, and no button of before."""
    people = {"buyer": market.person("buyer"), "seller": market.person("seller")}
    it = stage(market, people["buyer"], people["seller"])
    role = WITH_A_DEADLINE[stage]
    page = market.sign_in(people[role], f"disputes/{it.id}")
    title = page.locator(".hero h2")
    expect(page.locator(".hero .due")).to_be_visible()
    before = title.inner_text()
    until = datetime.fromisoformat(page.locator(".hero .due time").get_attribute("datetime") or "")
    # The move sweeps whatever else is due by then, of every other test too.
    with page.expect_response("**/_local/clock", timeout=10 * PATIENCE):
        page.get_by_role("button", name="to the next deadline").click()
    moved = time.monotonic()
    expect(title).not_to_have_text(before)
    took = time.monotonic() - moved

    assert until <= market.now().astimezone(UTC)
    allowed = market.dispute(f"{role}:{people[role]}", it.id)["allowed_actions"]
    assert set() == _ways(page, it.id) - {one["action"] for one in allowed}
    print(f"{stage.__name__}: {before} -> {title.inner_text()}, {took:.1f} s after the clock was moved")  # noqa: T201 - a figure
    assert not EVERYTHING or took <= SOON


def _ways(page: Page, dispute_id: str) -> set[str]:
    """Return the actions that the page offers, also among the other ways."""
    ways = page.locator(".hero a").evaluate_all("all => all.map(it => it.getAttribute('href'))")
    return {ACTIONS[way.partition(f"/disputes/{dispute_id}/")[2].partition("/")[0]] for way in ways}

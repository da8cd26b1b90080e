"""Open a dispute on the pages that ask one question each."""

import re
from functools import partial
from operator import ne

from playwright.sync_api import expect

from tests.web.party import Body, Party, decimal

_STEP = re.compile(r"/dispute/new/?(\w*)$")


def open_dispute(by: Party, order: str, claim: Body) -> str:
    """Answer each question that is asked as `claim` says, send it, and return the dispute's id."""
    by.go(f"orders/{order}")
    by.follow("dispute/new")
    answer(by, claim, until="check")
    _check(by, claim)
    return by.page.url.rsplit("/", 1)[1].partition("?")[0]


def answer(by: Party, claim: Body, *, until: str) -> None:
    """Answer the questions from the one that is shown on, as `claim` says, until that one is shown."""
    while True:
        step = _STEP.search(by.page.url)[1] or "reason"  # type: ignore[index]
        expect(by.page.locator("h1")).to_have_text(by.words(f"open.{step}"))
        if step == until:
            return
        before = by.page.url
        _STEPS[step](by, claim)
        by.page.wait_for_url(partial(ne, before))


def _reason(by: Party, claim: Body) -> None:
    by.hand.press(by.button(f"reason.title.{claim['reason']}"))


def _issue(by: Party, claim: Body) -> None:
    by.hand.press(by.button(f"Issue.{claim['issue']}"))


def _items(by: Party, claim: Body) -> None:
    if "items" in claim:
        wanted = {item["line_id"]: item["quantity"] for item in claim["items"]}
        for place, row in enumerate(by.page.locator("main li.card").all(), 1):
            while int(row.locator("output").inner_text()) > wanted.get(str(place), 0):
                by.hand.press(row.get_by_role("button", name=by.words("items.less")))
    by.hand.press(by.button("next"))


def _want(by: Party, claim: Body) -> None:
    kind = claim.get("request_type") or ("refund_with_return" if claim["reason"] == "not_as_described" else "refund")
    lost = f"kind.{kind}.lost"
    by.hand.press(by.button(lost if claim["reason"] == "not_received" else f"kind.{kind}"))
    if kind == "refund" and claim["reason"] == "not_as_described":
        by.hand.write(by.page.locator(".amount input"), decimal(claim["request_amount"]))
        by.hand.press(by.button("next"))


def _show(by: Party, claim: Body) -> None:
    by.hand.write(by.field("show.words"), claim.get("description", ""))
    by.hand.press(by.button("show.later").or_(by.button("next")))


_STEPS = {"reason": _reason, "issue": _issue, "items": _items, "want": _want, "show": _show}
"""How each question is answered."""


def _check(by: Party, claim: Body) -> None:
    words, unused = by.page.locator("main textarea"), by.page.locator("main .tick input")
    by.page.locator("main form").wait_for()
    if claim.get("description") and words.count():
        if not words.is_visible():
            by.hand.press(by.page.locator("main details.more summary"))
        by.hand.write(words, claim["description"])
    if claim.get("attests_unused"):
        by.hand.pick(unused)
    by.send(done="opened")

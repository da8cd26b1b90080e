"""The table of pictures: every page and state, who looks at it, and how it is brought about."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, Route, expect

from localcloud.forms import PHOTO
from localcloud.layout import ROOT

Act = Callable[[Page], None]
SOURCES = ROOT / "web" / "src"
SLOW = {
    "type": "about:blank", "title": "Too many requests", "status": 429, "code": "rate_limited",
    "detail": "You asked too often. Wait a little.", "request_id": "5f0c6a1e",
}  # fmt: skip
BROKEN = SLOW | {"title": "Error", "status": 500, "code": "internal_error", "detail": "Something went wrong on our side."}


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its number in the list of pages, its name, who looks at which page of the scene, and in which ways besides.

    ``before`` is done before the page is opened, ``act`` after.
    ``fresh`` is for what leaves something behind in the browser.
    """

    number: int
    name: str
    who: str
    page: str
    small: bool = False
    dark: bool = False
    spoken: bool = False
    before: Act | None = None
    act: Act | None = None
    sandbox: bool = False
    fresh: bool = False
    whole: bool = False


def answers(problem: dict[str, Any], pattern: str = "**/app/api/**", method: str = "GET") -> Act:
    """Answer calls to the API with a problem."""

    def answer(route: Route) -> None:
        if route.request.method != method:
            return route.fallback()
        headers = {"Retry-After": "30", "X-Request-Id": "5f0c6a1e"}
        body = json.dumps(problem)
        return route.fulfill(status=problem["status"], headers=headers, content_type="application/problem+json", body=body)

    def act(page: Page) -> None:
        page.route(pattern, answer)

    return act


def settled(page: Page, address: str) -> None:
    """Open a page and wait until it shows what it is about."""
    page.goto(address)
    quiet(page)


def quiet(page: Page) -> None:
    """Wait until a page shows what it is about."""
    page.locator("h1").first.wait_for()
    expect(page.locator(".loading")).to_have_count(0)
    # The first of them may be one that only a wider page shows.
    page.locator(".hero, .card, .table, form:not(.search), .empty, .thread, .choices").filter(visible=True).first.wait_for()


def never(page: Page) -> None:
    """Let no call to the API be answered."""
    page.route("**/app/api/**", lambda _: None)


def offline(page: Page) -> None:
    """Cut the line once the page is there."""
    page.context.set_offline(True)
    page.locator(".strip:visible").first.wait_for()


def signed_out(page: Page) -> None:
    """End the session, as the provider does in the end."""
    page.route("**/_local/token", lambda route: route.fulfill(status=400, json={"error": "invalid_grant"}))


def stretched(page: Page) -> None:
    """Speak a made-up language in which every text is twice as long as in English."""
    words: dict[str, str] = {}
    for catalogue in SOURCES.rglob("words/en.json"):  # that of all pages, and those of staff
        words |= json.loads(catalogue.read_text(encoding="utf-8"))
    body = f"export default {json.dumps({key: twice(text) for key, text in words.items()})}"
    page.route(re.compile(r"/assets/en-[\w-]+\.js"), lambda route: route.fulfill(content_type="text/javascript", body=body))


def twice(text: str) -> str:
    """Return a text at twice its length, with each of its facts once: `Accept {amount}` is `Accept {amount} Accept`."""
    if ", plural," in text:
        return re.sub(r"((?:one|other|=\d) \{)((?:[^{}]|\{\w+\})*)\}", lambda it: f"{it[1]}{twice(it[2])}}}", text)
    words = re.sub(r"[{]\w+[}]|#", "", text).strip()
    return f"{text} {words or '·'}"


def step(name: str) -> Act:
    """Answer the questions of a claim up to this one."""

    def act(page: Page) -> None:
        if name == "reason":
            return
        page.goto(f"{page.url}?guarantee=as_described")
        page.wait_for_url("**/issue")
        if name == "issue":
            return
        page.locator(".choice").first.click()
        page.wait_for_url("**/items")
        if name == "items":
            return
        page.locator(".button.primary").click()
        page.wait_for_url("**/want")
        page.locator(".choice").nth(1).click()
        page.locator(".parts .button").nth(1).click()
        if name == "want":
            return
        page.locator("form .button.primary").click()
        page.wait_for_url("**/show")
        page.set_input_files("input[type=file]", {"name": "crack.jpg", "mimeType": "image/jpeg", "buffer": PHOTO})
        page.locator("textarea").fill("The glass is cracked in one corner.")
        page.locator(".picked img").wait_for()
        if name == "show":
            return
        page.locator(".button.primary").click()
        page.wait_for_url("**/check")

    return act


def refused_file(page: Page) -> None:
    """Choose a file of a kind that is not taken, beside one that is."""
    step("show")(page)
    page.set_input_files("input[type=file]", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"a"})
    page.locator(".wrong").wait_for()


def waiting(page: Page) -> None:
    """Send something without a line, and open what waits."""
    page.route("**/app/api/**", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    page.locator("form .button").click()
    page.locator(".strip.press").click()


def slow_form(page: Page) -> None:
    """Send something too fast."""
    answers(SLOW, method="POST")(page)
    page.locator("form .button").click()
    page.locator("form [role=timer]").wait_for()


def problem(page: Page) -> None:
    """Say that the return came damaged."""
    page.locator(".choice").nth(1).click()


def outbox(page: Page) -> None:
    """Open the sandbox's outbox beside the page, where there is room."""
    if page.viewport_size and page.viewport_size["width"] >= 1280:
        page.locator(".sandbox-bar .wide-only").click()
        page.frame_locator("iframe.outbox").locator("body *").first.wait_for()


def carrier(page: Page) -> None:
    """Choose a carrier whose receipt is needed."""
    page.locator("select").first.select_option("other")


def keys(*pressed: str) -> Act:
    """Press these keys."""

    def act(page: Page) -> None:
        for key in pressed:
            page.keyboard.press(key)

    return act


def taken(page: Page) -> None:
    """Be slower than another mediator."""
    problem = SLOW | {"title": "Conflict", "status": 409, "code": "wrong_state", "mediator": "noor"}
    answers(problem, "**/assignment", "POST")(page)
    keys("j", "t")(page)
    page.locator(".strip", has_text="noor").wait_for()


def check(page: Page) -> None:
    """Choose a decision, and look at what it means."""
    page.locator("fieldset.here").wait_for()
    for place in (0, 0, 1):  # the first finding, the first way, and a part
        choices = page.locator("fieldset.here input[type=radio]")
        if choices.count() > 0:  # a draft of the picture before is kept
            choices.nth(place).check()
            page.wait_for_timeout(150)
    page.locator(".parts .button").nth(1).click()
    page.locator("textarea").fill("The photo shows a broken leg, and the listing does not mention it.")
    page.locator(".steps-of-decision > .button.primary").click()
    page.locator(".check").wait_for()


SHOTS: list[Shot] = [
    Shot(1, "sign-in", "nobody", "orders", dark=True),
    Shot(2, "orders", "buyer", "orders", small=True, dark=True, spoken=True),
    Shot(3, "orders-none", "newcomer", "orders"),
    Shot(4, "orders-offline", "buyer", "orders", act=offline),
    Shot(5, "order-in-transit", "buyer", "transit", small=True),
    Shot(6, "order-late", "buyer", "order", spoken=True),
    Shot(7, "receipt", "buyer", "receipt"),
    Shot(8, "protection", "buyer", "covered", spoken=True, whole=True),
    Shot(9, "messages", "buyer", "messages", small=True),
    Shot(10, "open-reason", "buyer", "claim", small=True, spoken=True, act=step("reason")),
    Shot(11, "open-issue", "buyer", "claim", small=True, spoken=True, act=step("issue")),
    Shot(12, "open-items", "buyer", "claim", small=True, spoken=True, act=step("items")),
    Shot(13, "open-want", "buyer", "claim", small=True, spoken=True, act=step("want")),
    Shot(14, "open-show", "buyer", "claim", small=True, spoken=True, act=step("show")),
    Shot(15, "open-check", "buyer", "claim", small=True, spoken=True, act=step("check")),
    Shot(16, "open-not-yet", "buyer", "not yet"),
    Shot(17, "open-file-refused", "buyer", "claim", act=refused_file),
    Shot(18, "open-sent", "buyer", "sent"),
    Shot(19, "dispute-opened", "buyer", "opened", dark=True, spoken=True),
    Shot(20, "dispute-offer", "buyer", "offered", small=True, dark=True, spoken=True),
    Shot(21, "dispute-question", "buyer", "questioned"),
    Shot(22, "dispute-decided", "buyer", "decided", spoken=True),
    Shot(23, "dispute-paid", "buyer", "resolved"),
    Shot(24, "dispute-refund-failed", "buyer", "failed"),
    Shot(25, "accept", "buyer", "accept"),
    Shot(26, "accept-stale", "buyer", "stale"),
    Shot(27, "evidence-viewer", "buyer", "viewer"),
    Shot(28, "return", "buyer", "return", act=carrier),
    Shot(29, "appeal", "buyer", "appeal"),
    Shot(30, "dispute-long", "long buyer", "long", small=True),
    Shot(31, "todo", "seller", "disputes", small=True, dark=True, spoken=True),
    Shot(32, "todo-none", "new seller", "disputes"),
    Shot(33, "claim", "seller", "opened", small=True),
    Shot(34, "claim-accept", "seller", "seller accept"),
    Shot(35, "returned-problem", "seller", "returned", act=problem),
    Shot(36, "no-return-address", "homeless seller", "no address"),
    Shot(37, "queue", "mediator", "queue", dark=True),
    Shot(38, "queue-filtered", "mediator", "queue by amount"),
    Shot(39, "queue-taken", "mediator", "queue", act=taken),
    Shot(40, "case", "mediator", "case", dark=True),
    Shot(41, "case-whole", "mediator", "case", whole=True),
    Shot(42, "case-viewer", "mediator", "case", act=keys("e")),
    Shot(43, "case-ask", "mediator", "case ask"),
    Shot(44, "case-check", "mediator", "case decide", spoken=True, act=check),
    Shot(45, "work", "lead", "work"),
    Shot(46, "health", "operator", "health", dark=True),
    Shot(47, "health-whole", "operator", "health", whole=True, spoken=True),
    Shot(48, "health-none", "operator", "health empty"),
    Shot(49, "all-disputes", "operator", "all disputes", small=True),
    Shot(50, "sellers", "operator", "sellers"),
    Shot(51, "money-failed", "operator", "money failed"),
    Shot(52, "systems", "operator", "plumbing", whole=True),
    Shot(53, "audit", "operator", "audit"),
    Shot(54, "settings", "buyer", "settings", spoken=True),
    Shot(55, "outbox", "buyer", "withdraw", act=waiting, fresh=True),
    Shot(56, "sandbox", "buyer", "orders", sandbox=True, act=outbox),
    Shot(57, "not-found", "buyer", "nowhere"),
    Shot(58, "too-fast", "buyer", "withdraw", act=slow_form, fresh=True),
]
PSEUDO = 59
PSEUDO_OF = (2, 15, 20, 31, 40)
"""Those that are shown in the stretched language too, at 320 pixels."""

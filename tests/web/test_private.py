"""The pages show what the server says in the person's own time and money, and give nothing away."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from chalicelib.domain.codes import EXPONENTS
from chalicelib.domain.money import Money
from chalicelib.notify.formats import money
from localcloud import logs
from tests.web.people import EVERYTHING, LANGUAGES, Marketplace
from tests.web.scene import build
from tests.web.stages import opened
from tests.web.stored import stored
from tests.web.sums import digits

BIDI = "\u202egnp.exe\u2066 \u061c"
OPEN_ENDED = """() => {
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    if (!walk.currentNode.data.includes("\\u202e")) continue;
    let box = walk.currentNode.parentElement;
    const style = it => getComputedStyle(it);
    while (style(box).display === "inline" && style(box).unicodeBidi === "normal") box = box.parentElement;
    const apart = /isolate|plaintext/.test(style(box).unicodeBidi) || box.textContent === walk.currentNode.data;
    if (!apart) found.push(box.outerHTML.slice(0, 200));
  }
  return found;
}"""
"""What a text with a right-to-left override could turn around beside itself."""
NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script> <b>bold</b>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_currency_shows_as_the_server_writes_it(market: Marketplace, language: str) -> None:
    """In the browser an amount of each of the 156 currencies has the digits of the server's own text."""
    buyer, seller = market.person("buyer"), market.person("seller")
    market.sale(buyer, seller)
    # Of a long list only what is near the screen is drawn, so the screen is high enough for all of it.
    page = market.sign_in(buyer, viewport={"width": 390, "height": 30_000})
    row = market.api.get(f"buyer:{buyer}", "/orders")["items"][0]
    rows = [
        row | {"id": code, "price": {"minor": 1_234_567, "currency": code, "exponent": exponent}}
        for code, exponent in sorted(EXPONENTS.items())
    ]
    answer = {"items": rows, "cursor": None, "as_of": row["placed_at"]}
    page.route("**/app/api/orders?*", lambda route: route.fulfill(json=answer))
    page.evaluate("code => localStorage.setItem('language', code)", language)
    page.goto(f"{market.app}orders")
    expect(page.locator(".order-row")).to_have_count(len(rows))

    shown = {it["id"]: text for it, text in zip(rows, page.locator(".order-price .money").all_inner_texts(), strict=True)}
    expected = {code: digits(money(Money(1_234_567, code), language)) for code in EXPONENTS}

    assert expected == {code: digits(text) for code, text in shown.items()}


def _evil_timeline(route: Route) -> None:
    event = {
        "seq": 1,
        "at": "2026-01-01T00:00:00Z",
        "actor": {"role": "oracle", "id": "x"},
        "type": "taken_to_court",
        "data": {},
    }
    route.fulfill(json={"dispute_id": "x", "as_of": "2026-01-01T00:00:00Z", "events": [event]})


def test_markup_is_shown_as_it_was_typed_and_unknown_words_are_no_obstacle(market: Marketplace) -> None:
    """Markup runs nothing, an override turns nothing around; an event, a stage and a problem of tomorrow are plain lines."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, promised=-1)
    claim = {"reason": "not_received", "description": NASTY}
    refused = market.api.call(f"buyer:{buyer}", "POST", f"/orders/{order}/disputes", claim | {"description": BIDI})
    assert 422 == refused.status
    dispute_id = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
    page = market.sign_in(seller, f"disputes/{dispute_id}")
    expect(page.get_by_text(NASTY).first).to_be_visible()
    assert 0 == page.locator("main img[src=x], main script, main b:text('bold')").count()
    page.route("**/timeline", _evil_timeline)
    page.get_by_text("What has happened").click()
    expect(page.get_by_text("Something happened: taken to court")).to_be_visible()

    def tomorrow(route: Route) -> None:
        body: dict[str, Any] = route.fetch().json()
        asked = [it | {"what": "sing"} for it in body["asked"]]
        told = body["claim"] | {"description": BIDI}
        route.fulfill(json=body | {"stage": "in_court", "asked": asked, "outcome": "tie", "claim": told, "titles": [BIDI]})

    page.route(f"**/app/api/disputes/{dispute_id}", tomorrow)
    page.reload()
    expect(page.get_by_role("heading", name="Something is asked of you")).to_be_visible()
    expect(page.get_by_text(BIDI).first).to_be_visible()
    assert [] == page.evaluate(OPEN_ENDED)
    problem = {"status": 418, "code": "teapot", "title": "Teapot", "detail": "Short and stout."}
    page.route("**/app/api/disputes?*", lambda route: route.fulfill(status=418, json=problem))
    page.goto(f"{market.app}disputes")
    expect(page.get_by_text("Short and stout.")).to_be_visible()


def test_signing_out_leaves_nothing_of_the_person(market: Marketplace) -> None:
    """After signing out this browser holds nothing that names the person or their order, and no token."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, title="unmistakable teapot")
    page = market.sign_in(buyer, "orders")
    expect(page.get_by_text("unmistakable teapot")).to_be_visible()
    page.goto(f"{market.app}orders/{order}/messages")
    page.get_by_label("Write a message").fill("not yet sent")
    while "not yet sent" not in stored(page):
        page.wait_for_timeout(50)
    assert "unmistakable teapot" in stored(page)
    page.goto(f"{market.app}settings")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    kept = stored(page)
    config = json.dumps(page.evaluate("localStorage.getItem('config')"))
    kept = kept.replace(config[1:-1], "").replace(json.dumps(config)[1:-1], "")
    assert [] == [it for it in (buyer, order, "unmistakable teapot", "not yet sent", "eyJ") if it in _without_people(kept)]


def _without_people(text: str) -> str:
    """Return what is stored without the sandbox's own list of people, which production does not have."""
    return re.sub(r'\\*"people\\*":\s*\[.*?\]', "", text)


def _places(market: Marketplace) -> tuple[dict[str, str], list[str]]:
    """Return a buyer and a seller, and the paths of the core's pages, or in `make e2e` of every page."""
    if EVERYTHING:
        scene = build(market)
        return scene.people, list(scene.pages.values())
    it = opened(market, market.person("buyer"), market.person("seller"))
    return {"buyer": it.buyer, "seller": it.seller}, ["orders", f"orders/{it.order}", f"disputes/{it.id}", "settings"]


def test_every_page_keeps_to_its_policy_and_a_token_to_itself(market: Marketplace) -> None:
    """No page has an inline script or asks another origin; no token is in an address, a console or a log."""
    people, paths = _places(market)
    here, cloud = market.app.removesuffix("/app/"), market.cloud.endpoints["ministack"]
    asked: list[str] = []
    said: list[str] = []
    wrong = []
    for who in ("buyer", "seller"):
        context = market.context()
        context.on("request", lambda it: asked.append(it.url))
        context.on("console", lambda it: said.append(it.text))
        page = market.enter(context.new_page(), people[who])
        for path in paths:
            answer = page.goto(f"{market.app}{path}")
            page.wait_for_load_state("networkidle")
            assert answer is not None
            policy = answer.headers["content-security-policy"]
            wrong += [(path, it) for it in ("unsafe-", "data:", "*") if it in policy]
            wrong += [(path, it) for it in page.locator("script:not([src])").all_inner_texts()]

    assert [] == wrong
    assert [] == [it for it in asked if not it.startswith((here, cloud, "blob:"))]
    assert [] == [it for it in (*asked, *said, *logs.lines(market.cloud)) if "eyJ" in it or "token=" in it]


def test_a_link_of_a_message_opens_the_very_page(market: Marketplace) -> None:
    """The address in the seller's email leads, after signing in, to the dispute that it is about."""
    buyer, seller = market.person("buyer"), market.person("seller")
    market.followed(f"seller:{seller}")
    order = market.sale(buyer, seller, promised=-1)
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", {"reason": "not_received"})
    link = _link_to(market, seller)
    assert f"{market.app}disputes/{dispute['id']}" == link
    page: Page = market.context().new_page()
    page.goto(link)
    expect(page.get_by_text("Sign in to see what you were told about.")).to_be_visible()
    page.get_by_role("button", name=seller, exact=True).click()
    expect(page.get_by_role("heading", name="The buyer waits for your answer")).to_be_visible()


def _link_to(market: Marketplace, seller: str) -> str:
    for _ in range(150):
        for entry in market.api.outbox(f"messages.json?person=seller:{seller}"):
            if found := re.search(r"http://\S+/disputes/[\w.-]*\w", entry["body"]):
                return found[0]
        time.sleep(0.2)
    raise AssertionError("no message came")

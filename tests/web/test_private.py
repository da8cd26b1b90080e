"""The pages show what the server says in the person's own time and money, and give nothing away."""

import json
import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from chalicelib.domain.codes import EXPONENTS
from chalicelib.domain.money import Money
from chalicelib.notify.formats import money
from tests.web.people import EVERYTHING, LANGUAGES, Marketplace

STORED = """async () => {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise(done => { const it = indexedDB.open(name); it.onsuccess = () => done(it.result); });
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store);
      const read = it => new Promise(done => { it.onsuccess = () => done(it.result); });
      found.push(JSON.stringify([await read(all.getAllKeys()), await read(all.getAll())]));
    }
    db.close();
  }
  return found.join() + JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage });
}"""
NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script> <b>bold</b>"
# Digits with their separators; spaces between groups are of several kinds.
NUMBER = re.compile(r"[\d][\d.,\s\u00a0\u202f]*\d|\d")


@pytest.mark.parametrize(
    "zone", ["America/Recife", "Asia/Shanghai", "UTC", "Europe/Berlin"] if EVERYTHING else ["Asia/Shanghai"]
)
def test_a_deadline_is_the_same_in_every_browser(market: Marketplace, zone: str) -> None:
    """A deadline is shown in the zone of the person's messages, wherever the browser is, also with a clock 3 hours wrong."""
    buyer, seller = market.person("buyer", time_zone="America/New_York"), market.person("seller")
    order = market.sale(buyer, seller, promised=-1)
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", {"reason": "not_received"})
    page = market.sign_in(buyer, f"disputes/{dispute['id']}", timezone_id=zone)
    shown = page.locator(".hero .due time")
    expect(shown).to_be_visible()
    expected = page.evaluate(
        """([at, zone]) => new Intl.DateTimeFormat("en", {timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23"})
          .format(new Date(at))""",
        [dispute["deadline"], "America/New_York"],
    )
    assert expected in shown.inner_text()
    left = page.locator(".hero .due .left").inner_text()

    wrong = market.context(timezone_id=zone)
    wrong.add_init_script("const real = Date.now; Date.now = () => real() + 3 * 3600_000;")
    other = wrong.new_page()
    other.goto(f"{market.app}disputes/{dispute['id']}")
    other.get_by_role("button", name=buyer, exact=True).click()
    expect(other.locator(".hero .due time")).to_have_text(shown.inner_text())
    expect(other.locator(".hero .due .left")).to_have_text(left)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_currency_shows_as_the_server_writes_it(market: Marketplace, language: str) -> None:
    """In the browser an amount of each of the 156 currencies has the digits of the server's own text."""
    buyer, seller = market.person("buyer"), market.person("seller")
    market.sale(buyer, seller)
    page = market.sign_in(buyer)
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
    expected = {code: _digits(money(Money(1_234_567, code), language)) for code in EXPONENTS}

    assert expected == {code: _digits(text) for code, text in shown.items()}


def _digits(text: str) -> str:
    """Return the number in a text, with plain spaces between its groups."""
    return re.sub(r"\s", " ", max(NUMBER.findall(text), key=len))


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
    """A claim of markup runs nothing; an event, a stage and a problem of tomorrow show as plain lines."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, promised=-1)
    claim = {"reason": "not_received", "description": NASTY}
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
        route.fulfill(json=body | {"stage": "in_court", "asked": asked, "outcome": "tie"})

    page.route(f"**/app/api/disputes/{dispute_id}", tomorrow)
    page.reload()
    expect(page.get_by_role("heading", name="Something is asked of you")).to_be_visible()
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
    page.wait_for_timeout(300)
    before = page.evaluate(STORED)
    assert [] == [it for it in ("unmistakable teapot", "not yet sent") if it not in before]
    page.goto(f"{market.app}settings")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in", exact=True).wait_for()
    kept = page.evaluate(STORED)
    config = json.dumps(page.evaluate("localStorage.getItem('config')"))
    kept = kept.replace(config[1:-1], "").replace(json.dumps(config)[1:-1], "")
    assert [] == [it for it in (buyer, order, "unmistakable teapot", "not yet sent", "eyJ") if it in _without_people(kept)]


def _without_people(text: str) -> str:
    """Return what is stored without the sandbox's own list of people, which production does not have."""
    return re.sub(r'\\*"people\\*":\s*\[.*?\]', "", text)


def test_tokens_stay_out_of_addresses_and_every_request_goes_where_the_policy_says(market: Marketplace) -> None:
    """No address has a token in it; nothing but this origin and the cloud's is asked; the policy allows no inline script."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller)
    context = market.context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda it: asked.append(it.url))
    answer = page.goto(f"{market.app}orders/{order}")
    page.get_by_role("button", name=buyer, exact=True).click()
    page.get_by_text("On its way").or_(page.get_by_text("Paid, not sent yet")).wait_for()

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert [] == [it for it in ("unsafe-", "data:", "*") if it in policy]
    here, cloud = market.app.removesuffix("/app/"), market.cloud.endpoints["ministack"]
    assert [] == [it for it in asked if not it.startswith((here, cloud))]
    assert [] == [it for it in asked if "eyJ" in it or "token=" in it]


def test_moving_the_clock_past_a_deadline_shows_the_outcome(market: Marketplace) -> None:
    """The sandbox's bar moves the clock to the next deadline: the open page shows what became of it, and no old button."""
    buyer, seller = market.person("buyer"), market.person("seller")
    order = market.sale(buyer, seller, promised=-1)
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", {"reason": "not_received"})
    page = market.sign_in(seller, f"disputes/{dispute['id']}")
    page.get_by_role("link", name="Accept €90.00").wait_for()
    page.get_by_role("button", name="to the next deadline").click()
    expect(page.get_by_role("heading", name="The buyer is refunded €90.00")).to_be_visible(timeout=30_000)
    assert 0 == page.get_by_role("link", name="Accept").count()
    assert datetime.fromisoformat(dispute["deadline"]) <= market.now().astimezone(UTC)


def test_a_link_of_a_message_opens_the_very_page(market: Marketplace) -> None:
    """The address in the seller's email leads, after signing in, to the dispute that it is about."""
    buyer, seller = market.person("buyer"), market.person("seller")
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

"""The operators' pages are accessible, fit a small phone, load little, and open the list behind each number."""

import csv
import gzip
import io
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from localcloud import cognito
from localcloud.web.build import OUT
from tests.web.case import make
from tests.web.lost import lose
from tests.web.people import EVERYTHING, Marketplace
from tests.web.stored import stored
from tests.web.test_looks import misfits, violations

pytestmark = pytest.mark.deep

PAGES = ("health", "disputes", "sellers", "money", "plumbing", "audit")
JS_AT_MOST = 110 * 1024
"""What the scripts of O1 have at most, compressed, with one language (bytes)."""
DESK = {"width": 1280, "height": 800}
HIGH = {"width": 1280, "height": 8000}
"""High enough for a list of a hundred: of a longer one only the rows near the screen are drawn."""
UNDELIVERED = "Undelivered messages"


@pytest.fixture(scope="module")
def operator(market: Marketplace) -> str:
    """An operator of a marketplace with disputes of every stage, a payment that failed and messages that were lost."""
    cognito.enrol(market.cloud.endpoints, "operator", "olga")
    case = make(market, market.person("buyer"), market.person("seller"))
    lose(market, case.seller, "w-1", "opened", "reminder")
    instructions = market.api.get("platform:market", "/payment-instructions?status=pending&limit=100")["items"]
    if instructions:
        failed = {"status": "failed", "failure": "The account is closed."}
        market.api.post("platform:market", f"/payment-instructions/{instructions[0]['id']}/result", failed)
    return "olga"


def opened(market: Marketplace, page: Page, path: str) -> None:
    """Open a page, and wait until all of it is there."""
    page.goto(f"{market.app}ops/{path}")
    page.locator("h1").wait_for()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".loading")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"] if EVERYTHING else ["light"])
def test_axe_finds_nothing_on_the_operators_pages(market: Marketplace, operator: str, scheme: str) -> None:
    """The six pages break none of the rules of WCAG 2.2 AA and good practice, at a desk and on a phone."""
    page = market.sign_in(operator, "", color_scheme=scheme, viewport=DESK)
    for path in PAGES:
        opened(market, page, path)
        assert [] == violations(page), path
    page.set_viewport_size({"width": 360, "height": 740})
    for path in PAGES:
        opened(market, page, path)
        assert [] == violations(page), f"{path} on a phone"


@pytest.mark.parametrize("language", ["es", "en", "ru"] if EVERYTHING else ["es"])
def test_nothing_is_cut_off_on_the_operators_pages(market: Marketplace, operator: str, language: str) -> None:
    """At 320 pixels no page scrolls sideways, no button's words are cut, and targets have 44 pixels."""
    page = market.sign_in(operator, "", viewport={"width": 320, "height": 640})
    page.evaluate("code => localStorage.setItem('language', code)", language)
    for path in PAGES:
        opened(market, page, path)
        assert [] == misfits(page), path


def test_the_first_page_is_within_its_budgets(market: Marketplace, operator: str) -> None:
    """O1 asks the API at most three times, and its scripts have at most 110 KB compressed, with one language."""
    page = market.sign_in(operator, "", viewport=DESK)
    market.seen[page].requests.clear()
    opened(market, page, "health")
    asked = [line for line in market.seen[page].of_api() if not line.endswith("/me")]
    assert len(asked) <= 3, asked
    loaded = {line.split("/app/")[1] for line in market.seen[page].requests if "/app/assets/" in line}
    scripts = sum(len(gzip.compress((OUT / name).read_bytes(), 9)) for name in loaded if name.endswith(".js"))
    print(f"O1: {len(asked)} requests, {scripts} bytes of scripts")  # noqa: T201 - a figure
    assert scripts <= JS_AT_MOST


def rows(page: Page) -> Locator:
    """Return the rows of the list that is open."""
    return page.locator("tr[data-key]")


def saved(page: Page) -> list[list[str]]:
    """Save the list that is open, and return its rows with the head."""
    with page.expect_download() as file:
        page.get_by_role("button", name="Save as CSV").first.click()
    return list(csv.reader(io.StringIO(file.value.path().read_text(encoding="utf-8-sig"))))


def follow(page: Page, link: str) -> None:
    """Open the list behind a number, and wait until it has been read."""
    page.goto(link)
    page.locator("h1").wait_for()
    page.wait_for_load_state("networkidle")


def test_each_number_of_health_opens_the_list_behind_it(market: Marketplace, operator: str) -> None:
    """Each tile, and each bar of each chart, leads to as many rows as it says; a chart's table and its CSV say the same."""
    page = market.sign_in(operator, "", viewport=HIGH)
    opened(market, page, "health")
    page.locator(".chart").nth(3).wait_for()
    counts = {
        name: (int(tile.locator(".figure").inner_text()), tile.evaluate("it => it.href"))
        for name in ("Opened", "Open now", "To a mediator", "Failed payments", UNDELIVERED)
        for tile in [page.locator("a.tile", has=page.locator("span", has_text=re.compile(rf"^\s*{name}$")))]
    }
    assert all(count > 0 for count, _ in counts.values()), counts
    bars = page.locator(".bars a").evaluate_all(
        "all => all.map(it => [it.getAttribute('aria-label'), new URL(it.getAttribute('href'), location).href])"
    )
    assert {"Opened", "Ended"} <= {label.rsplit(" ", 2)[-2] for label, _ in bars}
    for chart in page.locator(".chart").all():
        chart.locator("summary").click()
        table = chart.locator("table")
        shown = [[cell.strip() for cell in it.split("\t")] for it in table.inner_text().splitlines()]
        with page.expect_download() as file:
            chart.get_by_role("button", name="Save as CSV").click()
        assert shown == list(csv.reader(io.StringIO(file.value.path().read_text(encoding="utf-8-sig"))))
    for name, (count, link) in counts.items():
        follow(page, link)
        behind = page.locator("#undelivered tr[data-key]" if name == UNDELIVERED else "table >> nth=0 >> tr[data-key]")
        expect(behind, name).to_have_count(count)
    for label, link in bars:
        follow(page, link)
        expect(rows(page), label).to_have_count(int(label.rsplit(" ", 1)[1]))


def test_the_csv_has_exactly_the_filter(market: Marketplace, operator: str) -> None:
    """A search by any id, party or tracking number finds its disputes whatever the range; the CSV has these and no others."""
    page = market.sign_in(operator, "", viewport=HIGH)
    found = market.api.get(f"operator:{operator}", "/operations/disputes?limit=100")["items"]
    one = found[0]
    number = market.api.get(f"operator:{operator}", f"/orders/{one['id'].rpartition('-d')[0]}")["parcels"][0]["tracking_number"]
    for q, expected in (
        (one["id"], [one["id"]]),
        (one["seller_id"], sorted(it["id"] for it in found if it["seller_id"] == one["seller_id"])),
        (number, [one["id"]]),
    ):
        opened(market, page, "disputes?from=2020-01-01&to=2020-01-02")
        page.get_by_label("Any id, party or tracking number").fill(q)
        page.keyboard.press("Enter")
        expect(rows(page)).to_have_count(len(expected))
        head, *body = saved(page)
        assert (expected, "id") == (sorted(it[0] for it in body), head[0])
        page.get_by_text(f"{len(expected)} rows saved").wait_for()
    opened(market, page, "disputes?state=ended")
    ended = [it["id"] for it in found if it["ended_on"]]
    expect(rows(page)).to_have_count(len(ended))
    assert sorted(ended) == sorted(it[0] for it in saved(page)[1:])


def test_a_file_that_ends_before_the_list_says_so(market: Marketplace, operator: str) -> None:
    """A list without an end is saved to 10,000 rows; the file's last row and the page say that it ends there."""
    page = market.sign_in(operator, "", viewport=DESK)
    opened(market, page, "audit")
    entry = market.api.get(f"operator:{operator}", "/audit?limit=1")["items"][0]
    page.route("**/app/api/audit**", lambda route: route.fulfill(json={"items": [entry] * 100, "cursor": "more"}))
    lines = saved(page)
    words = "This file ends after 10000 rows, and more fit the filter. Narrow it for the rest."
    assert (10_002, [words]) == (len(lines), lines[-1])
    page.get_by_text("This file ends after 10,000 rows").wait_for()


def test_a_saved_view_is_gone_after_signing_out(market: Marketplace, operator: str) -> None:
    """A view keeps a filter under a name until its person signs out; then the browser holds nothing of it."""
    page = market.sign_in(operator, "", viewport=DESK)
    opened(market, page, "disputes?seller_id=somebody")
    page.get_by_label("Name of the view").fill("Somebody's")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Somebody's").wait_for()
    opened(market, page, "disputes")
    page.get_by_role("link", name="Somebody's").click()
    page.wait_for_url("**seller_id=somebody**")
    page.goto(f"{market.app}settings")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name=operator, exact=True).wait_for()
    assert "somebody" not in stored(page)


def test_a_failed_webhook_is_posted_again(market: Marketplace, operator: str) -> None:
    """The page of systems lists what was posted to an endpoint; an operator posts again what failed."""
    url = f"http://127.0.0.1:9/{market.person('seller')}"  # nobody listens there
    made = market.api.post("platform:market", "/webhook-endpoints", {"url": url, "types": ["dispute_opened"]})
    try:
        market.api.post("platform:market", f"/webhook-endpoints/{made['id']}/test", {})
        page = market.sign_in(operator, "", viewport=DESK)

        def given_up(route: Route) -> None:
            """Answer as days later, when no more attempts are made."""
            answer = route.fetch()
            page_of_it = answer.json()
            route.fulfill(json=page_of_it | {"items": [it | {"status": "failed"} for it in page_of_it["items"]]})

        page.route("**/deliveries?**", given_up)
        opened(market, page, "plumbing")
        page.locator("#webhooks summary", has_text=url).click()
        with page.expect_response("**/redelivery") as posted:
            page.locator("#webhooks").get_by_role("button", name="Post again").click()
        assert (202, "pending") == (posted.value.status, posted.value.json()["status"])
    finally:
        market.api.call("platform:market", "DELETE", f"/webhook-endpoints/{made['id']}")


def test_a_night_with_a_failed_payment_and_a_lost_message(market: Marketplace) -> None:
    """From the numbers of the first page an operator finds a payment that failed and a message that nobody got.

    The payment system pays once its cause is repaired, the message is sent again with a reason, and the audit shows both.
    """
    operator = f"{market.person('buyer')}-night"
    cognito.enrol(market.cloud.endpoints, "operator", operator)
    buyer, seller = market.person("buyer"), market.person("seller")
    payment = failed_refund(market, buyer, seller)
    lose(market, seller, payment, "reminder")
    page = market.sign_in(operator, "", viewport=DESK)
    page.locator(".tile .wrong").first.wait_for()
    page.locator("a.tile", has_text="Failed payments").click()
    row = rows(page).filter(has_text=payment)
    expect(row).to_contain_text("The account is closed.")
    settled = {"status": "settled", "reference": "sepa-1"}
    market.api.post("platform:market", f"/payment-instructions/{payment}/result", settled)
    page.reload()
    page.locator("h2", has_text="Failed").wait_for()
    expect(row).to_have_count(0)
    page.get_by_label("Operations").get_by_role("link", name="Health").click()
    page.locator("a.tile", has_text="Undelivered messages").click()
    lost = rows(page).filter(has_text=payment)
    expect(lost).to_contain_text("OptedOut")
    lost.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send 1 again").click()
    sheet = page.locator("dialog[open]")
    sheet.get_by_text("Send 1 messages again?").wait_for()
    sheet.get_by_label("Why now?").select_option("setting_corrected")
    sheet.get_by_role("button", name="Send 1 again").click()
    expect(lost).to_have_count(0)
    page.get_by_label("Operations").get_by_role("link", name="Audit").click()
    page.locator("select[name=kind]").select_option("acts")
    page.locator(".filters").get_by_role("button", name="Show").click()
    sent = rows(page).filter(has_text=f"operator:{operator}")
    expect(sent).to_have_count(1)
    expect(sent).to_contain_text("send again")
    expect(sent).to_contain_text("A setting was corrected")
    expect(sent).to_contain_text(re.compile(r"\d\d:\d\d UTC"))
    page.locator("input[name=case]").fill(payment.rpartition("-p")[0])
    page.locator(".filters").get_by_role("button", name="Show").click()
    page.wait_for_url("**case=**")
    expect(rows(page).filter(has_text="platform:").filter(has_text="report result")).to_have_count(2)


def failed_refund(market: Marketplace, buyer: str, seller: str) -> str:
    """Let a seller refund a buyer, and the payment fail; return its id."""
    order = market.sale(buyer, seller)
    market.delivered(order)
    claim = {"reason": "not_as_described", "issue": "damaged", "description": "It has a crack.", "request_type": "refund"}
    dispute = market.api.post(f"buyer:{buyer}", f"/orders/{order}/disputes", claim)["id"]
    market.api.post(f"seller:{seller}", f"/disputes/{dispute}/proposals/1/accept", {})
    pending = market.api.get("platform:market", "/payment-instructions?status=pending&limit=100")["items"]
    (payment,) = [it["id"] for it in pending if it["id"].startswith(f"{order}-p") and it["movement"] == "refund"]
    failed = {"status": "failed", "failure": "The account is closed."}
    market.api.post("platform:market", f"/payment-instructions/{payment}/result", failed)
    return str(payment)

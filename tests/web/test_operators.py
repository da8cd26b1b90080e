"""The operators' pages are accessible, fit a small phone, load little, and open the list behind each number."""

import csv
import gzip
import io

import pytest
from playwright.sync_api import Page, expect

from localcloud import cognito
from localcloud.web.build import OUT
from tests.web.case import make
from tests.web.lost import lose
from tests.web.people import EVERYTHING, Marketplace
from tests.web.test_looks import CLIPPED, SIDEWAYS, violations

pytestmark = pytest.mark.deep

PAGES = ("health", "disputes", "sellers", "money", "plumbing", "audit")
JS_AT_MOST = 110 * 1024
"""What the scripts of O1 have at most, compressed, with one language (bytes)."""
DESK = {"width": 1280, "height": 800}


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
    """At 320 pixels no page scrolls sideways, and no button's words are cut."""
    page = market.sign_in(operator, "", viewport={"width": 320, "height": 640})
    page.evaluate("code => localStorage.setItem('language', code)", language)
    for path in PAGES:
        opened(market, page, path)
        assert (0, []) == (page.evaluate(SIDEWAYS), page.evaluate(CLIPPED)), path


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


def test_each_number_opens_a_list_as_long_as_it_says(market: Marketplace, operator: str) -> None:
    """The number of opened disputes, and the bar of today, lead to lists of as many rows; the CSV has them too."""
    page = market.sign_in(operator, "", viewport=DESK)
    opened(market, page, "health")
    tile = page.locator(".tile", has_text="Opened").first
    count = int(tile.locator(".figure").inner_text())
    assert count > 0
    tile.click()
    page.wait_for_url("**/ops/disputes?**")
    expect(page.locator("tr[data-key]")).to_have_count(count)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    rows = list(csv.reader(io.StringIO(saved.value.path().read_text(encoding="utf-8-sig"))))
    assert count + 1 == len(rows)
    opened(market, page, "health")
    bar = page.locator(".bars a[aria-label*='Opened']").last
    value = int((bar.get_attribute("aria-label") or "").rsplit(" ", 1)[1])
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/ops/disputes?**")
    expect(page.locator("tr[data-key]")).to_have_count(value)

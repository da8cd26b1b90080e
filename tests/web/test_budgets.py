"""Pages load little, soon, and stay smooth however long their lists are."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from localcloud.web.build import OUT
from tests.web.case import Case, make
from tests.web.people import EVERYTHING, Marketplace
from tests.web.shots import settled

FIRST_LOAD = 60 * 1024
"""What the scripts of the first page have at most, compressed, with one language (bytes)."""
NODES = 3000
"""The elements of a page at most, however long its list is."""


@pytest.fixture(scope="module")
def case(market: Marketplace) -> Case:
    """Two people with a dispute in each of the main states."""
    return make(market, market.person("buyer"), market.person("seller"))


@pytest.mark.parametrize(("name", "most"), [("orders", 2), ("order", 3), ("offered", 4), ("disputes", 2)])
def test_a_page_asks_the_api_for_little(market: Marketplace, case: Case, name: str, most: int) -> None:
    """The list of orders takes two requests, an order three, a dispute four, the list of disputes two."""
    page = market.sign_in(case.buyer)
    settled(page, market.app + "settings")
    market.seen[page].requests.clear()
    page.goto(f"{market.app}{case.pages[name]}")
    page.wait_for_load_state("networkidle")
    asked = market.seen[page].of_api()
    assert len(asked) <= most, asked


def _small(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def test_the_first_load_is_within_its_budget(market: Marketplace, case: Case) -> None:
    """The scripts of the list of orders with one language have at most 60 KB compressed, the styles 12, all scripts 220."""
    page = market.sign_in(case.buyer)
    market.seen[page].requests.clear()
    settled(page, market.app + "orders")
    loaded = {line.split("/app/")[1] for line in market.seen[page].requests if "/app/assets/" in line}
    scripts = sum(_small(OUT / name) for name in loaded if name.endswith(".js"))
    styles = sum(_small(OUT / name) for name in loaded if name.endswith(".css"))
    everything = sum(_small(path) for path in OUT.glob("assets/*.js"))
    print(f"first load: {scripts} bytes of scripts, {styles} of styles; all scripts: {everything}")  # noqa: T201 - a figure
    assert scripts <= FIRST_LOAD
    assert styles <= 12 * 1024
    assert everything <= 220 * 1024


def _many(count: int, first: dict[str, Any]) -> Callable[[Route], None]:
    """Answer a list with ``count`` rows like ``first``."""

    def answer(route: Route) -> None:
        page = route.fetch().json()
        rows = [first | {"id": f"many-{number}"} for number in range(count)]
        route.fulfill(json=page | {"items": rows, "cursor": None})

    return answer


FRAMES = """async (seconds) => {
  let frames = 0, down = true;
  const until = performance.now() + seconds * 1000, began = performance.now();
  while (performance.now() < until) {
    scrollBy(0, 120);
    await new Promise(requestAnimationFrame);
    frames++;
  }
  return frames / ((performance.now() - began) / 1000);
}"""


@pytest.mark.parametrize(
    ("name", "count"), [("orders", 10_000), ("messages", 500), ("disputes", 100)] if EVERYTHING else [("orders", 1000)]
)
def test_a_long_list_is_no_long_page(market: Marketplace, case: Case, name: str, count: int) -> None:
    """Of 10,000 orders, 500 messages or 100 disputes only what is near the screen is drawn: fewer than 3,000 elements."""
    page = market.sign_in(case.buyer)
    paths = {"orders": "/orders?limit=50", "messages": f"/{case.pages['messages']}?limit=100", "disputes": "/disputes?limit=1"}
    first = market.api.get(f"buyer:{case.buyer}", paths[name])["items"][0]
    pattern = {"orders": "**/app/api/orders?*", "messages": "**/messages?*", "disputes": "**/app/api/disputes?*"}[name]
    page.route(pattern, _many(count, first))
    settled(page, market.app + case.pages[name])
    expect(page.locator(".order-row, .bubble, .dispute-row").last).to_be_visible()
    if EVERYTHING:
        page.evaluate("scrollTo(0, 0)")
        rate = page.evaluate(FRAMES, 3)
        print(f"{count} {name}: {rate:.0f} frames a second while scrolling")  # noqa: T201 - a figure
        assert rate >= 50
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    page.wait_for_timeout(200)
    assert page.evaluate("document.querySelectorAll('*').length") < NODES
    assert page.evaluate("document.documentElement.scrollHeight") > count * 40 / 2

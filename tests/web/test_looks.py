"""Every page is accessible, fits a small phone in every language, and loads little."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from localcloud.web.build import OUT
from tests.web.browser import AXE
from tests.web.case import Case, make
from tests.web.people import EVERYTHING, LANGUAGES, Marketplace

FIRST_LOAD = 60 * 1024
"""What the scripts of the first page have at most, compressed, with one language (bytes)."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """[...document.querySelectorAll('button, .button, .tabs a, .places a span, .tag, .steps span')]
  .filter(it => it.offsetParent && it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== 'inline')
  .map(it => it.textContent)"""
SMALL = """[...document.querySelectorAll('a, button, select, input:not([type=file]), summary')]
  .filter(it => it.offsetParent && !it.closest('.sandbox-bar'))
  .filter(it => !it.matches('p a, li.break a, .choice input, .tick input, .skip'))
  .map(it => [it.textContent || it.type, it.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 43.5).map(([text, box]) => `${text} ${box.width}x${box.height}`)"""


@pytest.fixture(scope="module")
def case(market: Marketplace) -> Case:
    """Two people with a dispute in each of the main states."""
    return make(market, market.person("buyer"), market.person("seller"))


MOST_WORDS = {"orders", "order", "offered", "offer", "decided", "return", "add", "settings"}
"""The pages on which words are most likely to be cut off; `make e2e` tries all."""


def _settled(market: Marketplace, page: Page, path: str) -> None:
    page.goto(f"{market.app}{path}")
    page.locator("h1").wait_for()
    expect(page.locator(".loading")).to_have_count(0)
    page.locator(".hero, .card, form, .empty, .thread, .choices").first.wait_for()


def _violations(page: Page) -> list[str]:
    """Return what axe finds on the page: the rule and the first element that breaks it."""
    # By the debugger's protocol: the policy of the page forbids a script that is added to it.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{it['id']}: {it['nodes'][0]['html'][:160]} {it['nodes'][0]['failureSummary'][:200]}" for it in found]


@pytest.mark.parametrize("scheme", ["light", "dark"] if EVERYTHING else ["light"])
def test_axe_finds_nothing_on_the_buyers_pages(market: Marketplace, case: Case, scheme: str) -> None:
    """The buyer's pages break none of the rules of WCAG 2.2 AA and good practice, in light and dark."""
    page = market.sign_in(case.buyer, "", color_scheme=scheme)
    for path in case.pages.values():
        _settled(market, page, path)
        assert [] == _violations(page), path


def test_axe_finds_nothing_on_the_sellers_pages(market: Marketplace, case: Case) -> None:
    """The seller's pages, and the page of who is not signed in, break no rule either; at the size of a desk too."""
    page = market.sign_in(case.seller, "", viewport={"width": 1280, "height": 800})
    for name in ("disputes", "opened", "orders", "order", "settings"):
        _settled(market, page, case.pages[name])
        assert [] == _violations(page), name
    out = market.context().new_page()
    _settled(market, out, "")
    assert [] == _violations(out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_at_320_pixels(market: Marketplace, case: Case, language: str) -> None:
    """At 320 pixels no page scrolls sideways and no button's words are cut, in any language; targets are 44 pixels high."""
    page = market.sign_in(case.buyer, "", viewport={"width": 320, "height": 640})
    page.evaluate("code => localStorage.setItem('language', code)", language)
    for name, path in case.pages.items():
        if EVERYTHING or name in MOST_WORDS:
            _settled(market, page, path)
            assert (0, []) == (page.evaluate(SIDEWAYS), page.evaluate(CLIPPED)), path
            assert [] == page.evaluate(SMALL), path


def test_the_deadline_is_seen_without_scrolling(market: Marketplace, case: Case) -> None:
    """On a phone of 390 x 844 the deadline, and the one thing to do first, are on the first screen of a dispute."""
    page = market.sign_in(case.buyer)
    for name in ("opened", "offered", "decided"):
        _settled(market, page, case.pages[name])
        expect(page.locator(".hero .due")).to_be_in_viewport(ratio=1)
        expect(page.locator(".hero .button").first).to_be_in_viewport(ratio=1)
        assert page.locator(".button.primary:visible").count() <= 1


@pytest.mark.parametrize(("name", "most"), [("orders", 2), ("order", 3), ("offered", 4), ("disputes", 2)])
def test_a_page_asks_the_api_for_little(market: Marketplace, case: Case, name: str, most: int) -> None:
    """The list of orders takes two requests, an order three, a dispute four, the list of disputes two."""
    page = market.sign_in(case.buyer)
    _settled(market, page, "settings")
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
    _settled(market, page, "orders")
    loaded = {line.split("/app/")[1] for line in market.seen[page].requests if "/app/assets/" in line}
    scripts = sum(_small(OUT / name) for name in loaded if name.endswith(".js"))
    styles = sum(_small(OUT / name) for name in loaded if name.endswith(".css"))
    everything = sum(_small(path) for path in OUT.glob("assets/*.js"))
    print(f"first load: {scripts} bytes of scripts, {styles} of styles; all scripts: {everything}")  # noqa: T201 - a figure
    assert scripts <= FIRST_LOAD
    assert styles <= 12 * 1024
    assert everything <= 220 * 1024

"""Every page is accessible and fits a small phone, in every language, state and colour scheme."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser import AXE
from tests.web.case import Case, make
from tests.web.people import EVERYTHING, Marketplace
from tests.web.scene import Scene, build
from tests.web.shots import BROKEN, SHOTS, SLOW, answers, never, offline, quiet, settled, signed_out, stretched

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """[...document.querySelectorAll('button, .button, .tabs a, .places a span, .tag, .count, .chip, .steps span')]
  .filter(it => it.offsetParent && it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== 'inline')
  .filter(it => !it.closest('.sandbox-bar') && getComputedStyle(it).textOverflow !== 'ellipsis').map(it => it.textContent)"""
SMALL = """[...document.querySelectorAll('a, button, select, input:not([type=file]), summary')]
  .filter(it => it.offsetParent && !it.closest('.sandbox-bar'))
  .filter(it => !it.matches('p a, li.break a, .choice input, .tick input, .skip'))
  .map(it => [it.textContent || it.type, it.getBoundingClientRect(), it.closest('.staff td, .staff .lines') ? 23.5 : 43.5])
  .filter(([, box, least]) => box.height < least || box.width < least)
  .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
"""The targets that are smaller than a thumb, or, in the tables and charts of staff, smaller than a pointer needs."""
SMALL_PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
CORE = ("orders", "order", "new", "offered", "accept", "evidence", "return", "settings")
"""The pages that `make test` looks at; `make e2e` looks at all, and at every state of them."""
everything = pytest.mark.skipif(not EVERYTHING, reason="`make e2e` looks at every page and state")


@pytest.fixture(scope="module")
def case(market: Marketplace) -> Case:
    """Two people with a dispute in each of the main states."""
    return make(market, market.person("buyer"), market.person("seller"))


@pytest.fixture(scope="module")
def scene(market: Marketplace) -> Scene:
    """Everything that the pages can show."""
    return build(market)


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page: the rule and the first element that breaks it."""
    # By the debugger's protocol: the policy of the page forbids a script that is added to it.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{it['id']}: {it['nodes'][0]['html'][:160]} {it['nodes'][0]['failureSummary'][:200]}" for it in found]


def test_axe_finds_nothing_on_the_pages(market: Marketplace, case: Case) -> None:
    """Pages of buyers, sellers and of who is not signed in break no rule of WCAG 2.2 AA and of good practice."""
    page = market.sign_in(case.buyer, "", viewport=SMALL_PHONE)
    for name in CORE:
        settled(page, market.app + case.pages[name])
        assert [] == violations(page), name
    desk = market.sign_in(case.seller, "disputes", viewport=DESK, color_scheme="dark")
    quiet(desk)
    assert [] == violations(desk)
    out = market.context().new_page()
    settled(out, market.app)
    assert [] == violations(out)


def _each(market: Marketplace, scene: Scene, look: Callable[[Page], Any], **options: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what ``look`` finds wrong on every page and state of the table, by their names."""
    language, pseudo = options.pop("language", "en"), options.pop("pseudo", False)
    faults = {}
    pages: dict[str, Page] = {}
    for shot in SHOTS:
        who = scene.people.get(shot.who)
        if who is None:
            continue  # a page of another scene
        if shot.fresh or who not in pages:
            page = market.sign_in(who, "", **options) if who else market.context(**options).new_page()
            if not who:
                page.goto(market.app)
            pages[who] = page
        page = pages[who]
        page.evaluate("code => localStorage.setItem('language', code)", language)
        if pseudo:
            stretched(page)
        if shot.before:
            shot.before(page)
        settled(page, market.app + scene.pages[shot.page])
        if shot.act:
            shot.act(page)
            page.locator("h1").first.wait_for()
        if found := look(page):
            faults[shot.name] = found
        page.context.set_offline(False)
        page.unroute_all(behavior="ignoreErrors")
        if shot.fresh:
            page.context.close()
            del pages[who]
    return faults


@everything
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [SMALL_PHONE, DESK], ids=["360", "1280"])
def test_axe_finds_nothing_on_any_page_in_any_state(
    market: Marketplace, scene: Scene, size: dict[str, int], scheme: str
) -> None:
    """No page of the table breaks a rule, in light and dark, on a small phone and on a desk."""
    assert {} == _each(market, scene, violations, viewport=size, color_scheme=scheme)


STATES = {
    "loading": never,
    "error": answers(BROKEN),
    "rate limited": answers(SLOW),
    "offline": offline,
    "signed out": signed_out,
}
STATEFUL = (
    "orders", "transit", "covered", "messages", "claim", "disputes",
    "offered", "accept", "offer", "evidence", "settings", "forget",
)  # fmt: skip


@everything
@pytest.mark.parametrize("state", STATES)
def test_pages_are_accessible_and_fit_while_something_is_wrong(market: Marketplace, scene: Scene, state: str) -> None:
    """Loading, failing, asked too often, offline and signed out, pages break no rule and fit 320 pixels."""
    for name in STATEFUL:
        page = market.sign_in(scene.people["buyer"], "", viewport={"width": 320, "height": 640})
        if state == "offline":
            settled(page, market.app + scene.pages[name])
            STATES[state](page)
        else:
            page.wait_for_load_state("networkidle")
            page.evaluate("indexedDB.databases().then(all => Promise.all(all.map(it => indexedDB.deleteDatabase(it.name))))")
            STATES[state](page)
            page.goto(f"{market.app}{scene.pages[name]}")
            page.locator("h1").first.wait_for()
            shown = {"loading": ".bone", "signed out": ".strip.warn"}.get(state, ".empty")
            page.locator(shown).first.wait_for()
        assert ([], 0) == (violations(page), page.evaluate(SIDEWAYS)), name
        page.context.close()


def test_what_asks_too_often_waits_counts_down_and_asks_again(market: Marketplace, case: Case) -> None:
    """A page that is refused with 429 says for how long, and shows itself when the time is over, without a tap."""
    page = market.sign_in(case.buyer, "settings")
    answers(SLOW, "**/app/api/disputes/*")(page)
    page.clock.install()
    page.goto(f"{market.app}{case.pages['offered']}")
    expect(page.get_by_role("timer")).to_contain_text("seconds")
    page.unroute_all()
    page.clock.run_for(31_000)
    expect(page.locator(".hero")).to_be_visible()


def misfits(page: Page) -> list[Any]:
    """Return how far a page scrolls sideways, the words that are cut off, and the targets that are too small."""
    found = [page.evaluate(SIDEWAYS), page.evaluate(CLIPPED), page.evaluate(SMALL)]
    return [it for it in found if it]


@pytest.mark.parametrize("language", ["es", "ru"])
def test_nothing_is_cut_off_at_320_pixels(market: Marketplace, case: Case, language: str) -> None:
    """At 320 pixels no page scrolls sideways, no button's words are cut, and targets have 44 pixels, in long languages."""
    page = market.sign_in(case.buyer, "", viewport={"width": 320, "height": 640})
    page.evaluate("code => localStorage.setItem('language', code)", language)
    for name in CORE:
        settled(page, market.app + case.pages[name])
        assert [] == misfits(page), name


@everything
@pytest.mark.parametrize("language", ["en", "es", "pt", "ru", "zh", "twice as long"])
def test_nothing_is_cut_off_on_any_page(market: Marketplace, scene: Scene, language: str) -> None:
    """The same of every page and state, in five languages and in one that is twice as long."""
    pseudo = language == "twice as long"
    spoken = "en" if pseudo else language
    assert {} == _each(market, scene, misfits, viewport={"width": 320, "height": 640}, language=spoken, pseudo=pseudo)


LONG = ("orders", "disputes", "long", "long order", "long messages", "long evidence", "long offer")


@everything
@pytest.mark.parametrize("who", ["long buyer", "long seller"])
def test_the_longest_texts_fit_a_small_phone(market: Marketplace, scene: Scene, who: str) -> None:
    """Titles of 200 letters, names of 64 and texts of 2,000 fit 320 pixels on each page that has them, and break no rule."""
    page = market.sign_in(scene.people[who], "", viewport={"width": 320, "height": 640})
    for name in LONG:
        settled(page, market.app + scene.pages.get(name, name))
        assert ([], []) == (misfits(page), violations(page)), name


@everything
def test_no_page_scrolls_sideways_at_twice_the_text(market: Marketplace, scene: Scene) -> None:
    """With text at 200 % no page scrolls sideways on a phone of 390 pixels, or of 320."""

    def look(page: Page) -> int:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        return int(page.evaluate(SIDEWAYS))

    for width in (390, 320):
        assert {} == _each(market, scene, look, viewport={"width": width, "height": 844}), width


def test_pages_answer_to_paper_still_motion_and_forced_colours(market: Marketplace, case: Case) -> None:
    """Printed, a dispute is one column with all evidence and no buttons, with photos; motion and colours are as asked."""
    page = market.sign_in(case.buyer, case.pages["opened"])
    quiet(page)
    expect(page.locator(".strip-of-files a")).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.locator(".print-only li")).to_contain_text("The scratch, from above.")
    for hidden in (".places", ".hero .button", ".links", ".fold"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".brand")).to_be_visible()
    assert 1 == len(page.evaluate("getComputedStyle(document.querySelector('.sides')).gridTemplateColumns").split())
    page.emulate_media(media="screen", reduced_motion="reduce")
    never(page)
    page.evaluate("indexedDB.databases().then(all => all.forEach(it => indexedDB.deleteDatabase(it.name)))")
    page.goto(f"{market.app}{case.pages['evidence']}")
    assert "none" == page.locator(".bone").first.evaluate("it => getComputedStyle(it).animationName")
    page.unroute_all(behavior="ignoreErrors")
    settled(page, market.app + case.pages["evidence"])
    page.emulate_media(media="print")
    expect(page.locator(".photo img")).to_be_visible()
    expect(page.locator("main .button").first).to_be_hidden()
    page.emulate_media(media="screen", forced_colors="active")
    settled(page, market.app + "orders")
    shown = "it => getComputedStyle(it).backgroundColor"
    here = page.locator(".tabs a[aria-current]").evaluate(shown)
    assert here != page.locator(".tabs a:not([aria-current])").first.evaluate(shown)


def test_the_deadline_is_seen_without_scrolling(market: Marketplace, case: Case) -> None:
    """On a phone of 390 x 844 the deadline, and the one thing to do first, are on the first screen of a dispute."""
    page = market.sign_in(case.buyer)
    for name in ("opened", "offered", "decided"):
        settled(page, market.app + case.pages[name])
        expect(page.locator(".hero .due")).to_be_in_viewport(ratio=1)
        expect(page.locator(".hero .button").first).to_be_in_viewport(ratio=1)
        assert page.locator(".button.primary:visible").count() <= 1

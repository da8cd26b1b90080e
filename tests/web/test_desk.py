"""Mediators work cases by keyboard, never two at one, and what changes under their hands is shown before anything is sent."""

import gzip
import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

from localcloud.web.build import OUT
from tests.web.desk import Desk, damaged, make
from tests.web.pace import Line
from tests.web.people import EVERYTHING, LANGUAGES, Marketplace
from tests.web.test_looks import CLIPPED, SIDEWAYS, violations

WIDE = {"width": 1280, "height": 800}
SMALL = {"width": 360, "height": 740}
KEYS_AT_MOST = 15
CONFLICT = 409
MICE = "addEventListener('pointerdown', () => { window.mice = (window.mice ?? 0) + 1 }, true)"
WORDS = "The photo shows it."


@pytest.fixture(scope="module")
def desk(market: Marketplace) -> Desk:
    """Two cases that wait for a mediator."""
    return make(market, 2)


def opened(market: Marketplace, who: str, path: str, **options: Any) -> Page:  # noqa: ANN401 - as Playwright takes them
    """Open a page as one of the staff at a desk, and wait until it is there."""
    page = market.sign_in(who, path, **{"viewport": WIDE} | options)
    settled(page)
    return page


def settled(page: Page) -> None:
    """Wait until the page shows what it read."""
    page.locator("h1").wait_for()
    page.locator(".loading").first.wait_for(state="detached")
    page.locator(".table, .desk, .empty, .card").first.wait_for()


def of_desk(desk: Desk) -> str:
    """Return the address of the queue with only this desk's cases."""
    return f"mediation?tab=all&sort=age&q={desk.buyer}"


def in_order(market: Marketplace, who: str, path: str) -> list[str]:
    """Return the cases of a queue in its order: those of one second have an order of their own."""
    answer = market.api.get(f"mediator:{who}", "/" + path.replace("mediation", "mediation/queue"))
    return [str(it["id"]) for it in answer["items"]]


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` plays it")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, SMALL], ids=lambda it: str(it["width"]))
def test_axe_finds_nothing_on_the_mediators_pages(market: Marketplace, desk: Desk, scheme: str, size: dict[str, int]) -> None:
    """The mediators' pages break none of the rules of WCAG 2.2 AA and good practice."""
    who = desk.mediator(name=f"{desk.buyer}-axe-{scheme}-{size['width']}")
    it = desk.claim("Oak chair", {"reason": "not_as_described", "issue": "damaged", "description": "It has a crack."})
    desk.show("buyer", it, "The crack.")
    desk.escalate(it, "No.")
    market.api.post(f"mediator:{who}", f"/disputes/{it}/assignment", {})
    page = opened(market, who, of_desk(desk), color_scheme=scheme, viewport=size)
    paths = [f"disputes/{it}{what}" for what in ("", "?do=decide", "?do=ask", "?do=propose", "?do=notes", "?do=back")]
    for path in (of_desk(desk), f"disputes/{desk.cases[1]}", *paths, "mediation/work", "mediation/replies", "settings"):
        page.goto(f"{market.app}{path}")
        settled(page)
        assert [] == violations(page), path


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` plays it")
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_mediators_is_cut_off_at_320_pixels(market: Marketplace, desk: Desk, language: str) -> None:
    """At 320 pixels no page of a mediator scrolls sideways, and no button's words are cut, in any language."""
    who = desk.mediator(name=f"{desk.buyer}-small-{language}")
    damaged(desk)
    it = desk.cases.pop()
    market.api.post(f"mediator:{who}", f"/disputes/{it}/assignment", {})
    page = opened(market, who, of_desk(desk), viewport={"width": 320, "height": 640})
    page.evaluate("code => localStorage.setItem('language', code)", language)
    for path in (of_desk(desk), f"disputes/{it}", f"disputes/{it}?do=decide", f"disputes/{it}?do=ask", "mediation/work"):
        page.goto(f"{market.app}{path}")
        settled(page)
        assert (0, []) == (page.evaluate(SIDEWAYS), page.evaluate(CLIPPED)), path


def test_the_mediators_pages_ask_for_little_and_load_little(market: Marketplace, desk: Desk) -> None:
    """The queue takes two requests and one for its live connection, a case two; its scripts have 80 KB compressed at most."""
    page = opened(market, desk.mediator(), "settings")
    for path in (of_desk(desk), f"disputes/{desk.cases[0]}"):
        market.seen[page].requests.clear()
        page.goto(f"{market.app}{path}")
        settled(page)
        page.wait_for_load_state("networkidle")
        asked = [it for it in market.seen[page].of_api() if not it.endswith("/chat/tickets")]  # for the live connection
        assert len(asked) <= 2, asked
    loaded = {line.split("/app/")[1] for line in market.seen[page].requests if re.search(r"/app/assets/.*\.js", line)}
    scripts = sum(len(gzip.compress((OUT / name).read_bytes(), 9)) for name in loaded)
    print(f"a case: {scripts} bytes of scripts")  # noqa: T201 - a figure
    assert scripts <= 80 * 1024


class Hands:
    """Presses keys, and counts them."""

    def __init__(self, page: Page) -> None:
        """Begin with none."""
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        """Press these keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


def choose(hands: Hands, amount: str) -> None:
    """Begin a decision: the first finding, the first way, and nothing (1) or all (3)."""
    page = hands.page
    page.locator(".actions kbd", has_text=re.compile("^d$")).wait_for()
    hands.press("d")
    for step, key in (("What you found", "1"), ("How it ends", "1"), ("How much", amount)):
        page.locator("fieldset.here", has_text=step).wait_for()
        hands.press(key)


def decide(hands: Hands, amount: str) -> None:
    """Decide the case that is open, and go on to the next case."""
    page = hands.page
    choose(hands, amount)
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type(WORDS)  # the rationale's own words are not counted
    hands.press("Control+Enter")
    page.get_by_role("heading", name="Is this what you decide?").wait_for()
    hands.press("Control+Shift+Enter")


def test_cases_are_taken_and_decided_by_keyboard(market: Marketplace) -> None:
    """Each case takes at most 15 keys from the queue to the next one, and no pointer is used."""
    desk = make(market, 10 if EVERYTHING else 2)
    who = desk.mediator(name=f"{desk.buyer}-keys")
    page = opened(market, who, of_desk(desk))
    page.evaluate(MICE)
    expect(page.locator("tr[data-key]")).to_have_count(len(desk.cases))
    hands, most = Hands(page), 0
    cases = in_order(market, who, of_desk(desk))
    assert sorted(cases) == sorted(desk.cases)
    hands.press("j")
    for number, case in enumerate(cases):
        before = hands.count
        if number == 0:
            hands.press("t")
        else:
            page.locator(".actions kbd", has_text=re.compile("^t$")).wait_for()
            hands.press("t")
        page.wait_for_url(f"**/disputes/{case}")
        decide(hands, "3" if number % 2 else "1")
        expect(page).not_to_have_url(re.compile(re.escape(case) + "$"))
        most = max(most, hands.count - before)
    print(f"keys from taking a case to the next one: {most} at most")  # noqa: T201 - a figure
    assert most <= KEYS_AT_MOST
    assert page.evaluate("window.mice ?? 0") == 0
    for case in cases:
        found = market.dispute(f"mediator:{who}", case)["decision"]
        assert (who, WORDS) == (found["by"], found["rationale"])


def test_of_two_mediators_one_gets_a_case_and_the_other_is_told(market: Marketplace, desk: Desk) -> None:
    """Two mediators take the same case at the same moment: one has it, the other is told who was faster, and goes on."""
    rounds = 20 if EVERYTHING else 2
    for _ in range(rounds):
        it = desk.claim("Vase", {"reason": "not_received", "description": "It never came."}, delivered=False, promised=-1)
        desk.escalate(it, "It was sent.")
    people = [desk.mediator(name=f"{desk.buyer}-race-{place}") for place in "ab"]
    pages = [opened(market, who, of_desk(desk)) for who in people]
    late: list[float] = []
    told: list[tuple[float, int]] = []
    for page in pages:
        page.on("response", lambda it: _note(told, it))
    queue = f"mediation?tab=unassigned&sort=age&reason=not_received&q={desk.buyer}"
    for _ in range(rounds):
        told.clear()
        # What a page kept is shown first, and may hold cases that are taken: the API says which one waits.
        case = in_order(market, people[0], queue)[0]
        for page in pages:
            page.goto(f"{market.app}{queue}")
            page.locator(f"tr[data-key='{case}'] .row-link").focus()
        for page in pages:
            page.keyboard.press("t")
        winner = _winner(market, case, people)
        loser = pages[1 - people.index(winner)]
        loser.get_by_text(f"{winner} was faster: {case} is taken.").wait_for()
        late.append(time.monotonic() - max(at for at, status in told if status == CONFLICT))
        pages[people.index(winner)].wait_for_url(f"**/disputes/{case}")
        assert sorted(status for _, status in told) == [200, CONFLICT]
        expect(loser.locator("tr[data-key]:focus-within")).to_have_count(1)
        assert loser.locator("tr[data-key]:focus-within").get_attribute("data-key") != case
    print(f"told after {max(late):.2f} s at most, in {rounds} races")  # noqa: T201 - a figure
    assert max(late) <= 1


def test_the_queue_shows_what_others_do_while_it_is_open(market: Marketplace, desk: Desk) -> None:
    """A case that another mediator takes leaves the list of an open page by the live connection, long before it asks again."""
    watching, other = (desk.mediator(name=f"{desk.buyer}-live-{place}") for place in "ab")
    context = market.context(viewport=WIDE)
    line = Line(context)
    path = f"mediation?tab=unassigned&sort=age&q={desk.buyer}"
    page = market.enter(context.new_page(), watching, path)
    damaged(desk)
    case = desk.cases.pop()
    while line.subscriptions < 2:  # to the mediator's own cases, and to the queue
        page.wait_for_timeout(20)
    row = page.locator(f"tr[data-key='{case}']")
    row.wait_for()
    market.api.post(f"mediator:{other}", f"/disputes/{case}/assignment", {})
    row.wait_for(state="detached")


def _note(told: list[tuple[float, int]], it: Response) -> None:
    if it.url.endswith("/assignment"):
        told.append((time.monotonic(), it.status))


def _winner(market: Marketplace, case: str, people: list[str]) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = market.dispute(f"mediator:{people[0]}", case)["mediator_id"]
        if found:
            return str(found)
    raise AssertionError(f"nobody has {case}")


KEPT = """() => new Promise(done => {
  const opened = indexedDB.open('buyer-protection');
  opened.onsuccess = () => {
    const name = opened.result.objectStoreNames[0];
    const all = opened.result.transaction(name).objectStore(name).getAll();
    all.onsuccess = () => done(JSON.stringify(all.result));
  };
})"""


def _kept(page: Page, words: str) -> None:
    """Wait until the browser keeps these words."""
    deadline = time.monotonic() + 30
    while words not in page.evaluate(KEPT):
        assert time.monotonic() < deadline, "the draft is not kept"


def test_what_changes_meanwhile_is_shown_and_nothing_is_sent(market: Marketplace, desk: Desk) -> None:
    """A decision that was begun with an older version of the case is not sent; the change is shown, and then it can be."""
    damaged(desk)
    case, who = desk.cases.pop(), desk.mediator(name=f"{desk.buyer}-late")
    market.api.post(f"mediator:{who}", f"/disputes/{case}/assignment", {})
    page = opened(market, who, f"disputes/{case}")
    hands = Hands(page)
    page.locator(".actions").wait_for()
    choose(hands, "3")
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.type(WORDS)
    _kept(page, WORDS)
    page.reload()
    expect(page.locator("textarea")).to_have_value(WORDS)
    page.locator("h2", has_text="Decide").focus()
    hands.press("Control+Enter")
    page.get_by_role("heading", name="Is this what you decide?").wait_for()
    answer = {"type": "statement", "note": "The seller has written to me."}
    market.api.post(f"buyer:{desk.buyer}", f"/disputes/{case}/evidence", answer)
    hands.press("Control+Enter")
    page.get_by_text("The case has changed meanwhile").wait_for()
    assert market.dispute(f"mediator:{who}", case)["decision"] is None
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_role("button", name="I have seen it").wait_for(state="hidden")
    page.locator("h2", has_text="Decide").focus()
    hands.press("Control+Enter")
    page.get_by_role("heading", name="Is this what you decide?").wait_for()
    hands.press("Control+Enter")
    page.get_by_text("There is nothing for you to do here now.").wait_for()
    assert WORDS == market.dispute(f"mediator:{who}", case)["decision"]["rationale"]


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` plays it")
def test_single_keys_rest_while_somebody_types_and_can_be_switched_off(market: Marketplace, desk: Desk) -> None:
    """A single key does nothing in a field or once they are switched off; `?` lists them all."""
    damaged(desk)
    desk.cases.pop()
    page = opened(market, desk.mediator(name=f"{desk.buyer}-off"), of_desk(desk))
    page.keyboard.press("/")
    page.keyboard.type("j")
    expect(page.locator("tr[data-key]:focus-within")).to_have_count(0)
    page.locator("h1").evaluate("it => it.focus()")
    page.keyboard.press("?")
    sheet = page.locator("dialog[open]")
    for key in ("j", "k", "t", "r"):
        expect(sheet.locator("kbd", has_text=re.compile(f"^{key}$")).first).to_be_visible()
    sheet.get_by_label("Single keys are shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("tr[data-key]:focus-within")).to_have_count(0)


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` plays it")
def test_a_note_is_for_the_staff_alone(market: Marketplace, desk: Desk) -> None:
    """A note is written in a place of its own, and reaches neither party's pages."""
    damaged(desk)
    case, who = desk.cases.pop(), desk.mediator(name=f"{desk.buyer}-noting")
    market.api.post(f"mediator:{who}", f"/disputes/{case}/assignment", {})
    page = opened(market, who, f"disputes/{case}")
    page.locator(".actions").wait_for()
    page.keyboard.press("n")
    page.get_by_text("Neither party ever sees them.").wait_for()
    page.locator("textarea").fill("I doubt the second photo.")
    page.keyboard.press("Control+Enter")
    page.locator("ol.notes", has_text="I doubt the second photo.").wait_for()
    for party in (f"buyer:{desk.buyer}", f"seller:{desk.seller}"):
        said = json.dumps([market.dispute(party, case), market.api.get(party, f"/disputes/{case}/timeline")])
        assert "I doubt" not in said


@pytest.mark.skipif(not EVERYTHING, reason="`make e2e` measures it: another load of the machine is another figure")
def test_ten_thousand_cases_scroll_smoothly(market: Marketplace, desk: Desk) -> None:
    """A list of 10,000 cases scrolls at 50 frames a second or more, and few of its rows are in the document."""
    damaged(desk)
    desk.cases.pop()
    page = opened(market, desk.mediator(name=f"{desk.buyer}-many"), of_desk(desk))
    model = market.api.get(f"mediator:{desk.buyer}-many", f"/mediation/queue?q={desk.buyer}")
    row = model["items"][0]

    def answer(route: Route) -> None:
        items = [row | {"id": f"many-{number}-d1", "order_id": f"many-{number}"} for number in range(10_000)]
        route.fulfill(json=model | {"items": items, "cursor": None})

    page.route("**/app/api/mediation/queue**", answer)
    page.goto(f"{market.app}{of_desk(desk)}&reason=not_received")
    page.locator("tr[data-key='many-0-d1']").wait_for()
    rate = page.evaluate(
        """async () => {
          const began = performance.now(); let frames = 0;
          while (performance.now() - began < 3000) {
            scrollBy(0, 40); frames++;
            await new Promise(requestAnimationFrame);
          }
          return frames / ((performance.now() - began) / 1000);
        }"""
    )
    nodes = page.evaluate("document.querySelectorAll('tr[data-key] *').length")
    print(f"{rate:.0f} frames a second, {nodes} nodes of rows")  # noqa: T201 - a figure
    assert rate >= 50
    assert nodes < 3000

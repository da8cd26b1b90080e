"""The demo's machinery: stories side by side on one clock, and a failure that is reported."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from chalicelib.languages import LANGUAGES
from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api, Reply, UnexpectedAnswerError
from localcloud.demo.cast import BUYERS, SCRIPTS, SELLERS
from localcloud.demo.checks import Check, Checks
from localcloud.demo.market import Market
from localcloud.demo.privacy import personal, verify_logs
from localcloud.demo.report import check_lines, inbox_lines
from localcloud.demo.runner import StoryRunner
from localcloud.demo.story import Script, Story, Sweep, Until
from localcloud.demo.verify import payments_told


class _QuietApi(Api):
    """Answers every call with nothing to do."""

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        del who, method, path, body
        return Reply(200, {"items": [], "offset_seconds": 0})


class _FakeApi(Api):
    """Answers every call with what it was made with, and keeps what was sent."""

    def __init__(self, reply: Reply, published: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__({})
        self._reply, self._published = reply, published
        self.sent: list[tuple[str, Mapping[str, Any]]] = []

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        del who, method
        if body is not None:
            self.sent.append((path, body))
        return self._reply

    def outbox(self, page: str) -> list[dict[str, Any]]:
        del page
        return [dict(entry) for entry in self._published]


def story_with(api: Api) -> Story:
    """A story of the order `a`, whose people use that API."""
    market = Market(api)
    market.clock_moved(0)
    return Story(script("a"), market, Checks(), print, datetime.now(UTC))


class _FakeCloud:
    """Notes what the stage asks of the cloud."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._ahead = 0

    def advance_clock(self, seconds: int) -> dict[str, Any]:
        self._ahead += seconds
        self.done.append(f"day {self._ahead // 86_400}")
        return {"offset_seconds": self._ahead}

    def sweep_now(self) -> None:
        self.done.append("sweep")


def play(*scripts: Script) -> tuple[list[str], Checks]:
    """Play scripts on a fake cloud: what was done in what order, and the checks."""
    cloud, checks, market = _FakeCloud(), Checks(), Market(_QuietApi({}))
    began = market.now()
    stories = [Story(script, market, checks, cloud.done.append, began) for script in scripts]
    StoryRunner(cast("LocalCloud", cloud), market, began).play(stories)
    return cloud.done, checks


def script(name: str, *waits: Until, breaks: Exception | None = None) -> Script:
    """A story that does nothing but wait, and then breaks if it is to."""

    def scenes(it: Story) -> Iterator[Until]:
        for wait in waits:
            yield wait
            it.live(f"{name} at {wait.day:.0f}")
        if breaks:
            raise breaks

    return Script(name, name, "b", "s", "EUR", scenes)


def test_stories_share_one_clock_that_only_moves_forward() -> None:
    """Scenes are played in the order of time, whichever story they belong to, and swept where something expires."""
    done, checks = play(script("a", Until(1), Until(9, Sweep.NOW)), script("b", Until(4)))

    assert ["day 1", "a at 1", "day 4", "b at 4", "day 9", "sweep", "a at 9"] == done
    assert [] == checks.failed


def test_a_story_that_breaks_off_is_told_and_stops_no_other() -> None:
    """An unexpected answer is a failed check; the other stories go on to their ends."""
    done, checks = play(script("a", Until(1), breaks=UnexpectedAnswerError("POST /x: 500")), script("b", Until(4)))

    assert "b at 4" in done
    assert ["a: the story can be played to its end"] == [check.what for check in checks.failed]
    assert "    seen     UnexpectedAnswerError: POST /x: 500" in list(check_lines(checks.made))


def test_the_verdict_lists_what_did_not_come_true() -> None:
    """The verdict shows expected and seen side by side; with nothing wrong it is one line."""
    assert ["All 1 checks came true."] == list(check_lines([Check("sums", 1, 1)]))
    assert ["1 of 2 checks did not come true:", "  sums", "    expected 1", "    seen     2"] == list(
        check_lines([Check("sums", 1, 2), Check("words", "a", "a")])
    )


def test_every_story_has_people_of_its_own() -> None:
    """Messages are told apart by person, so no two stories share one."""
    assert len(SCRIPTS) == len({it.buyer for it in SCRIPTS}) == len({it.order_id for it in SCRIPTS})
    assert [it.seller for it in SCRIPTS] == list(SELLERS)
    assert [it.buyer for it in SCRIPTS] == list(BUYERS)


def test_the_buyers_read_every_language_there_is() -> None:
    """The demo shows each language of the product to somebody, by a clock of their own (N3)."""
    assert set(LANGUAGES) == {language for language, _ in BUYERS.values()}
    assert len(BUYERS) == len({zone for _, zone in BUYERS.values()})


def test_each_inbox_is_printed_for_itself() -> None:
    """A person's messages stand together as they came: title and first lines, of an SMS its text."""
    seen: list[Mapping[str, Any]] = [
        {"person": "seller:s", "at": "2026-01-02T03:04:05Z", "channel": "sms", "subject": "", "body": "Answer now."},
        {"person": "buyer:b", "at": "2026-01-02T03:04:06Z", "channel": "push", "subject": "Claim", "body": "It is opened."},
        {"person": "seller:s", "at": "2026-01-02T03:04:07Z", "channel": "email", "subject": "Ask", "body": "1\n\n2\n\n3"},
    ]
    lines = [
        "  The inbox of buyer:b", "    03:04:06Z  push   Claim", "                      | It is opened.", "",
        "  The inbox of seller:s", "    03:04:05Z  sms    Answer now.", "    03:04:07Z  email  Ask",
        "                      | 1", "                      | 2", "",
    ]  # fmt: skip
    assert lines == list(inbox_lines(seen))


def test_the_bank_declines_one_payment_once() -> None:
    """The payment that the story has the bank decline fails with its reason; others, and the next attempt, settle."""
    api = _FakeApi(Reply(200, {"items": [{"id": "a-p1"}, {"id": "b-p1"}]}))
    market = Market(api)
    market.declined["a"] = "closed"

    assert [2, 2] == [market.pay_out(), market.pay_out()]
    assert ["failed", "settled", "settled", "settled"] == [body["status"] for _, body in api.sent]
    assert {"status": "failed", "failure": "closed"} == api.sent[0][1]


def test_a_refusal_is_told_and_has_to_be_the_expected_one() -> None:
    """The exclusion counts where there is one, else the code; being let through is a failed check."""
    refusals: list[tuple[int, dict[str, Any], tuple[int, str]]] = [
        (409, {"detail": "No.", "code": "not_covered", "exclusion": "changed_mind"}, (409, "changed_mind")),
        (422, {"detail": "No.", "code": "invalid"}, (422, "invalid")),
    ]
    for status, body, why in refusals:
        it = story_with(_FakeApi(Reply(status, body)))
        it.refused("buyer:x", "/y", {}, "tries", why)
        assert ["tries, and is told: No."] == [act.what for act in it.acts]
        assert [] == it.checks.failed

    allowed = story_with(_FakeApi(Reply(201, {"id": "z"})))
    allowed.refused("buyer:x", "/y", {}, "tries", (409, "changed_mind"))
    assert ["a: tries"] == [check.what for check in allowed.checks.failed]


def test_every_attempt_at_a_payment_is_told_under_its_id() -> None:
    """The payments an order's story counts are its own, by instruction and attempt, however often one was delivered."""
    told = [("a", "a-p1", 1), ("a", "a-p1", 2), ("a", "a-p1", 2), ("b", "b-p1", 1)]
    published = [
        {"person": "payments", "attributes": {"order_id": order}, "body": json.dumps({"id": payment, "attempt": attempt})}
        for order, payment, attempt in told
    ]
    api = _FakeApi(Reply(200, {}), [*published, {"person": "marketplace", "attributes": {"order_id": "a"}, "body": ""}])

    assert {("a-p1", 1), ("a-p1", 2)} == payments_told(api, story_with(api))


def test_what_people_say_is_looked_for_in_the_logs() -> None:
    """P1: a text, an address or a number of somebody's that a log holds is told, and so is an order that no log names."""
    body = {"email": "a@mail.example", "lines": [{"title": "a lamp"}], "places": [{"city": "Osaka"}], "amount": {"minor": 5}}
    said = [*personal(body), *personal({"note": "It hums.", "type": "refund"}), *personal(None)]
    checks = Checks()

    verify_logs(["order o-1", "said: It hums. Twice"], said, ["o-1", "o-2"], checks)

    assert ["a@mail.example", "Osaka", "It hums."] == said
    assert [["o-2"], ["It hums."]] == [check.seen for check in checks.made]
    assert [False, False] == [check.holds for check in checks.made]

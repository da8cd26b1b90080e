"""The demo's machinery: stories side by side on one clock, and a failure that is told rather than hidden."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from localcloud.cloud import LocalCloud
from localcloud.demo_api import Api, Reply, UnexpectedAnswerError
from localcloud.demo_cast import SCRIPTS, SELLERS
from localcloud.demo_checks import Check, Checks
from localcloud.demo_market import Market
from localcloud.demo_print import check_lines
from localcloud.demo_stage import Stage
from localcloud.demo_story import Script, Story, Sweep, Until


class _QuietApi(Api):
    """Answers every call with nothing to do."""

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        del who, method, path, body
        return Reply(200, {"items": [], "offset_seconds": 0})


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
    Stage(cast("LocalCloud", cloud), market, began).play(stories)
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
    """What was expected stands beside what was seen; with nothing wrong it is one line."""
    assert ["All 1 checks came true."] == list(check_lines([Check("sums", 1, 1)]))
    assert ["1 of 2 checks did not come true:", "  sums", "    expected 1", "    seen     2"] == list(
        check_lines([Check("sums", 1, 2), Check("words", "a", "a")])
    )


def test_every_story_has_people_of_its_own() -> None:
    """Messages are told apart by person, so no two stories share one."""
    assert len(SCRIPTS) == len({it.buyer for it in SCRIPTS}) == len({it.order_id for it in SCRIPTS})
    assert [it.seller for it in SCRIPTS] == list(SELLERS)

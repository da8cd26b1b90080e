"""Play thirteen stories against the deployed product and check them, for `python -m localcloud demo`."""

import sys
import time

from localcloud import logs
from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api, UnexpectedAnswerError
from localcloud.demo.cast import BUYERS, SCRIPTS, SELLERS
from localcloud.demo.checks import Checks
from localcloud.demo.market import Market
from localcloud.demo.privacy import verify_logs
from localcloud.demo.report import check_lines, story_lines
from localcloud.demo.runner import StoryRunner
from localcloud.demo.story import Story
from localcloud.demo.verify import messages_of, verify
from localcloud.layout import LOCAL
from localcloud.ports import Ports

MAX_LIFE = 900.0
BROKEN_OFF = 130


def main() -> int:
    """Play the stories on a local cloud of their own, on free ports; 0 only if every check came true."""
    try:
        with LocalCloud(LOCAL / "demo", Ports.free(), max_life=MAX_LIFE) as cloud:
            return _play(cloud)
    except KeyboardInterrupt:
        print("broken off", file=sys.stderr)
        return BROKEN_OFF


def _play(cloud: LocalCloud) -> int:
    began = time.monotonic()
    checks = Checks()
    api = Api(cloud.endpoints)
    market = Market(api)
    first_day = market.now()
    stories = [Story(script, market, checks, _live, first_day) for script in SCRIPTS]
    for story in stories:
        market.register_seller(story.script.seller, *SELLERS[story.script.seller])
        market.register_buyer(story.script.buyer, *BUYERS[story.script.buyer])
    runner = StoryRunner(cloud, market, first_day)
    runner.play(stories)
    verify(api, stories, checks)
    verify_logs(logs.lines(cloud), api.said, [story.script.order_id for story in stories], checks)
    for story in stories:
        print("\n".join(_told(api, story)))
    print("\n".join(check_lines(checks.made)))
    waited = f"; the schedule fired by itself after {runner.schedule_took:.0f} s" if runner.schedule_took else ""
    print(f"The stories took {time.monotonic() - began:.0f} s{waited}.")
    return 1 if checks.failed else 0


def _told(api: Api, story: Story) -> list[str]:
    """Return a story as it is printed. One that was broken off may have nothing to read."""
    about = [m for m in messages_of(api) if m["attributes"].get("order_id") == story.script.order_id]
    try:
        return list(story_lines(story, about))
    except UnexpectedAnswerError as error:
        return [f"=== {story.script.title}: {error}", ""]


def _live(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

"""The demo's stories are played through the pages, by three people in browsers of their own; the money is the API's."""

import pytest

from localcloud.demo.cast import SCRIPTS
from localcloud.demo.story import Script
from tests.web.hand import HANDS
from tests.web.people import EVERYTHING, Marketplace
from tests.web.played import play

CORE = {("camera-3", "by keys")}
"""What `make test` plays; `make e2e` plays every story both ways."""
PLAYED = [(script, by) for script in SCRIPTS for by in HANDS if EVERYTHING or (script.order_id, by) in CORE]


@pytest.mark.parametrize(("script", "by"), PLAYED, ids=[f"{script.order_id} {by}" for script, by in PLAYED])
def test_a_story_of_the_demo_ends_through_the_pages_as_through_the_api(market: Marketplace, script: Script, by: str) -> None:
    """Every check of the story comes true; both pages show the ledger's money line by line; by keys the focus is never lost."""
    checks = play(market, script, by)
    assert [] == [(check.what, check.expected, check.seen) for check in checks.failed]

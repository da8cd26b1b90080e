"""Play stories side by side. They share one clock, which only moves forward."""

import heapq
import time
from collections.abc import Callable
from datetime import datetime

from localcloud.cloud import LocalCloud
from localcloud.demo.api import UnexpectedAnswerError
from localcloud.demo.market import Market, days
from localcloud.demo.story import Story, Sweep, Until

SCHEDULE_PATIENCE = 75.0  # the schedule fires every minute; the queue and the stream take a moment more


class StoryRunner:
    """Moves the clock from scene to scene of all stories, and sweeps and pays in between."""

    def __init__(self, cloud: LocalCloud, market: Market, began: datetime) -> None:
        """Count the days from `began`."""
        self._cloud = cloud
        self._market = market
        self._began = began
        self.schedule_took: float | None = None

    def play(self, stories: list[Story]) -> None:
        """Play every story to its end. An unexpected answer ends its story there, with a failed check."""
        scenes = [story.script.play(story) for story in stories]
        waiting = [(0.0, number, Until(0.0)) for number in range(len(stories))]
        while waiting:
            day, number, wake = heapq.heappop(waiting)
            try:
                self._wake(wake, stories[number])
                upcoming = next(scenes[number], None)
            except (UnexpectedAnswerError, LookupError) as error:
                stories[number].expect("the story can be played to its end", "yes", f"{type(error).__name__}: {error}")
                continue
            if upcoming:
                heapq.heappush(waiting, (max(upcoming.day, day), number, upcoming))

    def _wake(self, wake: Until, story: Story) -> None:
        """Move the clock to where a story goes on, sweep what is due by then, and pay what is to be paid."""
        ahead = (self._began + days(wake.day) - self._market.now()).total_seconds()
        if ahead > 0:
            # One more second: the clock shows whole seconds, and the deadline has to be past.
            self._market.clock_moved(self._cloud.advance_clock(int(ahead) + 1)["offset_seconds"])
        if wake.sweep is Sweep.BY_SCHEDULE:
            self._wait_for_schedule(story)
        elif wake.sweep is Sweep.NOW:
            self._cloud.sweep_now()
        self._market.pay_out()

    def _wait_for_schedule(self, story: Story) -> None:
        """Wait until the deployment's schedule fires by itself and ends the story's dispute."""
        story.live(f"        {story.script.order_id}  waiting for the schedule to fire by itself (up to a minute)")
        began = time.monotonic()

        def told() -> bool:
            entries = self._market.api.outbox("systems.json")
            kinds = ((e["attributes"].get("order_id"), e["attributes"].get("event_type")) for e in entries)
            return (story.script.order_id, "dispute_resolved") in kinds

        fired = until(told, SCHEDULE_PATIENCE)
        self.schedule_took = time.monotonic() - began
        story.expect("the schedule fires by itself, and its sweep ends the dispute", expected=True, seen=fired)


def until(holds: Callable[[], bool], patience: float) -> bool:
    """Wait until `holds` is true, and return whether it was in time."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True

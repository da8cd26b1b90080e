"""Plays stories side by side: they share one clock, which only ever moves forward."""

import heapq
import time
from collections.abc import Callable
from datetime import datetime

from localcloud.cloud import LocalCloud
from localcloud.demo_api import UnexpectedAnswerError
from localcloud.demo_market import Market, days
from localcloud.demo_story import Story, Until

SCHEDULE_PATIENCE = 75.0  # the schedule fires every minute; the queue and the stream take a moment more
MESSAGE_PATIENCE = 30.0


class Stage:
    """Moves the clock from one story's next scene to the next, sweeping and paying in between."""

    def __init__(self, cloud: LocalCloud, market: Market, began: datetime) -> None:
        """Count the days from `began`."""
        self._cloud = cloud
        self._market = market
        self._began = began
        self.schedule_took: float | None = None

    def play(self, stories: list[Story]) -> None:
        """Play every story to its end. One that meets an unexpected answer ends there, with a failed check."""
        scenes = [story.script.play(story) for story in stories]
        waiting = [(0.0, number, Until(0.0)) for number in range(len(stories))]
        while waiting:
            day, number, wake = heapq.heappop(waiting)
            try:
                self._wake(wake, stories[number])
                upcoming = next(scenes[number], None)
                self._market.pay_out()
            except UnexpectedAnswerError as error:
                stories[number].expect("the story can be played to its end", "yes", str(error))
                continue
            if upcoming:
                heapq.heappush(waiting, (max(upcoming.day, day), number, upcoming))

    def _wake(self, wake: Until, story: Story) -> None:
        """Move the clock to where a story goes on, and have everything done that is due by then."""
        self._move_to(wake.day)
        if wake.by_schedule:
            self._wait_for_schedule(story)
        elif wake.day:
            self._cloud.sweep_now()
        self._market.pay_out()

    def _move_to(self, day: float) -> None:
        ahead = (self._began + days(day) - self._market.now()).total_seconds()
        if ahead > 0:
            self._cloud.advance_clock(int(ahead) + 1)

    def _wait_for_schedule(self, story: Story) -> None:
        """Nobody calls the sweep: the deployment's schedule has to fire, and end the story's dispute."""
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
    """Wait for something to hold; whether it did in time."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True

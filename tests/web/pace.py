"""A page's own time, which passes as a test says, and its live connection, which a test cuts."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, WebSocketRoute

STEP = 0.5
"""Seconds of the page's time after which what it has asked for is awaited."""


class PageTime:
    """Lets the time of a page pass in steps. A step ends when all that the page has asked for is answered.

    So what is counted in the page's seconds does not depend on how quick this machine is.
    """

    def __init__(self, page: Page) -> None:
        """Stop the clock of a page whose context has one installed."""
        self.page = page
        self._asked = self._answered = 0
        page.on("request", self._ask)
        page.on("requestfinished", self._answer)
        page.on("requestfailed", self._answer)
        page.clock.pause_at(float(page.evaluate("Date.now() / 1000")) + 1)
        self._rest()

    def _ask(self, _: object) -> None:
        self._asked += 1

    def _answer(self, _: object) -> None:
        self._answered += 1

    def _rest(self) -> None:
        before = -1
        while before != self._asked or self._answered < self._asked:
            before = self._asked
            self.page.wait_for_timeout(20)

    def passes(self, seconds: float, until: Callable[[], bool] = lambda: False, step: float = STEP) -> float:
        """Let so many seconds pass, or fewer if `until` becomes true; return how many did."""
        passed = 0.0
        while passed < seconds and not until():
            self.page.clock.run_for(int(step * 1000))
            self._rest()
            passed += step
        return passed


class Line:
    """The live connection of all pages of a context."""

    def __init__(self, context: BrowserContext) -> None:
        """Stand between the pages and the server."""
        self.up = True
        self.subscriptions = 0
        self._open: list[WebSocketRoute] = []
        context.route_web_socket(re.compile("ticket="), self._opened)

    def _opened(self, page: WebSocketRoute) -> None:
        if not self.up:
            page.close()
            return
        server = page.connect_to_server()

        def heard(message: str | bytes) -> None:
            self.subscriptions += "subscribed" in str(message)
            page.send(message)

        server.on_message(heard)
        page.on_message(server.send)
        self._open.append(page)

    def cut(self) -> None:
        """Close what is open, and let nothing be opened."""
        self.up = False
        for page in self._open:
            page.close()
        self._open.clear()

    def mend(self) -> None:
        """Let connections be opened again."""
        self.up = True

"""Keep calling the API while it is upgraded: reads, and commands that are safe to send again."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from localcloud import cognito
from localcloud.demo.market import PLATFORM, Market, Sale, days

SERVER_ERROR = 500
UNAVAILABLE = 503
KILLED = (
    "Worker process died",
    "Worker process exited immediately",
    "Worker returned no response",
    "Broken pipe",
    "'NoneType' object has no attribute 'std",
)
"""The engine's words when it killed a function's process: before the call, at its start, or during it."""
HEALTH = "GET /health"
PATIENCE = 180.0
"""Seconds for one answer: a busy machine is no failure."""
PAUSE_S = 0.1
TRIES = 100
A_MESSAGE_EVERY_S = 4.0
"""The rules let one person write 20 messages a minute, and 500 in one thread (N5)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the API. `code` is the problem's, `wait` its Retry-After; both are empty where there is none."""

    asked: str
    status: int
    code: str
    wait: str
    body: Any
    at: float = field(default_factory=time.monotonic)

    @property
    def documented(self) -> bool:
        """True for an answer that the API's description has: no failure but a 503 that says when to ask again."""
        return self.status < SERVER_ERROR or (self.status == UNAVAILABLE and self.code != "" and self.wait.isdigit())

    @property
    def cut_off(self) -> bool:
        """True for a call in the middle of which the engine killed the function, to update it. AWS lets the call end.

        Every failure of the product has a problem's code, and the engine names a function that does not start.
        """
        return self.status >= SERVER_ERROR and not self.code and any(it in str(self.body) for it in KILLED)


@dataclass(slots=True)
class Caller:
    """A buyer who reads one order and writes in its thread, and the platform, which imports it again and again."""

    endpoints: Mapping[str, Any]
    name: str
    answers: list[Answer] = field(default_factory=list)
    firsts: dict[str, Any] = field(default_factory=dict)
    """By idempotency key, the answer to its first use."""
    changed: list[str] = field(default_factory=list)
    """The keys whose later answer was another."""
    _written: int = 0
    _next_at: float = 0.0

    @property
    def order(self) -> str:
        """The id of the caller's order."""
        return f"calls-{self.name}"

    def prepare(self, market: Market) -> dict[str, Any]:
        """Import the order, open its dispute, and return the import's body."""
        now = market.now()
        sale = Sale(self.order, f"buyer-{self.name}", f"shop-{self.name}", "EUR", [("lamp", 1, 500)], 0, now - days(9), now)
        market.register_seller(sale.seller, "+15125550102", ("Austin", "US"))
        market.import_order(sale)
        return market.body_of(sale)

    def round(self, sale: Mapping[str, Any]) -> None:
        """Make every call once. The commands are the same as in the rounds before, but for a new message now and then."""
        buyer = f"buyer:buyer-{self.name}"
        for path in (f"/orders/{self.order}", "/orders", f"/orders/{self.order}/timeline", f"/orders/{self.order}/messages"):
            self.call(buyer, "GET", path)
        self.call(PLATFORM, "GET", "/health")
        self.call(PLATFORM, "GET", f"/orders/{self.order}/ledger")
        self.call(PLATFORM, "PUT", f"/orders/{self.order}", sale)
        if time.monotonic() >= self._next_at:
            self._written, self._next_at = self._written + 1, time.monotonic() + A_MESSAGE_EVERY_S
        key = f"{self.name}-{self._written}"
        answer = self.call(buyer, "POST", f"/orders/{self.order}/messages", {"text": f"Message {self._written}."}, key)
        if self.firsts.setdefault(key, answer.body) != answer.body:
            self.changed.append(key)

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None) -> Answer:
        """Call as an app does that follows the advice: wait and send the same again, until there is an answer."""
        for _ in range(TRIES):
            answer = self._once(who, method, path, body, key)
            self.answers.append(answer)
            if answer.status < SERVER_ERROR:
                return answer
            time.sleep(PAUSE_S)
        return answer

    def _once(self, who: str, method: str, path: str, body: Mapping[str, Any] | None, key: str | None) -> Answer:
        role, _, subject = who.partition(":")
        headers = {"authorization": f"Bearer {cognito.token(self.endpoints, role, subject)}"}
        headers |= {"content-type": "application/json"} if body is not None else {}
        headers |= {"idempotency-key": key} if key else {}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoints['api']}{path}", method=method, headers=headers, data=data)
        asked = f"{method} {path}"
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return Answer(asked, reply.status, "", "", json.load(reply))
        except urllib.error.HTTPError as error:
            with error:
                content = error.read().decode(errors="replace")
                return Answer(asked, error.code, _code(content), error.headers.get("retry-after", ""), content)
        except OSError as error:
            return Answer(asked, SERVER_ERROR, "no_answer", "", str(error))


def _code(content: str) -> str:
    """Return the code of the problem that an answer describes; empty if it describes none."""
    try:
        problem = json.loads(content)
    except ValueError:
        return ""
    return str(problem.get("code", "")) if isinstance(problem, dict) else ""


class Traffic:
    """`with Traffic(cloud.endpoints, market) as traffic:` has callers call until the block is left."""

    def __init__(self, endpoints: Mapping[str, Any], market: Market, callers: int = 2) -> None:
        """Import the callers' orders. Nobody calls before `with`."""
        self.callers = [Caller(endpoints, str(number)) for number in range(1, callers + 1)]
        self._stop = threading.Event()
        self.failed: list[Exception] = []
        self._threads = [
            threading.Thread(target=self._go_on, args=(caller, caller.prepare(market)), daemon=True) for caller in self.callers
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def answers(self) -> list[Answer]:
        """All answers so far."""
        return [answer for caller in self.callers for answer in list(caller.answers)]

    def _go_on(self, caller: Caller, sale: Mapping[str, Any]) -> None:
        try:
            while not self._stop.wait(PAUSE_S):
                caller.round(sale)
        except Exception as error:  # noqa: BLE001 - told by the checks, since a thread's failure ends nothing
            self.failed.append(error)

"""The API in this process, with test control of all that idempotency depends on: state, real time, faults."""

from __future__ import annotations

import importlib
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api import call
from chalicelib.api.identity import auth
from chalicelib.domain.policy import published
from chalicelib.service.services import Services
from chalicelib.settings import settings
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.lists import Lists
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from tests.api.edge import Api, Clock, Quiet, Reply, no_rates, unaudited
from tests.api.issuer import AUDIENCE, Issuer
from tests.api.samples import ANA
from tests.service.office import EPOCH, NAME, FaultyTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.memory.expressions import Item

ONCE = "once"


@contextmanager
def serving(issuer: Issuer) -> Iterator[object]:
    """Return the real app, which takes that issuer's tokens."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SANDBOX", "SERVES", "OIDC_ROLE_CLAIM"):
            patch.delenv(name, raising=False)
        patch.setenv("TABLE_NAME", NAME)
        patch.setenv("OIDC_ISSUER", issuer.name)
        patch.setenv("OIDC_AUDIENCE", AUDIENCE)
        patch.setenv("OIDC_JWKS_URL", issuer.jwks_url)
        _forget()
        yield importlib.import_module("app").app
    _forget()


def _forget() -> None:
    settings.cache_clear()
    auth.verifier.cache_clear()  # another test may have asked another issuer


@dataclass(frozen=True)
class Ask:
    """A request: by default the buyer adds evidence to the dispute, under the key ``once``.

    ``raw`` is sent unchanged instead of ``body``. With a ``key`` of None no header is sent.
    """

    who: str = ANA
    path: str = "/disputes/o-1-d1/evidence"
    body: Any = field(default_factory=lambda: {"note": "x"})
    key: str | None = ONCE
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass
class Desk:
    """One deployment: the app, its table, the product's clock, and real time in ``epoch``."""

    app: object
    issuer: Issuer
    patch: pytest.MonkeyPatch
    table: FaultyTable = field(default_factory=FaultyTable)
    clock: Clock = field(default_factory=Clock)
    epoch: float = EPOCH

    def __post_init__(self) -> None:
        self.api = Api(self.app, self.table, self.clock, self.issuer, lambda *_: None)
        served = Services(
            cases=Cases(lambda: self.table, NAME, published(), shards=2, compact=True),
            lists=Lists(lambda: self.table, NAME),
            people=People(lambda: self.table, NAME),
            messages=Messages(lambda: self.table, NAME),
            notes=Notes(lambda: self.table, NAME),
            replies=SavedReplies(lambda: self.table, NAME),
            connections=Connections(lambda: self.table, NAME),
            audit=AuditLog(lambda: self.table, NAME),
            tallies=Tallies(lambda: self.table, NAME),
            subscriptions=Quiet(),
            clock=self.clock,
            policies=published(),
            pause=lambda _: None,
            epoch=lambda: self.epoch,
        )
        self.patch.setattr(call, "services", lambda: served)
        self.patch.setattr(call, "rates", no_rates)

    def ask(self, ask: Ask) -> tuple[str, Reply]:
        """Send a request, and return ``new`` for an effect, ``nothing`` for a success without one, or the problem."""
        headers = self.api.headers(ask.who, idempotency_key=ask.key or "") | ask.headers
        if ask.key is None:
            del headers["idempotency-key"]
        elif not ask.key:
            headers["idempotency-key"] = ""
        stored = self.stored()
        raw = json.dumps(ask.body).encode() if ask.raw is None else ask.raw
        reply = self.api.send(ask.method, ask.path, headers, raw)
        changed = stored != self.stored()
        if reply.status < 300:
            return ("new" if changed else "nothing"), reply
        assert not changed, "a request that did not succeed has no effect"
        return f"{reply.status} {reply.problem}", reply

    def stored(self) -> list[Item]:
        """Return everything in the table but the audit, which also holds what was refused."""
        return unaudited(self.table)

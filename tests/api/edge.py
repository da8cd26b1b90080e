"""A client of the API in this process, which checks every answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from chalice.local import LambdaEventConverter, RouteMatcher

from chalicelib.api.identity.rates import Rates
from chalicelib.api.problems import CATALOGUE, CONTENT_TYPE
from chalicelib.api.tracking import aftership, seventeen_track
from chalicelib.service.ports import Subscribed
from tests.api import promised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.store.people import Profile
    from localcloud.memory.table import MemoryTable
    from tests.api.issuer import Issuer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANYONE = ""
"""Who calls without a token."""
SIGNED = "signed:"
"""What goes before the name of a service that signs what it sends."""
HOOK: dict[str, Any] = {
    "url": "https://hooks.market.example/buyer-protection",
    "types": ["dispute_opened", "dispute_resolved"],
    "description": "The order system.",
}
SIGN = {"aftership": aftership, "17track": seventeen_track}


@dataclass
class Clock:
    """Tells the time that a test says it is."""

    at: datetime = NOON

    def now(self) -> datetime:
        """The time now."""
        return self.at

    def epoch(self) -> float:
        """The same, in seconds since 1970."""
        return self.at.timestamp()

    def wait(self, some: timedelta) -> None:
        """Let time pass."""
        self.at += some


@dataclass
class Quiet:
    """Subscribes people to nothing, and remembers it."""

    known: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Remember an address; the topic and the subscription."""
        self.known[role, person_id, channel] = address
        return f"{role}-{person_id}", f"{role}/{person_id}/{channel}"

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Return the remembered subscriptions; nobody has confirmed an email address yet."""
        mine = ((channel, address) for (of, who, channel), address in self.known.items() if (of, who) == (role, person_id))
        return [Subscribed(c, address, None if c == "email" else f"{role}/{person_id}/{c}") for c, address in mine]

    def unsubscribe(self, subscription: str) -> None:
        """Forget a subscription."""
        role, person_id, channel = subscription.split("/")
        self.known.pop((role, person_id, channel), None)

    def forget(self, profile: Profile) -> None:
        """Forget a person's subscriptions."""
        of_person = (profile.role, profile.person_id)
        self.known = {place: it for place, it in self.known.items() if place[:2] != of_person}


@dataclass
class Texts:
    """Remembers the last code that each phone was sent."""

    codes: dict[str, str] = field(default_factory=dict)

    def send_code(self, phone: str, language: str, code: str) -> None:
        """Remember a code."""
        del language
        self.codes[phone] = code


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - a JSON document
        """Return the parsed body."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The code of a problem, after a look at whether it is one as all problems are (RFC 9457)."""
        told = self.json
        assert CONTENT_TYPE == self.headers["content-type"]
        assert {"type", "title", "status", "code", "detail"} <= told.keys()
        kind = CATALOGUE[told["code"]]
        assert (kind.status, kind.status) == (self.status, told["status"])
        assert f"urn:buyer-protection:problem:{told['code']}" == told["type"]
        assert told["detail"].strip()
        return str(told["code"])

    @property
    def refused(self) -> tuple[int, str]:
        """The status and code of a problem that is the caller's to solve."""
        assert 400 <= self.status < 500, (self.status, self.body)
        return self.status, self.problem


@dataclass
class Vault:
    """Keeps secrets, as Secrets Manager does: by name and stage. ``fault`` is what reading them raises, if anything."""

    secrets: dict[tuple[str, str], str] = field(
        default_factory=lambda: {(name, "AWSCURRENT"): f"{name}'s secret" for name in SIGN}
    )
    fault: Exception | None = None
    reads: int = 0

    def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, str]:  # noqa: N803 - AWS spells it so
        """The secret, in that stage."""
        self.reads += 1
        if self.fault:
            raise self.fault
        found = self.secrets.get((SecretId.removeprefix("test/"), VersionStage))
        if found is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}, "GetSecretValue")
        return {"SecretString": found}


@dataclass
class Names:
    """Knows the addresses of hosts. What a test does not name is in the public internet."""

    known: dict[str, list[str]] = field(default_factory=dict)

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host. Raises ``OSError`` for one that a test has taken away."""
        del port
        found = self.known.get(host, ["93.184.216.34"])
        if not found:
            raise OSError(host)
        return found


@dataclass
class Deliveries:
    """The queue of webhooks: endpoint, delivery and delay of each that was put there. ``fault`` is what putting raises."""

    waiting: list[tuple[str, str, int]] = field(default_factory=list)
    fault: Exception | None = None

    def put(self, endpoint_id: str, delivery_id: str, delay_s: int = 0) -> None:
        """Keep it."""
        if self.fault:
            raise self.fault
        self.waiting.append((endpoint_id, delivery_id, delay_s))


@dataclass
class Uncounted:
    """Knows of no other process's calls."""

    def add(self, role: str, person_id: str, minute: int, calls: int) -> int:
        """Forget them."""
        del role, person_id, minute
        return calls


def no_rates() -> Rates:
    """Limits that no test reaches."""
    return Rates(Uncounted(), person=10**9, platform=10**9)


@dataclass
class Api:
    """The API over one table."""

    app: Any
    table: MemoryTable
    clock: Clock
    issuer: Issuer
    upload: Callable[[dict[str, Any], bytes], None]
    """Sends a file by a form that was given out; it has been looked at then."""
    texts: Texts = field(default_factory=Texts)
    keys: Iterator[str] = field(default_factory=lambda: (f"key-{n}" for n in count(1)))
    vault: Vault = field(default_factory=Vault)
    hook: dict[str, Any] = field(default_factory=lambda: HOOK)
    """The webhook endpoint that the stories register."""

    @property
    def stored(self) -> list[dict[str, Any]]:
        """Everything in the table but the audit, which also holds what was refused."""
        return unaudited(self.table)

    def send(
        self, method: str, path: str, headers: dict[str, str], raw: bytes | str = b"", ids: dict[str, str] | None = None
    ) -> Reply:
        """Send just that, with these ids in the path as the gateway hands them over; the answer is one that is promised."""
        routes = RouteMatcher(list(self.app.routes))
        event = LambdaEventConverter(routes, self.app.api.binary_types).create_lambda_event(method, path, headers)
        event["body"] = raw
        event["pathParameters"] |= ids or {}
        answer = self.app(event, None)
        body = answer["body"]
        known = {name.lower(): value for name, value in answer["headers"].items()}
        reply = Reply(answer["statusCode"], known, body if isinstance(body, bytes) else body.encode())
        promised.check(method, event["requestContext"]["resourcePath"], reply)
        assert known.pop("x-request-id"), "every answer can be asked about, each by an id of its own"
        return reply

    def headers(self, who: str, **more: str) -> dict[str, str]:
        """The headers of a good request by ``role:id``, and others; ``idempotency_key`` is a new one by default."""
        known = {"content-type": "application/json", "idempotency-key": more.pop("idempotency_key", "") or next(self.keys)}
        if who and not who.startswith(SIGNED):
            known["authorization"] = f"Bearer {self.issuer.token(who)}"
        return known | {name.replace("_", "-"): value for name, value in more.items()}

    def call(self, who: str, method: str, path: str, body: object = None, **headers: str) -> Reply:
        """A request by ``role:id`` with a JSON body, or none."""
        raw = b"" if body is None else json.dumps(body).encode()
        return self.send(method, path, self.headers(who, **headers) | self.signed(who, raw), raw)

    def signed(self, who: str, raw: bytes) -> dict[str, str]:
        """The signature of a body by a service that signs, as a header."""
        if not who.startswith(SIGNED):
            return {}
        service = who.removeprefix(SIGNED)
        return {SIGN[service].HEADER: SIGN[service].sign(raw, self.vault.secrets[service, "AWSCURRENT"].encode())}

    def done(self, who: str, method: str, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 - JSON
        """Send a request that has to succeed, and return its body."""
        reply = self.call(who, method, path, body, **headers)
        assert reply.status in (200, 201, 202), (method, path, reply.status, reply.body)
        return reply.json


def unaudited(table: MemoryTable) -> list[dict[str, Any]]:
    """Everything in a table but the audit."""
    return [item for item in table.snapshot() if not item["pk"]["S"].startswith("AUDIT#")]


def at(moment: datetime) -> str:
    """A moment on the wire."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

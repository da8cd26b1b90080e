"""Register webhook endpoints, replace their secrets, and show and repeat what was posted to them (N7)."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain import webhooks as rules
from chalicelib.domain.refusals import CONFLICT, LIMIT_REACHED, Refusal
from chalicelib.domain.web_addresses import BadAddress, allowed, destination
from chalicelib.domain.webhooks import Delivery, OffReason, Secret, WebhookEndpoint, endpoint_id
from chalicelib.service import views
from chalicelib.service.errors import Busy, Malformed, NotFound
from chalicelib.service.execute import Request, retry
from chalicelib.service.webhook_envelope import TEST, delivery_of
from chalicelib.store.codec import timestamp
from chalicelib.store.idempotency import Answer, Conflict
from chalicelib.store.webhooks import as_delivery, deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.service.ports import DeliveryQueue, Resolver
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Once
    from chalicelib.store.items import Item
    from chalicelib.store.webhooks import Webhooks

log = logging.getLogger(__name__)

ENDPOINTS_AT_MOST = 20
GRACE = timedelta(minutes=5)
"""The time that the queue has to bring an attempt. The sweep hands over what it has not brought by then."""
CREATED, ACCEPTED = 201, 202


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that webhooks need beside the services.

    ``loopback`` is true only where a sandbox may post to its own machine.
    """

    store: Webhooks
    queue: DeliveryQueue
    resolver: Resolver
    loopback: bool = False
    random: Callable[[int], bytes] = field(default=secrets.token_bytes)

    def new_secret(self) -> str:
        """Return a secret that nobody can guess."""
        return rules.secret_of(self.random(rules.SECRET_BYTES))

    def known(self, endpoint: str) -> WebhookEndpoint:
        """Return an endpoint. Raises ``NotFound``."""
        found = self.store.endpoint(endpoint)
        if found is None:
            raise NotFound
        return found

    def begin(self, it: Delivery, delay_s: int = 0) -> None:
        """Let a delivery's attempt begin. If the queue does not take it, the sweep hands it over some minutes later."""
        try:
            self.queue.put(it.endpoint_id, it.id, delay_s)
        except (BotoCoreError, ClientError):
            log.exception("a webhook waits for the sweep", extra={"endpoint": it.endpoint_id, "message_id": it.id})


def list_endpoints(desk: Desk) -> Json:
    """Return every endpoint, the oldest first."""
    return {"items": [_view(desk, it) for it in desk.store.endpoints()]}


def get_endpoint(desk: Desk, endpoint: str) -> Json:
    """Return one endpoint. Raises ``NotFound``."""
    return _view(desk, desk.known(endpoint))


def register(services: Services, desk: Desk, once: Once, url: str, types: Iterable[str], description: str) -> Answer:
    """Register an endpoint and return it with its secret, which is told here and never again.

    Raises ``Malformed`` for a URL that nothing is sent to, ``Refusal(conflict)`` for one that is registered already, and
    ``Refusal(limit_reached)``.
    """

    def attempt() -> Answer:
        known = desk.store.endpoints()
        if url in [it.url for it in known]:
            raise Refusal(CONFLICT, "This URL is registered already.")
        if len(known) >= ENDPOINTS_AT_MOST:
            message = f"A marketplace has at most {ENDPOINTS_AT_MOST} endpoints. Delete one that is not needed."
            raise Refusal(LIMIT_REACHED, message, limit=ENDPOINTS_AT_MOST)
        _check(desk, url)
        secret = desk.new_secret()
        made = WebhookEndpoint(
            endpoint_id(url), url, tuple(types), description, (Secret(secret),), created_at=services.clock.now()
        )
        answer = _answer(CREATED, _view(desk, made) | {"secret": secret})
        desk.store.save(made, once, answer)
        return answer

    return retry(services, once, attempt)


def replace_endpoint(
    services: Services, desk: Desk, endpoint: str, request: Request, types: Iterable[str], description: str, *, enabled: bool
) -> Json:
    """Replace what an endpoint is posted, and switch it on or off. Raises ``NotFound``, ``VersionMismatch``, ``Busy``.

    One that is switched on begins anew: its failures so far are forgotten.
    """
    before = desk.known(endpoint)
    request.check_version(before.version)
    after = replace(before, types=tuple(types), description=description, version=before.version + 1)
    if enabled:
        after = replace(after, off=None, off_since=None)
    elif not before.off:
        after = replace(after, off=OffReason.ASKED, off_since=services.clock.now())
    try:
        if enabled and before.off:
            health = desk.store.health(endpoint)
            desk.store.save_health(endpoint, rules.Health(version=health.version + 1))
        desk.store.save(after)
    except Conflict:
        raise Busy from None
    return _view(desk, after)


def delete_endpoint(desk: Desk, endpoint: str) -> Json:
    """Delete an endpoint and its secrets, and return what it was. What waits for it is not posted. Raises ``NotFound``."""
    was = desk.known(endpoint)
    shown = _view(desk, was)
    desk.store.delete(endpoint)
    return shown


def rotate_secret(services: Services, desk: Desk, endpoint: str, request: Request, once: Once) -> Answer:
    """Replace an endpoint's secret and return the new one. The old one signs beside it for a day.

    Raises ``NotFound``, ``VersionMismatch``.
    """

    def attempt() -> Answer:
        before, secret = desk.known(endpoint), desk.new_secret()
        request.check_version(before.version)
        after = before.rotated(secret, services.clock.now())
        answer = _answer(CREATED, _view(desk, after) | {"secret": secret})
        desk.store.save(after, once, answer)
        return answer

    return retry(services, once, attempt)


def list_deliveries(services: Services, desk: Desk, endpoint: str, limit: int, cursor: str | None) -> Json:
    """Return a page of the deliveries to an endpoint, newest first. Raises ``NotFound``."""
    desk.known(endpoint)

    def show(found: Item) -> Json:
        return delivery_view(as_delivery(found))

    items, more = services.lists.read(deliveries(endpoint), limit, cursor, show)
    return {"items": items, "cursor": more}


def post_test(services: Services, desk: Desk, endpoint: str, once: Once) -> Answer:
    """Post a test to an endpoint, whatever types it chose; 202 with its delivery. Tests within one second are one test."""
    now = services.clock.now()
    message = msgspec.json.encode({"endpoint_id": endpoint}).decode()
    made = delivery_of(endpoint, f"{TEST} {timestamp(now)}", TEST, now, message, now)

    def attempt() -> Answer:
        _check_on(desk.known(endpoint))
        known = desk.store.delivery(endpoint, made.id)
        return _begun(services, desk, replace(known, version=known.version + 1) if known else made, once)

    return retry(services, once, attempt)


def redeliver(services: Services, desk: Desk, endpoint: str, delivery: str, once: Once) -> Answer:
    """Post a delivery again, with all its attempts and under its old id; 202 with it. Raises ``NotFound``, ``Refusal``."""

    def attempt() -> Answer:
        target, known = desk.known(endpoint), desk.store.delivery(endpoint, delivery)
        if known is None:
            raise NotFound
        _check_on(target)
        return _begun(services, desk, known.again(services.clock.now()), once)

    return retry(services, once, attempt)


def _begun(services: Services, desk: Desk, it: Delivery, once: Once) -> Answer:
    answer = _answer(ACCEPTED, delivery_view(it))
    desk.store.save_delivery(it, services.clock.now() + GRACE, once, answer)
    desk.begin(it)
    return answer


def _check(desk: Desk, url: str) -> None:
    """Raise ``Malformed`` unless ``url`` may be posted to. What its name leads to is checked again at each attempt."""
    try:
        to = destination(url, loopback=desk.loopback)
        allowed(to, desk.resolver.addresses(to.host, to.port))
    except BadAddress as refused:
        raise Malformed(str(refused), "url") from None
    except OSError:
        raise Malformed("The name of this host is not found.", "url") from None


def _check_on(it: WebhookEndpoint) -> None:
    if it.off:
        raise Refusal(CONFLICT, "This endpoint is switched off. Switch it on first.")


def _answer(status: int, body: Any) -> Answer:  # noqa: ANN401 - JSON
    return Answer(status, msgspec.json.encode(body).decode())


def _view(desk: Desk, it: WebhookEndpoint) -> Json:
    """Return an endpoint as its owner sees it: everything but the secrets."""
    health = desk.store.health(it.id)
    return {
        "id": it.id,
        "url": it.url,
        "types": list(it.types),
        "description": it.description,
        "enabled": it.off is None,
        "off_reason": it.off.value if it.off else None,
        "off_since": views.time(it.off_since),
        "created_at": views.time(it.created_at),
        "old_secret_signs_until": views.time(next((old.until for old in it.secrets if old.until), None)),
        "failing_since": views.time(health.failing_since),
        "failed_attempts": health.failed,
        "version": it.version,
    }


def delivery_view(it: Delivery) -> Json:
    """Return a delivery without its content."""
    return {
        "id": it.id,
        "endpoint_id": it.endpoint_id,
        "type": it.type,
        "event": it.event,
        "status": it.status.value,
        "attempts": it.attempts,
        "created_at": views.time(it.created_at),
        "attempted_at": views.time(it.attempted_at),
        "next_attempt_at": views.time(it.next_at),
        "last_status": it.last_status,
        "last_error": it.last_error,
    }

"""Webhook endpoints over HTTP, for the systems of the marketplace that keep orders (N7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.parameters import PAGE
from chalicelib.api.routing import Resource, route
from chalicelib.bootstrap import webhooks
from chalicelib.domain import refusals as r
from chalicelib.domain.people import Role
from chalicelib.service import webhooks as service
from chalicelib.service.views import Json
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from chalicelib.api.models import Nothing
    from chalicelib.api.webhook_endpoints import answers
    from chalicelib.api.webhook_endpoints.requests import NewWebhookEndpoint, WebhookEndpointSettings
else:
    Nothing = Later("chalicelib.api.models", "Nothing")
    NewWebhookEndpoint = Later("chalicelib.api.webhook_endpoints.requests", "NewWebhookEndpoint")
    WebhookEndpointSettings = Later("chalicelib.api.webhook_endpoints.requests", "WebhookEndpointSettings")
    answers = Lazily("chalicelib.api.webhook_endpoints.answers")

blueprint = Resource(__name__, "webhook endpoints")

WRITERS, READERS = (Role.PLATFORM,), (Role.PLATFORM, Role.OPERATOR)
ORDERS = (Scope.ORDERS,)
ENDPOINT = "/webhook-endpoints/{endpoint_id}"


@route(
    blueprint,
    "GET",
    "/webhook-endpoints",
    roles=READERS,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.WebhookEndpoints,
)
def list_endpoints(call: Call) -> Json:
    """List every webhook endpoint, the oldest first."""
    del call
    return service.list_endpoints(webhooks())


@route(
    blueprint,
    "POST",
    "/webhook-endpoints",
    roles=WRITERS,
    scopes=ORDERS,
    audit=Audited.COMMAND,
    body=NewWebhookEndpoint,
    status=201,
    answers=lambda: answers.RegisteredWebhookEndpoint,
    refuses=(r.CONFLICT, r.LIMIT_REACHED),
    versioned=False,
)
def register_endpoint(call: Call) -> Answer:
    """Register a webhook endpoint and get its secret, which is told only here."""
    new: NewWebhookEndpoint = call.body
    return service.register(call.services, webhooks(), call.expect_once(), new.url, new.types, new.description)


@route(
    blueprint,
    "GET",
    ENDPOINT,
    roles=READERS,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.WebhookEndpoint,
)
def get_endpoint(call: Call, endpoint_id: str) -> Json:
    """Show a webhook endpoint: whether it is on, and since when it fails."""
    del call
    return service.get_endpoint(webhooks(), endpoint_id)


@route(
    blueprint,
    "PUT",
    ENDPOINT,
    roles=WRITERS,
    scopes=ORDERS,
    audit=Audited.BEFORE,
    body=WebhookEndpointSettings,
    answers=lambda: answers.WebhookEndpoint,
    versioned=True,
)
def put_endpoint(call: Call, endpoint_id: str) -> Json:
    """Choose what a webhook endpoint is posted, and switch it on or off."""
    wanted: WebhookEndpointSettings = call.body
    return service.replace_endpoint(
        call.services, webhooks(), endpoint_id, call.request, wanted.types, wanted.description, enabled=wanted.enabled
    )


@route(
    blueprint,
    "DELETE",
    ENDPOINT,
    roles=WRITERS,
    scopes=ORDERS,
    audit=Audited.BEFORE,
    answers=lambda: answers.WebhookEndpoint,
    versioned=False,
)
def delete_endpoint(call: Call, endpoint_id: str) -> Json:
    """Delete a webhook endpoint and its secret; what waits for it is not posted."""
    del call
    return service.delete_endpoint(webhooks(), endpoint_id)


@route(
    blueprint,
    "POST",
    f"{ENDPOINT}/secret",
    roles=WRITERS,
    scopes=ORDERS,
    audit=Audited.COMMAND,
    body=Nothing,
    status=201,
    answers=lambda: answers.RegisteredWebhookEndpoint,
    versioned=True,
)
def rotate_endpoint_secret(call: Call, endpoint_id: str) -> Answer:
    """Replace a webhook endpoint's secret; the old one signs beside it for 24 hours."""
    return service.rotate_secret(call.services, webhooks(), endpoint_id, call.request, call.expect_once())


@route(
    blueprint,
    "GET",
    f"{ENDPOINT}/deliveries",
    roles=READERS,
    scopes=ORDERS,
    audit=Audited.READ,
    answers=lambda: answers.WebhookDeliveryPage,
    query=PAGE,
)
def list_deliveries(call: Call, endpoint_id: str) -> Json:
    """List what was posted to a webhook endpoint or waits for it, newest first."""
    return service.list_deliveries(call.services, webhooks(), endpoint_id, call.limit, call.cursor)


@route(
    blueprint,
    "POST",
    f"{ENDPOINT}/deliveries/{{delivery_id}}/redelivery",
    roles=READERS,
    scopes=ORDERS,
    audit=Audited.COMMAND,
    body=Nothing,
    status=202,
    answers=lambda: answers.WebhookDelivery,
    refuses=(r.CONFLICT,),
    versioned=False,
)
def redeliver(call: Call, endpoint_id: str, delivery_id: str) -> Answer:
    """Post a webhook again, under its old id and with all its attempts."""
    return service.redeliver(call.services, webhooks(), endpoint_id, delivery_id, call.expect_once())


@route(
    blueprint,
    "POST",
    f"{ENDPOINT}/test",
    roles=WRITERS,
    scopes=ORDERS,
    audit=Audited.COMMAND,
    body=Nothing,
    status=202,
    answers=lambda: answers.WebhookDelivery,
    refuses=(r.CONFLICT,),
    versioned=False,
)
def post_test(call: Call, endpoint_id: str) -> Answer:
    """Post a test to a webhook endpoint, whatever types of events it chose."""
    return service.post_test(call.services, webhooks(), endpoint_id, call.expect_once())

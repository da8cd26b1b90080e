"""The shapes of webhook endpoints and deliveries as callers see them (N7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import Count, Cursor, Given, Time, Version, growing
from chalicelib.domain.webhooks import DeliveryStatus, OffReason
from chalicelib.notify.webhooks.delivering import ENDPOINT_OFF
from chalicelib.notify.webhooks.posting import ERRORS
from chalicelib.service.webhook_envelope import TEST, TYPES


class WebhookEndpoint(Given):
    """A webhook endpoint, without its secret."""

    id: str
    url: str
    types: Annotated[list[Annotated[str, *growing(TYPES, "A type of event.")]], Field(description="None for all.")]
    description: str
    enabled: bool
    off_reason: Annotated[OffReason | None, Field(description="Why it is off; null while it is on.")]
    off_since: Time | None
    created_at: Time
    old_secret_signs_until: Annotated[Time | None, Field(description="Until when the replaced secret signs as well.")]
    failing_since: Annotated[Time | None, Field(description="When the first attempt failed since one succeeded.")]
    failed_attempts: Annotated[Count, Field(description="The attempts that failed since one succeeded.")]
    version: Version


class RegisteredWebhookEndpoint(WebhookEndpoint):
    """A webhook endpoint with its secret, which is told in this answer only. Keep it."""

    secret: Annotated[str, Field(description="whsec_ and the key in base64, as libraries of Standard Webhooks take it.")]


class WebhookEndpoints(Given):
    """Every webhook endpoint, the oldest first. There are at most 20."""

    items: list[WebhookEndpoint]


class WebhookDelivery(Given):
    """One event on its way to one endpoint."""

    id: Annotated[str, Field(description="The header webhook-id of every attempt.")]
    endpoint_id: str
    type: Annotated[str, *growing((*TYPES, TEST), "The type in the body.")]
    event: Annotated[str, Field(description="The event's id, as the events topic has it.")]
    status: DeliveryStatus
    attempts: Count
    created_at: Time
    attempted_at: Annotated[Time | None, Field(description="When the last attempt began.")]
    next_attempt_at: Annotated[Time | None, Field(description="When the next attempt may begin; null if none is made.")]
    last_status: Annotated[int | None, Field(description="The HTTP status of the last answer; null if there was none.")]
    last_error: Annotated[
        Annotated[str, *growing((*dict.fromkeys(ERRORS.values()), ENDPOINT_OFF), "A word that says what failed.")] | None,
        Field(description="Why the last attempt got no answer, or why none is made."),
    ]


class WebhookDeliveryPage(Given):
    """A page of an endpoint's deliveries, newest first. Each is kept for 30 days after its last attempt."""

    items: list[WebhookDelivery]
    cursor: Cursor

"""What anyone may ask: whether the service is up, and how it is spoken to."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.api.endpoint import route
from chalicelib.service.views import Json

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/health", roles=())
def health() -> Json:
    """Say that the service is up."""
    return {"status": "ok"}


@route(blueprint, "GET", "/openapi.json", roles=())
def openapi() -> Json:
    """Describe this API as OpenAPI 3.1."""
    from chalicelib.api.openapi import description  # noqa: PLC0415 - built only when somebody asks

    return description()

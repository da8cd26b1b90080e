"""The routes that need no token: the health check and the description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Response

from chalicelib.api.lazily import Lazily
from chalicelib.api.routing import Resource, route
from chalicelib.logs import RELEASE
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.description import answers
else:
    answers = Lazily("chalicelib.api.description.answers")

blueprint = Resource(__name__, "meta")


@route(blueprint, "GET", "/health", answers=lambda: answers.Health)
def health() -> Json:
    """Say that the service is up, and which build runs."""
    return {"status": "ok", "release": RELEASE}


@route(blueprint, "GET", "/openapi.json", answers=lambda: answers.Description)
def openapi() -> Json:
    """Describe this API as OpenAPI 3.1."""
    from chalicelib.api.description.openapi import description  # noqa: PLC0415 - built only when somebody asks

    return description()


@route(blueprint, "GET", "/docs", answers=None)
def docs() -> Response:
    """Show this API's description as a page to read."""
    from chalicelib.api.description.docs_page import page  # noqa: PLC0415 - built only when somebody asks

    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=300",
    }
    return Response(body=page(), status_code=200, headers=headers)

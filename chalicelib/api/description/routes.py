"""The routes that need no token: the health check and the description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Response

from chalicelib.api import caching
from chalicelib.api.lazily import Lazily
from chalicelib.api.routing import Resource, route
from chalicelib.logs import RELEASE
from chalicelib.service.errors import NotFound
from chalicelib.service.views import Json
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.api.description import answers
else:
    answers = Lazily("chalicelib.api.description.answers")

blueprint = Resource(__name__, "meta")


@route(blueprint, "GET", "/health", answers=lambda: answers.Health)
def health() -> Json:
    """Say that the service is up, and which build runs."""
    return {"status": "ok", "release": RELEASE}


def _shown() -> None:
    """Raise ``NotFound`` where this deployment does not show its description."""
    if not settings().api_docs:
        raise NotFound


@route(blueprint, "GET", "/openapi.json", answers=lambda: answers.Description, refuses=(NotFound.code,), public=True)
def openapi() -> Json:
    """Describe this API as OpenAPI 3.1."""
    _shown()
    from chalicelib.api.description.openapi import description  # noqa: PLC0415 - built only when somebody asks

    return description()


@route(blueprint, "GET", "/docs", answers=None, refuses=(NotFound.code,), public=True)
def docs() -> Response:
    """Show this API's description as a page to read."""
    _shown()
    from chalicelib.api.description.docs_page import page  # noqa: PLC0415 - built only when somebody asks

    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "Cache-Control": caching.PUBLIC,
    }
    return Response(body=page(), status_code=200, headers=headers)

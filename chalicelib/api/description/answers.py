"""The shapes of the answers that need no token: the health check and the description."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from chalicelib.api.answers import Given


class Health(Given):
    """The service is up."""

    status: Literal["ok"]


class Description(BaseModel):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]

"""The shapes of the answers that need no token: the health check and the description."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from chalicelib.api.answers import Given


class Health(Given):
    """The service is up."""

    status: Literal["ok"]
    release: str = Field(description="The build that runs, as `git describe` named it when it was packaged.")


class Description(BaseModel):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]

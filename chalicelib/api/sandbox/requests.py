"""The body of a request to a sandbox's clock."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.models import Model

_YEAR_S = 366 * 24 * 3600


class AdvanceClock(Model):
    """The seconds to move the clock forward."""

    advance_seconds: Annotated[int, Field(ge=0, le=_YEAR_S)]

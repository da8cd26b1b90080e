"""A sandbox's clock over HTTP. These routes exist only where the stage says SANDBOX=true."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.endpoint import Call, Resource, route
from chalicelib.api.models import Model
from chalicelib.bootstrap import sandbox_clock
from chalicelib.domain.people import Role
from chalicelib.service.views import Json
from chalicelib.store.codec import timestamp

blueprint = Resource(__name__, "sandbox")
_YEAR_S = 366 * 24 * 3600


class AdvanceClock(Model):
    """How far to move the clock: forward only."""

    advance_seconds: Annotated[int, Field(ge=0, le=_YEAR_S)]


@route(blueprint, "GET", "/sandbox/clock", roles=(Role.PLATFORM,))
def get_clock(_: Call) -> Json:
    """Show the sandbox's time."""
    clock = sandbox_clock()
    return {"now": timestamp(clock.now()), "offset_seconds": clock.offset()}


@route(blueprint, "POST", "/sandbox/clock", roles=(Role.PLATFORM,), body=AdvanceClock)
def advance_clock(call: Call) -> Json:
    """Move the sandbox's time forward."""
    clock = sandbox_clock()
    clock.advance(call.body.advance_seconds, call.expect_once().digest)
    return {"now": timestamp(clock.now()), "offset_seconds": clock.offset()}

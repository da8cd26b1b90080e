"""A sandbox's clock over HTTP. These routes exist only where the stage says SANDBOX=true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.routing import Resource, route
from chalicelib.bootstrap import sandbox_clock
from chalicelib.domain.people import Role
from chalicelib.service.views import Json
from chalicelib.store.codec import timestamp

if TYPE_CHECKING:
    from chalicelib.api.sandbox import answers
    from chalicelib.api.sandbox.requests import AdvanceClock
else:
    AdvanceClock = Later("chalicelib.api.sandbox.requests", "AdvanceClock")
    answers = Lazily("chalicelib.api.sandbox.answers")

blueprint = Resource(__name__, "sandbox")


@route(
    blueprint,
    "GET",
    "/sandbox/clock",
    roles=(Role.PLATFORM,),
    scopes=tuple(Scope),
    audit=Audited.READ,
    answers=lambda: answers.ClockNow,
)
def get_clock(_: Call) -> Json:
    """Show the sandbox's time."""
    clock = sandbox_clock()
    return {"now": timestamp(clock.now()), "offset_seconds": clock.offset()}


@route(
    blueprint,
    "POST",
    "/sandbox/clock",
    roles=(Role.PLATFORM,),
    scopes=tuple(Scope),
    audit=Audited.BEFORE,
    body=AdvanceClock,
    answers=lambda: answers.ClockNow,
    versioned=False,
)
def advance_clock(call: Call) -> Json:
    """Move the sandbox's time forward."""
    clock = sandbox_clock()
    clock.advance(call.body.advance_seconds, call.expect_once().digest)
    return {"now": timestamp(clock.now()), "offset_seconds": clock.offset()}

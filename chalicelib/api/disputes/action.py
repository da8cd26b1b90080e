"""Declares the actions in a dispute, so that all of them behave alike over HTTP (D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.api.endpoint import AUDITED_ROLES, Audited
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import Response
    from pydantic import BaseModel

    from chalicelib.api.disputes import answers
    from chalicelib.api.models import Nothing
    from chalicelib.domain.people import Role
else:
    Nothing = Later("chalicelib.api.models", "Nothing")
    answers = Lazily("chalicelib.api.disputes.answers")


def action(
    blueprint: Resource,
    path: str,
    *,
    method: str = "POST",
    roles: tuple[Role, ...],
    leads: bool = False,
    body: type[BaseModel] | None = Nothing,
    refuses: tuple[str, ...] = REFUSED,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Declare the route of an action: a versioned call that answers with the dispute afterwards; see ``route``."""
    return route(
        blueprint,
        method,
        path,
        roles=roles,
        leads=leads,
        audit=None if set(AUDITED_ROLES).isdisjoint(roles) else Audited.COMMAND,
        body=body,
        answers=lambda: answers.Dispute,
        refuses=refuses,
        versioned=True,
    )

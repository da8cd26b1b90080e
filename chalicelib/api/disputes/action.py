"""Declares the actions in a dispute, so that all of them behave alike over HTTP (D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.api.lazily import Lazily
from chalicelib.api.models import Nothing
from chalicelib.api.routing import Resource, route
from chalicelib.api.standing import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalice.app import Response
    from pydantic import BaseModel

    from chalicelib.api.disputes import answers
    from chalicelib.domain.people import Role
else:
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
        body=body,
        answers=lambda: answers.Dispute,
        refuses=refuses,
        versioned=True,
    )

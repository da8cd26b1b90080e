"""Read and write the saved replies of mediators: those that all share, which leads keep, and each one's own (D4)."""

from __future__ import annotations

import json
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.service.errors import Forbidden, VersionMismatch
from chalicelib.store.idempotency import Conflict
from chalicelib.store.replies import Replies, SavedText

if TYPE_CHECKING:
    from chalicelib.domain.people import Actor
    from chalicelib.service.execute import Request
    from chalicelib.service.services import Services
    from chalicelib.service.views import Json

VARIABLES = ("order", "dispute", "item", "amount", "due")
"""The names that a reply may have in braces. The app that inserts it puts the facts of the case in their place."""


class Whose(StrEnum):
    """The set of replies that is written."""

    OWN = "own"
    SHARED = "shared"


@lru_cache(maxsize=1)
def starters() -> tuple[SavedText, ...]:
    """Return the replies that all share until a lead saves others: a new mediator has some in every language."""
    known = json.loads(Path(__file__).with_name("starter_replies.json").read_text(encoding="utf-8"))
    return tuple(SavedText(it["name"], it["texts"]) for it in known)


def _shared(services: Services) -> Replies:
    found = services.replies.of(None)
    return found if found.version else replace(found, items=starters())


def get_replies(services: Services, actor: Actor) -> Json:
    """Return the replies that all share, and the caller's own."""
    return {
        "shared": _view(_shared(services)),
        "own": _view(services.replies.of(actor.id)),
        "variables": list(VARIABLES),
    }


def put_replies(services: Services, whose: Whose, request: Request, given: tuple[SavedText, ...]) -> Json:
    """Replace the caller's own replies or, for a lead, those of all. Raises ``Forbidden``, ``VersionMismatch``."""
    actor = request.actor
    if whose is Whose.SHARED and not actor.lead:
        raise Forbidden
    before = services.replies.of(None if whose is Whose.SHARED else actor.id)
    request.check_version(before.version)
    after = replace(before, items=given, version=before.version + 1)
    try:
        services.replies.save(after)
    except Conflict:
        raise VersionMismatch(services.replies.of(before.mediator).version) from None
    return _view(after)


def _view(it: Replies) -> Json:
    return {"items": [{"name": reply.name, "texts": reply.texts} for reply in it.items], "version": it.version}

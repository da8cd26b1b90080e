"""All blueprints onto the app, and the answers that Chalice itself gives turned into problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api import chat, disputes, mediation, messages, meta, orders, payments, people, privacy, webhooks
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalice.app import Chalice


def register(app: Chalice) -> None:
    """Declare every route of this stage on ``app``; a sandbox has its clock's as well."""
    for resource in (orders, disputes, messages, chat, mediation, payments, people, privacy, webhooks, meta):
        app.register_blueprint(resource.blueprint)
    if settings().sandbox:
        from chalicelib.api import sandbox  # noqa: PLC0415 - it cannot be reached in production

        app.register_blueprint(sandbox.blueprint)

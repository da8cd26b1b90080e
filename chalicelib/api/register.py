"""Registers all blueprints on the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.audit import routes as audit
from chalicelib.api.batches import routes as batches
from chalicelib.api.description import routes as description
from chalicelib.api.disputes import mediation
from chalicelib.api.disputes import routes as disputes
from chalicelib.api.evidence import routes as evidence
from chalicelib.api.live import routes as live
from chalicelib.api.messages import routes as messages
from chalicelib.api.operations import routes as operations
from chalicelib.api.orders import routes as orders
from chalicelib.api.payments import routes as payments
from chalicelib.api.people import erasure
from chalicelib.api.people import routes as people
from chalicelib.api.signals import routes as signals
from chalicelib.api.statistics import routes as statistics
from chalicelib.api.tracking import routes as tracking
from chalicelib.api.webhook_endpoints import routes as endpoints
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalice.app import Chalice


def register(app: Chalice) -> None:
    """Declare every route of this stage on ``app``; a sandbox has its clock's as well."""
    described = (
        orders,
        batches,
        disputes,
        evidence,
        messages,
        live,
        mediation,
        payments,
        people,
        erasure,
        tracking,
        audit,
        statistics,
        operations,
        signals,
        endpoints,
        description,
    )
    for resource in described:
        app.register_blueprint(resource.blueprint)
    if settings().sandbox:
        from chalicelib.api.sandbox import routes as sandbox  # noqa: PLC0415 - it cannot be reached in production

        app.register_blueprint(sandbox.blueprint)

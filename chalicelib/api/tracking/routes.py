"""The webhooks of tracking services, whose records of parcels are taken in as carrier events (O4-O6)."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.api.call import Call
from chalicelib.api.endpoint import Audited
from chalicelib.api.lazily import Later, Lazily
from chalicelib.api.problems import Problem
from chalicelib.api.routing import Resource, route
from chalicelib.api.tracking import headers
from chalicelib.api.tracking.signatures import signed_by
from chalicelib.api.tracking.tracking_update import Dropped
from chalicelib.metrics import measured
from chalicelib.service.errors import Busy
from chalicelib.service.orders import CarrierEvent, record_events
from chalicelib.service.views import Json

if TYPE_CHECKING:
    from chalicelib.api.tracking.tracking_update import TrackingUpdate

if TYPE_CHECKING:
    from chalicelib.api.orders import answers
    from chalicelib.api.tracking import aftership, seventeen_track
    from chalicelib.api.tracking.aftership import AfterShipWebhook
    from chalicelib.api.tracking.seventeen_track import SeventeenTrackWebhook
else:
    aftership = Lazily("chalicelib.api.tracking.aftership")
    seventeen_track = Lazily("chalicelib.api.tracking.seventeen_track")
    AfterShipWebhook = Later("chalicelib.api.tracking.aftership", "AfterShipWebhook")
    SeventeenTrackWebhook = Later("chalicelib.api.tracking.seventeen_track", "SeventeenTrackWebhook")
    answers = Lazily("chalicelib.api.orders.answers")

log = logging.getLogger(__name__)
blueprint = Resource(__name__, "webhooks")

AGE_AT_MOST = timedelta(days=4)
"""Longer than a service tries to deliver a webhook (AfterShip: 68 hours). An older one was sent again by somebody else."""

AFTERSHIP = signed_by("aftership", headers.AFTERSHIP, lambda *signed: aftership.sign(*signed))  # noqa: PLW0108 - imported then
SEVENTEEN_TRACK = signed_by("17track", headers.SEVENTEEN_TRACK, lambda *signed: seventeen_track.sign(*signed))  # noqa: PLW0108 - as above


@route(
    blueprint,
    "POST",
    "/webhooks/aftership",
    signature=AFTERSHIP,
    audit=Audited.BEFORE,
    body=AfterShipWebhook,
    answers=lambda: answers.WebhookResults,
    refuses=("unknown_carrier",),
)
def aftership_webhook(call: Call) -> Json:
    """Take in what AfterShip tells of a parcel."""
    return _taken_in(call, call.body.update())


@route(
    blueprint,
    "POST",
    "/webhooks/17track",
    signature=SEVENTEEN_TRACK,
    audit=Audited.BEFORE,
    body=SeventeenTrackWebhook,
    answers=lambda: answers.WebhookResults,
    refuses=("unknown_carrier",),
)
def seventeen_track_webhook(call: Call) -> Json:
    """Take in what 17TRACK tells of a parcel."""
    return _taken_in(call, call.body.update())


def _taken_in(call: Call, update: TrackingUpdate | None) -> Json:
    """Return the result of each record, oldest first, and what was left out (O6).

    The same webhook again changes nothing: its records are duplicates.

    Raises ``Busy`` if a record could not be taken in now; then the service sends all of them again.
    """
    if update is None:
        return _told([], Counter({Dropped.OTHER_EVENT: 1}))
    now = datetime.fromtimestamp(call.services.epoch(), UTC)  # a sandbox's moved clock makes no signature older
    if update.sent_at and update.sent_at < now - AGE_AT_MOST:
        raise Problem("signature_expired", headers={"WWW-Authenticate": "Signature"})
    if update.carrier is None:
        log.warning("a webhook left out: unknown_carrier", extra=_dropped("unknown_carrier", 1))
        raise Problem("unknown_carrier", carrier=update.named)
    parcel = (update.carrier, update.tracking_number)
    events = [CarrierEvent(*parcel, it.occurred_at, it.status, update.destination, it.exact, it.words) for it in update.records]
    results = record_events(call.services, call.actor, events)
    if any(result["status"] == Busy.code for result in results):
        raise Busy
    return _told(results, update.dropped)


def _told(results: list[Json], dropped: Counter[Dropped]) -> Json:
    """Return the results, and how many records were left out, by reason; the log says it too."""
    reasons = [{"reason": reason.value, "count": dropped[reason]} for reason in Dropped if dropped[reason]]
    refused = Counter(result["status"] for result in results if result["status"] not in ("recorded", "duplicate"))
    left_out = {reason.value: dropped[reason] for reason in Dropped if dropped[reason]} | dict(sorted(refused.items()))
    for reason, count in left_out.items():
        log.warning("records of a webhook left out: %s %s", reason, count, extra=_dropped(reason, count))
    return {"results": results, "dropped": reasons}


def _dropped(reason: str, count: int) -> Json:
    return {"reason": reason, **measured({"Reason": reason}, WebhookRecordsDropped=count)}

"""The dispute on AWS Lambda Powertools' resolver and pynamodb, over the same local DynamoDB as ours.

Simplified: the caller is believed, without a token; the only rules are whose turn it is and which offer is accepted; there are
no money, policy, carriers, audit, messages or languages. One transaction writes the dispute at its version, the event and the
answer under its key. A sparse index holds the deadlines.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import zlib
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from bodies import Claim, Offer
from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite
from story import Answer, Step, measured, told

REGION, HOST = "eu-west-1", os.environ["AWS_ENDPOINT_URL"]
DAYS, KEPT_S = 3 * 86_400, 48 * 3600
app = APIGatewayRestResolver()
connection = Connection(region=REGION, host=HOST)


class Due(GlobalSecondaryIndex["Item"]):
    """The disputes by deadline."""

    class Meta:
        index_name, projection, billing_mode = "due", KeysOnlyProjection(), "PAY_PER_REQUEST"

    shard = UnicodeAttribute(hash_key=True)
    deadline = NumberAttribute(range_key=True)


class Item(Model):
    """A dispute, an event of it, or a kept answer."""

    class Meta:
        table_name, region, host, billing_mode = "powertools", REGION, HOST, "PAY_PER_REQUEST"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(null=True)
    shard = UnicodeAttribute(null=True)
    deadline = NumberAttribute(null=True)
    data = JSONAttribute(null=True)
    fingerprint = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    due = Due()


def commit(before: Item | None, dispute_id: str, state: dict[str, Any], kind: str) -> Response[str]:
    """Write the dispute, its event and the answer in one transaction; or return the first answer to this key."""
    event, now = app.current_event, int(time.time())
    fingerprint = hashlib.sha256(f"{event.path} {event.body}".encode()).hexdigest()
    key = f"ANSWER#{event.headers['X-Caller']}#{event.headers['Idempotency-Key']}"
    seq = int(before.version or 0) + 1 if before else 1
    view = {"id": dispute_id, "version": seq, "deadline": now + DAYS, **state}
    answered = Item(key, "ANSWER", fingerprint=fingerprint, data=view, expires_at=now + KEPT_S)
    told_of = Item(dispute_id, f"EVENT#{seq:06d}", data={"type": kind, "by": event.headers["X-Caller"], "at": now, **state})
    put = Item(
        dispute_id, "STATE", version=seq, shard=str(zlib.crc32(dispute_id.encode()) % 8), deadline=now + DAYS, data=state
    )
    try:
        with TransactWrite(connection=connection) as write:
            write.save(put, condition=(Item.version == before.version) if before else Item.pk.does_not_exist())
            write.save(told_of, condition=Item.pk.does_not_exist())
            write.save(answered, condition=Item.pk.does_not_exist())
    except TransactWriteError as error:
        first = Item.get(key, "ANSWER", consistent_read=True)
        if first.fingerprint != fingerprint:
            raise BadRequestError("this key was used for another request") from error
        view = first.data
    return Response(201, "application/json", json.dumps(view))


@app.post("/orders/<order_id>/disputes")
def open_dispute(order_id: str) -> Response[str]:
    """Open a dispute."""
    claim = Claim.model_validate_json(app.current_event.body or "")
    return commit(None, f"{order_id}-d1", {"stage": "open", "claim": claim.model_dump(), "offers": [claim.reason]}, "opened")


@app.post("/disputes/<dispute_id>/proposals")
def propose(dispute_id: str) -> Response[str]:
    """Make an offer or a counter-offer."""
    offer = Offer.model_validate_json(app.current_event.body or "")
    before = Item.get(dispute_id, "STATE", consistent_read=True)
    by = app.current_event.headers["X-Caller"]
    state = {**before.data, "stage": "negotiating", "offers": [*before.data["offers"], {"by": by, **offer.model_dump()}]}
    return commit(before, dispute_id, state, "proposed")


@app.post("/disputes/<dispute_id>/proposals/<number>/accept")
def accept(dispute_id: str, number: str) -> Response[str]:
    """Accept the last offer."""
    before = Item.get(dispute_id, "STATE", consistent_read=True)
    if int(number) != len(before.data["offers"]):
        raise BadRequestError("that offer is no longer on the table")
    return commit(before, dispute_id, {**before.data, "stage": "resolved"}, "accepted")


def prepared(step: Step, key: str) -> Any:
    """Return a call of the function."""
    event = step.event(key)

    def call() -> Answer:
        answer = app.resolve(event, None)
        return answer["statusCode"], answer["body"]

    return call


def stored() -> int:
    """Return the bytes of all items: names and values."""
    return sum(len(str(n)) + len(str(next(iter(v.values())))) for it in Item.scan() for n, v in it.serialize().items())


if __name__ == "__main__":
    Item.create_table(wait=True)
    told(measured(prepared, stored, int(sys.argv[1])))

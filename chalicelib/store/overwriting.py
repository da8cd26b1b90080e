"""Overwrite a person's words in events, which are otherwise never written twice (P2, ADR 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.domain.dispute import Dispute
from chalicelib.domain.personal_data import without_words
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item, text
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.unknown import rewritten

if TYPE_CHECKING:
    from chalicelib.domain.events import Event
    from chalicelib.domain.people import Role

Put = dict[str, Any]


def overwritten_event_put(table: str, stored: Item, event: Event, person: Role) -> Put | None:
    """Return the write that removes the words of ``person`` from a stored event; None where it holds none.

    ``edits`` counts the overwritings and is their lock: words of the other party that were removed meanwhile must not come
    back. An overwritten event is no news, so it loses the mark by which the stream publishes it.
    """
    changes = {"data": rewritten(text(stored, "data"), event.payload, without_words(event.payload, person, event.actor.role))}
    if "dispute" in stored:
        changes["dispute"] = dump(without_words(stored_value(stored, Dispute, "dispute"), person))
    if all(text(stored, name) == value for name, value in changes.items()):
        return None
    edits = int(stored.get("edits", {"N": "0"})["N"])
    kept = {name: value for name, value in stored.items() if name != "publish"}
    put: Put = {"TableName": table, "Item": stamped(kept | item(**changes) | item(edits=edits + 1))}
    if not edits:
        return put | {"ConditionExpression": "attribute_not_exists(edits)"}
    return put | {"ConditionExpression": "edits = :seen", "ExpressionAttributeValues": {":seen": {"N": str(edits)}}}


def overwrite(client: Any, put: Put) -> None:  # noqa: ANN401 - a botocore client
    """Carry out the write. Raises ``Conflict`` when another process overwrote the event first."""
    try:
        client.put_item(**put)
    except client.exceptions.ConditionalCheckFailedException as error:
        raise Conflict from error

"""Write everything that one command changed in one transaction, or nothing of it (I11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.domain import events as e
from chalicelib.domain.ledger import PaymentInstruction
from chalicelib.store import items, keys
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Conflict, Once
from chalicelib.store.packing import compact
from chalicelib.store.schema import stamped

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes

ANSWERS_KEPT_S = 48 * 3600
"""Seconds for which a request's first answer is replayed (I5)."""

NEW = "attribute_not_exists(pk)"
UNCHANGED = "v = :seen"
_NEW_OR_EXPIRED = "attribute_not_exists(pk) OR expires_at < :now"


@dataclass(frozen=True, slots=True)
class Place:
    """The table to write to, and whether long JSON is packed in it."""

    table: str
    compact: bool = False

    def form(self, item: items.Item) -> items.Item:
        """Return an item in the form in which it is written."""
        return compact(item) if self.compact else item


def put(table: str, item: items.Item, condition: str = "", **values: int) -> dict[str, Any]:
    """Return one action of a transaction: write an item, under a condition that names ``values``."""
    action: dict[str, Any] = {"TableName": table, "Item": stamped(item)}
    if condition:
        action["ConditionExpression"] = condition
        action["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values:
        action["ExpressionAttributeValues"] = {f":{name}": {"N": str(value)} for name, value in values.items()}
    return {"Put": action}


def answer_put(place: Place | str, once: Once, answer: Answer, now_s: int) -> dict[str, Any]:
    """Return the write of an answer's record, which succeeds once while the record is kept.

    ``now_s`` is real time, by which records expire. ``place`` is the table or, where long answers may be packed, its ``Place``.
    """
    place = Place(place) if isinstance(place, str) else place
    record = items.item(
        pk=keys.answer_pk(once.digest),
        sk=keys.ANSWER_SK,
        fingerprint=once.fingerprint,
        status=answer.status,
        body=answer.body,
        expires_at=now_s + ANSWERS_KEPT_S,
    )
    return put(place.table, place.form(record), _NEW_OR_EXPIRED, now=now_s)


def case_puts(place: Place, before: Case | None, changes: Changes, shards: int) -> list[dict[str, Any]]:
    """Return the writes of everything that a command changed.

    The order comes first. Its condition carries the version of the whole case that was read, so that of two commands on one
    case at one moment only one passes. Everything else is new, and its condition says so.
    """
    case, table = changes.case, place.table
    lock = {"condition": UNCHANGED, "seen": items.version_of(before)} if before else {"condition": NEW}
    puts = [put(table, place.form(items.order_item(case, shards)), **lock)]
    changed = (dispute for dispute in case.disputes if before is None or dispute not in before.disputes)
    puts += [put(table, place.form(item)) for dispute in changed for item in items.dispute_items(case, dispute)]
    puts += [put(table, place.form(event), NEW) for event in items.event_items(changes)]
    entries = (e.ledger_entry(event.payload) for event in changes.events)
    puts += [put(table, items.ledger_item(case, entry), NEW) for entry in entries if entry]
    return puts + [put(table, items.payment_item(case, *numbered)) for numbered in _instructions(before, case)]


def _instructions(before: Case | None, case: Case) -> list[tuple[int, PaymentInstruction]]:
    known = before.order.instructions if before else ()
    return [(n, i) for n, i in enumerate(case.order.instructions, 1) if i not in known]


def write(client: Any, puts: list[dict[str, Any]], once: Once | None) -> None:  # noqa: ANN401 - a botocore client
    """Write all of ``puts`` and what the request writes besides in one transaction, the answer's record last if there is one.

    Raises ``AlreadyAnswered`` when that record exists, and ``Conflict`` when another condition failed or another transaction is
    under way. A retry after a lost reply is safe: the conditions refuse a second application.
    """
    try:
        client.transact_write_items(TransactItems=[*once.also, *puts] if once else puts)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "TransactionInProgressException":
            raise Conflict from error
        if code != "TransactionCanceledException":
            raise
        reasons: Any = error.response.get("CancellationReasons", [])
        if once and reasons and reasons[-1].get("Code") == "ConditionalCheckFailed":
            raise answered(reasons[-1].get("Item", {})) from error
        if {r.get("Code") for r in reasons} <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
            raise Conflict from error
        raise


def answered(record: items.Item) -> AlreadyAnswered:
    """Return the answer that a record keeps."""
    answer = Answer(int(record["status"]["N"]), items.text(record, "body"))
    return AlreadyAnswered(answer, record["fingerprint"]["S"])

"""Make the items of the table from domain values, as DynamoDB takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.domain.deadlines import next_due
from chalicelib.domain.dispute import Dispute, Status
from chalicelib.domain.events import ORDER
from chalicelib.domain.personal_data import as_told, outline
from chalicelib.domain.settlement import return_country
from chalicelib.domain.stages import status_of
from chalicelib.store import keys
from chalicelib.store.codec import dump, timestamp
from chalicelib.store.facts import facts_of
from chalicelib.store.packing import content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes, Step
    from chalicelib.domain.ledger import LedgerEntry, PaymentInstruction

Item = dict[str, Any]

OUTLINE = "outline"
"""The attribute that marks a dispute's item as the outline of a closed one."""


def item(**attributes: str | int) -> Item:
    """Return a low-level item of strings and numbers."""
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in attributes.items()}


def place_of(stored: Mapping[str, Any]) -> tuple[str, str]:
    """Return the partition key and the sort key of a stored item or of its key."""
    return text(stored, "pk"), text(stored, "sk")


def version_of(case: Case | None) -> int:
    """Return how many events a case has had. The lock of the case counts them."""
    return 0 if case is None else case.order.version + sum(dispute.version for dispute in case.disputes)


def order_item(case: Case, shards: int) -> Item:
    """Return an order's state, with its places in the lists and the case's next deadline."""
    terms = case.order.terms
    sort = keys.newest_first(terms.paid_at, terms.order_id)
    attributes: dict[str, str | int] = {
        "pk": keys.order_pk(terms.order_id),
        "sk": keys.ORDER_SK,
        "v": version_of(case),
        "data": dump(case.order),
        "buyer_pk": keys.list_pk(keys.ORDERS_LIST, terms.buyer_id),
        "buyer_sk": sort,
        "seller_pk": keys.list_pk(keys.ORDERS_LIST, terms.seller_id),
        "seller_sk": sort,
    }
    due = next_due(case)
    if due:
        attributes["due_pk"] = keys.due_pk(keys.shard_of(terms.order_id, shards))
        attributes["due_sk"] = keys.newest_first(due.at, terms.order_id)
    return item(**attributes)


def dispute_items(case: Case, dispute: Dispute) -> list[Item]:
    """Return a dispute's state, with its places in the lists; a closed one as its outline, and whole in an item apart.

    So reading a case does not cost more the more was said in disputes that are over.
    """
    if dispute.open:
        return [_dispute_item(case, dispute)]
    place = keys.order_pk(case.order.terms.order_id), keys.closed_sk(dispute.number)
    whole = item(pk=place[0], sk=place[1], data=dump(dispute))
    return [_dispute_item(case, outline(dispute)) | item(**{OUTLINE: 1}), whole]


def _dispute_item(case: Case, dispute: Dispute) -> Item:
    terms = case.order.terms
    sort = keys.newest_first(dispute.opened_at, dispute.id)
    # Open ones have a list of their own: what waits for a seller is found without reading all that is over.
    kind = keys.DISPUTES_LIST if dispute.open else keys.CLOSED_LIST
    attributes: dict[str, str | int] = {
        "pk": keys.order_pk(terms.order_id),
        "sk": keys.dispute_sk(dispute.number),
        "data": dump(dispute),
        "buyer_pk": keys.list_pk(kind, terms.buyer_id),
        "buyer_sk": sort,
        "seller_pk": keys.list_pk(kind, terms.seller_id),
        "seller_sk": sort,
    }
    if dispute.escalated_at:
        waiting = status_of(dispute) is Status.UNDER_REVIEW
        attributes["work_pk"] = keys.MEDIATION_OPEN if waiting else keys.MEDIATION_CLOSED
        place = keys.newest_first(dispute.escalated_at, dispute.id)
        attributes["work_sk"] = keys.with_facts(place, facts_of(case, dispute).text)
    return item(**attributes)


def event_items(changes: Changes) -> list[Item]:
    """Return the events of one command, or of deadlines that passed."""
    ends = {(step.event.at, step.event.actor): step.after for step in changes.steps}
    return [_event_item(step, ends[step.event.at, step.event.actor]) for step in changes.steps]


def _event_item(step: Step, end: Case) -> Item:
    """Return one event, with what its readers need to know of the case.

    ``end`` is the case after the last event that the same actor caused at the same moment. It does not depend on how many
    deadlines one transaction catches up with, because nobody acts twice at one moment (D9).
    """
    event, terms = step.event, step.after.order.terms
    attributes: dict[str, str | int] = {
        "pk": keys.order_pk(terms.order_id),
        "sk": keys.event_sk(event.stream, event.seq),
        "stream": event.stream,
        "seq": event.seq,
        "at": timestamp(event.at),
        "actor_role": event.actor.role.value,
        "actor_id": event.actor.id,
        "type": event.payload.type,
        "data": dump(event.payload),
        "publish": "event",
        "order_id": terms.order_id,
        "buyer_id": terms.buyer_id,
        "seller_id": terms.seller_id,
        "currency": terms.currency,
    }
    if event.stream != ORDER:
        now = step.after.dispute(event.stream)
        attributes |= {
            "dispute_id": now.id,
            "dispute": dump(as_told(now, event.payload)),
            "stage_after": end.dispute(event.stream).stage.value,
        }
        country = return_country(step.after, now)
        if country:
            attributes["return_country"] = country
        if step.before and len(step.before.disputes) >= event.stream:
            attributes["status_before"] = status_of(step.before.dispute(event.stream)).value
    return item(**attributes)


def ledger_item(case: Case, entry: LedgerEntry) -> Item:
    """Return one ledger entry."""
    order_id = case.order.terms.order_id
    return item(pk=keys.order_pk(order_id), sk=keys.ledger_sk(entry.number), data=dump(entry))


def payment_item(case: Case, number: int, instruction: PaymentInstruction) -> Item:
    """Return a payment instruction, listed by its status."""
    return item(
        pk=keys.order_pk(case.order.terms.order_id),
        sk=keys.payment_sk(number),
        data=dump(instruction),
        work_pk=keys.work_payments(instruction.status.value),
        work_sk=keys.newest_first(instruction.issued_at, instruction.id),
    )


def text(stored: Mapping[str, Any], name: str) -> str:
    """Return the string attribute ``name`` of a stored item, packed or not; an empty string where it has none."""
    return content(stored[name]) if name in stored else ""

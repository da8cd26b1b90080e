"""The rights of every role on every route and owner, cell by cell, written from the specification's tables.

A row is an operation. For each role that the specification gives it to, it says how far an order's story has to have come
for this role to do it to what is its own, what that answers, and how what is another's answers. A role without an entry is
forbidden (403), nobody at all is asked for a token (401), and what does not exist is not found (404), exactly like what is
another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain.people import Role
from tests.api.samples import DECISION, OFFER, Stop

BUYER, SELLER, MEDIATOR, PLATFORM = Role.BUYER, Role.SELLER, Role.MEDIATOR, Role.PLATFORM
OK, CREATED, ACCEPTED, NOT_FOUND, CONFLICT = 200, 201, 202, 404, 409


@dataclass(frozen=True, slots=True)
class May:
    """A role's rights. ``body`` and ``ids`` replace the sample's; ``others`` is None where nothing is another's."""

    stop: Stop
    answers: int = OK
    others: int | None = NOT_FOUND
    missing: int = NOT_FOUND
    body: Any = None
    ids: tuple[tuple[str, str], ...] = ()
    query: str = ""


ALL = None
"""The marketplace sees every order: nothing is another's to it."""

RIGHTS: dict[str, dict[Role, May]] = {
    # orders
    "import_order": {PLATFORM: May(Stop.NOWHERE, CREATED, ALL, missing=CREATED)},
    "add_shipment": {PLATFORM: May(Stop.SOLD, CREATED, ALL), SELLER: May(Stop.SOLD, CREATED)},
    "record_carrier_events": {PLATFORM: May(Stop.DELIVERED, OK, ALL)},
    "list_orders": {BUYER: May(Stop.SOLD), SELLER: May(Stop.SOLD), PLATFORM: May(Stop.SOLD, others=ALL, query="buyer_id=ana")},
    "get_order": {BUYER: May(Stop.SOLD), SELLER: May(Stop.SOLD), PLATFORM: May(Stop.SOLD, others=ALL)},
    "get_protection": {BUYER: May(Stop.SOLD), SELLER: May(Stop.SOLD), PLATFORM: May(Stop.SOLD, others=ALL)},
    "get_ledger": {BUYER: May(Stop.PAYING), SELLER: May(Stop.PAYING), PLATFORM: May(Stop.PAYING, others=ALL)},
    "get_order_timeline": {BUYER: May(Stop.PAYING), SELLER: May(Stop.PAYING), PLATFORM: May(Stop.PAYING, others=ALL)},
    "confirm_receipt": {BUYER: May(Stop.SOLD)},
    "extend": {SELLER: May(Stop.SOLD)},
    # disputes: their parties, and mediators from the escalation on
    "open_dispute": {BUYER: May(Stop.DELIVERED, CREATED)},
    "list_disputes": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.DISPUTED), MEDIATOR: May(Stop.ESCALATED)},
    "get_dispute": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.DISPUTED), MEDIATOR: May(Stop.ESCALATED)},
    "get_timeline": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.DISPUTED), MEDIATOR: May(Stop.ESCALATED)},
    "propose": {BUYER: May(Stop.NEGOTIATING), SELLER: May(Stop.DISPUTED), MEDIATOR: May(Stop.ASSIGNED, body=OFFER)},
    "accept": {BUYER: May(Stop.NEGOTIATING, body={}, ids=(("proposal_id", "2"),)), SELLER: May(Stop.DISPUTED)},
    "decline": {BUYER: May(Stop.NEGOTIATING, body={}), SELLER: May(Stop.DISPUTED)},
    "escalate": {BUYER: May(Stop.NEGOTIATING), SELLER: May(Stop.NEGOTIATING)},
    "withdraw": {BUYER: May(Stop.DISPUTED)},
    "add_evidence": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.DISPUTED)},
    "request_upload": {BUYER: May(Stop.DISPUTED, CREATED), SELLER: May(Stop.DISPUTED, CREATED)},
    "list_evidence": {BUYER: May(Stop.SHOWN), SELLER: May(Stop.SHOWN), MEDIATOR: May(Stop.ESCALATED)},
    "grant_time": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.NEGOTIATING)},
    "appeal": {BUYER: May(Stop.DECIDED), SELLER: May(Stop.DECIDED)},
    "accept_decision": {BUYER: May(Stop.DECIDED), SELLER: May(Stop.DECIDED)},
    "ship_return": {BUYER: May(Stop.AWAITING_RETURN)},
    "acknowledge_return": {SELLER: May(Stop.RETURN_IN_TRANSIT)},
    # the thread: the order's parties, and the mediator who has taken its dispute
    "list_messages": {BUYER: May(Stop.TALKED), SELLER: May(Stop.TALKED), MEDIATOR: May(Stop.ASSIGNED)},
    "write_message": {
        BUYER: May(Stop.SOLD, CREATED),
        SELLER: May(Stop.SOLD, CREATED),
        MEDIATOR: May(Stop.ASSIGNED, CREATED),
    },
    "request_attachment": {
        BUYER: May(Stop.SOLD, CREATED),
        SELLER: May(Stop.SOLD, CREATED),
        MEDIATOR: May(Stop.ASSIGNED, CREATED),
    },
    "list_attachments": {BUYER: May(Stop.TALKED), SELLER: May(Stop.TALKED), MEDIATOR: May(Stop.ASSIGNED)},
    "mark_read": {BUYER: May(Stop.TALKED), SELLER: May(Stop.TALKED), MEDIATOR: May(Stop.ASSIGNED)},
    "open_ticket": {role: May(Stop.NOWHERE, CREATED) for role in (BUYER, SELLER, MEDIATOR)},
    # mediation
    "mediation_queue": {MEDIATOR: May(Stop.ESCALATED)},
    "assign": {MEDIATOR: May(Stop.ESCALATED)},
    "request_information": {MEDIATOR: May(Stop.ASSIGNED)},
    "decide": {MEDIATOR: May(Stop.ASSIGNED, body=DECISION)},
    # people and payments
    "put_seller_contacts": {SELLER: May(Stop.NOWHERE), PLATFORM: May(Stop.NOWHERE, OK, ALL, missing=OK)},
    "get_seller_contacts": {SELLER: May(Stop.REACHED), PLATFORM: May(Stop.REACHED, OK, ALL, missing=OK)},
    "get_buyer_contacts": {BUYER: May(Stop.REACHED), PLATFORM: May(Stop.REACHED, OK, ALL, missing=OK)},
    "register_seller_device": {SELLER: May(Stop.NOWHERE, CREATED), PLATFORM: May(Stop.NOWHERE, CREATED, ALL, missing=CREATED)},
    "register_buyer_device": {BUYER: May(Stop.NOWHERE, CREATED), PLATFORM: May(Stop.NOWHERE, CREATED, ALL, missing=CREATED)},
    "remove_seller_device": {SELLER: May(Stop.REACHED), PLATFORM: May(Stop.REACHED, OK, ALL)},
    "remove_buyer_device": {BUYER: May(Stop.REACHED), PLATFORM: May(Stop.REACHED, OK, ALL)},
    "put_buyer_contacts": {BUYER: May(Stop.NOWHERE), PLATFORM: May(Stop.NOWHERE, OK, ALL, missing=OK)},
    "erase_buyer": {BUYER: May(Stop.NOWHERE, ACCEPTED), PLATFORM: May(Stop.NOWHERE, ACCEPTED, ALL, missing=ACCEPTED)},
    "erase_seller": {SELLER: May(Stop.NOWHERE, ACCEPTED), PLATFORM: May(Stop.NOWHERE, ACCEPTED, ALL, missing=ACCEPTED)},
    "get_buyer_erasure": {BUYER: May(Stop.FORGETTING), PLATFORM: May(Stop.FORGETTING, others=ALL)},
    "get_seller_erasure": {SELLER: May(Stop.FORGETTING), PLATFORM: May(Stop.FORGETTING, others=ALL)},
    "list_payment_instructions": {PLATFORM: May(Stop.PAYING, OK, ALL, query="status=pending")},
    "report_result": {PLATFORM: May(Stop.PAYING, OK, ALL)},
}

ANYONE = frozenset({"health", "openapi", "docs"})
"""Operations that ask for no token."""

FOR_THE_PLATFORM = frozenset({"get_ledger", "get_order_timeline", "list_payment_instructions"})
"""Operations that tell the marketplace, and nobody else, what the payment system says of a payment."""

TO_ANOTHER_MEDIATOR: dict[str, tuple[int, str]] = {
    # every mediator sees what has been escalated
    "get_dispute": (OK, ""),
    "get_timeline": (OK, ""),
    "list_evidence": (OK, ""),
    # the case has its mediator, and only that one acts in it
    "assign": (CONFLICT, "wrong_state"),
    "propose": (CONFLICT, "wrong_party"),
    "request_information": (CONFLICT, "wrong_party"),
    "decide": (CONFLICT, "wrong_party"),
    # the thread is for who has taken the case
    "list_messages": (NOT_FOUND, "not_found"),
    "write_message": (NOT_FOUND, "not_found"),
    "request_attachment": (NOT_FOUND, "not_found"),
    "list_attachments": (NOT_FOUND, "not_found"),
    "mark_read": (NOT_FOUND, "not_found"),
}
"""The answer to a mediator about a case that another one has taken: the status and the problem's code."""

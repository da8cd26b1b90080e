"""The rights of every role on every route and owner, cell by cell, written from the specification's tables.

A row is an operation, a column is a kind of token: a role, a lead among mediators, or a system with one scope. For each column
that the specification gives the operation to, the cell says how far an order's story has to have come to do it to what is its
own, what that answers, and how what is another's answers. A column without an entry is forbidden (403), nobody at all is asked
for a token (401), and what does not exist is not found (404), exactly like what is another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api.samples import DECISION, OFFER, VERIFIED_CONTACTS, Stop

BUYER, SELLER, MEDIATOR, LEAD, OPERATOR = "buyer", "seller", "mediator", "lead", "operator"
ORDERS, TRACKING, PAYMENTS, PEOPLE = "platform/orders", "platform/tracking", "platform/payments", "platform/people"
COLUMNS = (BUYER, SELLER, MEDIATOR, LEAD, OPERATOR, ORDERS, TRACKING, PAYMENTS, PEOPLE)
OK, CREATED, ACCEPTED, NOT_FOUND, CONFLICT, INVALID = 200, 201, 202, 404, 409, 422


@dataclass(frozen=True, slots=True)
class May:
    """A column's rights. ``body`` and ``ids`` replace the sample's; ``others`` is None where nothing is another's."""

    stop: Stop
    answers: int = OK
    others: int | None = NOT_FOUND
    missing: int = NOT_FOUND
    body: Any = None
    ids: tuple[tuple[str, str], ...] = ()
    query: str = ""


ALL = None
"""The marketplace and its operators see every order: nothing is another's to them."""
NOT_THEIRS = May(Stop.ASSIGNED, NOT_FOUND)
"""A case that another mediator has, whose thread a lead is not in."""


def both(may: May) -> dict[str, May]:
    """What the marketplace's order systems and its operators may alike."""
    return {ORDERS: may, OPERATOR: may}


_GONE = (("buyer_id", "gone"), ("seller_id", "gone"))
_AT_ONCE = May(Stop.NOWHERE, ACCEPTED, ALL, missing=ACCEPTED, ids=_GONE)
"""The marketplace's erasure begins at once, so it is of somebody whom no other cell asks about."""

OF_OPERATIONS = (
    *("get_operations", "list_all_disputes", "list_due", "list_held", "list_erasures", "list_undelivered", "send_again"),
)

RIGHTS: dict[str, dict[str, May]] = {
    # orders: section 7's first rows
    "import_order": {ORDERS: May(Stop.NOWHERE, CREATED, ALL, missing=CREATED)},
    "import_orders": {ORDERS: May(Stop.NOWHERE, OK, ALL)},
    "add_shipment": {ORDERS: May(Stop.SOLD, CREATED, ALL), SELLER: May(Stop.SOLD, CREATED)},
    "record_carrier_events": {TRACKING: May(Stop.DELIVERED, OK, ALL)},
    "list_orders": {BUYER: May(Stop.SOLD), SELLER: May(Stop.SOLD), **both(May(Stop.SOLD, others=ALL, query="buyer_id=ana"))},
    "get_order": {
        BUYER: May(Stop.SOLD),
        SELLER: May(Stop.SOLD),
        **both(May(Stop.SOLD, others=ALL)),
        MEDIATOR: May(Stop.ASSIGNED),
        LEAD: May(Stop.ESCALATED),
    },
    "get_protection": {BUYER: May(Stop.SOLD), SELLER: May(Stop.SOLD), **both(May(Stop.SOLD, others=ALL))},
    "list_policies": {who: May(Stop.NOWHERE) for who in (BUYER, SELLER, MEDIATOR, LEAD, OPERATOR, ORDERS)},
    "get_ledger": {
        BUYER: May(Stop.PAYING),
        SELLER: May(Stop.PAYING),
        **both(May(Stop.PAYING, others=ALL)),
        PAYMENTS: May(Stop.PAYING, others=ALL),
    },
    "get_order_timeline": {
        BUYER: May(Stop.PAYING),
        SELLER: May(Stop.PAYING),
        **both(May(Stop.PAYING, others=ALL)),
        MEDIATOR: May(Stop.ASSIGNED),
        LEAD: May(Stop.ESCALATED),
    },
    "take_back_shipment": {SELLER: May(Stop.SHIPPED), ORDERS: May(Stop.SHIPPED, OK, ALL)},
    "confirm_receipt": {BUYER: May(Stop.SOLD)},
    "extend": {SELLER: May(Stop.SOLD)},
    "answer_extension": {BUYER: May(Stop.ASKED)},
    "put_external_dispute": {PAYMENTS: May(Stop.SOLD, OK, ALL)},
    # disputes: their parties, and mediators from the escalation on
    "open_dispute": {BUYER: May(Stop.DELIVERED, CREATED)},
    "list_disputes": {
        BUYER: May(Stop.DISPUTED),
        SELLER: May(Stop.DISPUTED),
        MEDIATOR: May(Stop.ESCALATED),
        LEAD: May(Stop.ESCALATED),
        **both(May(Stop.DISPUTED, others=ALL, query="seller_id=acme")),
    },
    "get_dispute": {
        BUYER: May(Stop.DISPUTED),
        SELLER: May(Stop.DISPUTED),
        MEDIATOR: May(Stop.ESCALATED),
        LEAD: May(Stop.ESCALATED),
        **both(May(Stop.DISPUTED, others=ALL)),
    },
    "get_timeline": {
        BUYER: May(Stop.DISPUTED),
        SELLER: May(Stop.DISPUTED),
        MEDIATOR: May(Stop.ASSIGNED),
        LEAD: May(Stop.ESCALATED),
        **both(May(Stop.DISPUTED, others=ALL)),
    },
    "list_notes": {
        MEDIATOR: May(Stop.NOTED),
        LEAD: May(Stop.NOTED),
        OPERATOR: May(Stop.NOTED, others=ALL),
    },
    "write_note": {MEDIATOR: May(Stop.ASSIGNED, CREATED), LEAD: May(Stop.ESCALATED, CREATED)},
    "propose": {
        BUYER: May(Stop.NEGOTIATING),
        SELLER: May(Stop.DISPUTED),
        MEDIATOR: May(Stop.ASSIGNED, body=OFFER),
        LEAD: May(Stop.ASSIGNED, CONFLICT, body=OFFER),
    },
    "accept": {BUYER: May(Stop.NEGOTIATING, body={}, ids=(("proposal_id", "2"),)), SELLER: May(Stop.DISPUTED)},
    "decline": {BUYER: May(Stop.NEGOTIATING, body={}), SELLER: May(Stop.DISPUTED)},
    "escalate": {BUYER: May(Stop.NEGOTIATING), SELLER: May(Stop.NEGOTIATING)},
    "withdraw": {BUYER: May(Stop.DISPUTED)},
    "add_evidence": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.DISPUTED)},
    "request_upload": {BUYER: May(Stop.DISPUTED, CREATED), SELLER: May(Stop.DISPUTED, CREATED)},
    "request_draft": {BUYER: May(Stop.SOLD, CREATED)},
    "list_drafts": {BUYER: May(Stop.SOLD)},
    "list_evidence": {
        BUYER: May(Stop.SHOWN),
        SELLER: May(Stop.SHOWN),
        MEDIATOR: May(Stop.ASSIGNED),
        LEAD: May(Stop.ESCALATED),
        OPERATOR: May(Stop.SHOWN, others=ALL),
    },
    "object_to_delivery": {BUYER: May(Stop.NOT_HERE)},
    "grant_time": {BUYER: May(Stop.DISPUTED), SELLER: May(Stop.NEGOTIATING)},
    "appeal": {BUYER: May(Stop.DECIDED), SELLER: May(Stop.DECIDED)},
    "withdraw_appeal": {BUYER: May(Stop.APPEALED), SELLER: May(Stop.APPEALED, CONFLICT)},
    "accept_decision": {BUYER: May(Stop.DECIDED), SELLER: May(Stop.DECIDED)},
    "ship_return": {BUYER: May(Stop.AWAITING_RETURN)},
    "ship_replacement": {SELLER: May(Stop.REPLACING)},
    "acknowledge_return": {SELLER: May(Stop.RETURN_IN_TRANSIT)},
    # the thread: the order's parties, and the mediator who has taken its dispute
    "list_messages": {BUYER: May(Stop.TALKED), SELLER: May(Stop.TALKED), MEDIATOR: May(Stop.ASSIGNED), LEAD: NOT_THEIRS},
    "write_message": {
        BUYER: May(Stop.SOLD, CREATED),
        SELLER: May(Stop.SOLD, CREATED),
        MEDIATOR: May(Stop.ASSIGNED, CREATED),
        LEAD: NOT_THEIRS,
    },
    "request_attachment": {
        BUYER: May(Stop.SOLD, CREATED),
        SELLER: May(Stop.SOLD, CREATED),
        MEDIATOR: May(Stop.ASSIGNED, CREATED),
        LEAD: NOT_THEIRS,
    },
    "list_attachments": {BUYER: May(Stop.TALKED), SELLER: May(Stop.TALKED), MEDIATOR: May(Stop.ASSIGNED), LEAD: NOT_THEIRS},
    "mark_read": {BUYER: May(Stop.TALKED), SELLER: May(Stop.TALKED), MEDIATOR: May(Stop.ASSIGNED), LEAD: NOT_THEIRS},
    "open_ticket": {role: May(Stop.NOWHERE, CREATED) for role in (BUYER, SELLER, MEDIATOR, LEAD)},
    # mediation: a lead is a mediator as well
    "mediation_queue": {role: May(Stop.ESCALATED) for role in (MEDIATOR, LEAD, OPERATOR)},
    "get_workload": {role: May(Stop.ESCALATED) for role in (MEDIATOR, LEAD, OPERATOR)},
    "get_case": {MEDIATOR: May(Stop.ESCALATED), LEAD: May(Stop.ESCALATED), OPERATOR: May(Stop.ESCALATED, others=ALL)},
    "get_replies": {role: May(Stop.NOWHERE) for role in (MEDIATOR, LEAD)},
    "put_replies": {role: May(Stop.NOWHERE, others=ALL, missing=OK) for role in (MEDIATOR, LEAD)},
    "assign": {MEDIATOR: May(Stop.ESCALATED), LEAD: May(Stop.ESCALATED)},
    "give_back": {MEDIATOR: May(Stop.ASSIGNED), LEAD: May(Stop.ASSIGNED)},
    "hand_over": {LEAD: May(Stop.ESCALATED)},
    "request_information": {MEDIATOR: May(Stop.ASSIGNED), LEAD: May(Stop.ASSIGNED, CONFLICT)},
    "decide": {MEDIATOR: May(Stop.ASSIGNED, body=DECISION), LEAD: May(Stop.ASSIGNED, CONFLICT, body=DECISION)},
    # people and payments
    "put_seller_contacts": {SELLER: May(Stop.NOWHERE), PEOPLE: May(Stop.NOWHERE, OK, ALL, missing=OK, body=VERIFIED_CONTACTS)},
    "confirm_phone": {SELLER: May(Stop.REACHED)},
    "send_phone_code": {SELLER: May(Stop.REACHED, CONFLICT)},
    "get_seller_contacts": {SELLER: May(Stop.REACHED), PEOPLE: May(Stop.REACHED, OK, ALL, missing=OK)},
    "get_me": {role: May(Stop.NOWHERE) for role in (BUYER, SELLER, MEDIATOR, LEAD, OPERATOR)},
    "get_buyer_contacts": {BUYER: May(Stop.REACHED), PEOPLE: May(Stop.REACHED, OK, ALL, missing=OK)},
    "register_seller_device": {SELLER: May(Stop.NOWHERE, CREATED), PEOPLE: May(Stop.NOWHERE, CREATED, ALL, missing=CREATED)},
    "register_buyer_device": {BUYER: May(Stop.NOWHERE, CREATED), PEOPLE: May(Stop.NOWHERE, CREATED, ALL, missing=CREATED)},
    "remove_seller_device": {SELLER: May(Stop.REACHED), PEOPLE: May(Stop.REACHED, OK, ALL)},
    "remove_buyer_device": {BUYER: May(Stop.REACHED), PEOPLE: May(Stop.REACHED, OK, ALL)},
    "put_buyer_contacts": {BUYER: May(Stop.NOWHERE), PEOPLE: May(Stop.NOWHERE, OK, ALL, missing=OK)},
    "erase_buyer": {BUYER: May(Stop.NOWHERE, ACCEPTED), PEOPLE: _AT_ONCE},
    "erase_seller": {SELLER: May(Stop.NOWHERE, ACCEPTED), PEOPLE: _AT_ONCE},
    "withdraw_buyer_erasure": {BUYER: May(Stop.FORGETTING), PEOPLE: May(Stop.FORGETTING, others=ALL)},
    "withdraw_seller_erasure": {SELLER: May(Stop.FORGETTING), PEOPLE: May(Stop.FORGETTING, others=ALL)},
    "get_buyer_erasure": {BUYER: May(Stop.FORGETTING), PEOPLE: May(Stop.FORGETTING, others=ALL)},
    "get_seller_erasure": {SELLER: May(Stop.FORGETTING), PEOPLE: May(Stop.FORGETTING, others=ALL)},
    "list_payment_instructions": {
        PAYMENTS: May(Stop.PAYING, OK, ALL, query="status=pending"),
        OPERATOR: May(Stop.PAYING, OK, ALL, query="status=pending"),
    },
    "report_result": {PAYMENTS: May(Stop.PAYING, OK, ALL)},
    # webhooks: the order systems choose what they are posted, and operators look at it
    "list_endpoints": both(May(Stop.HOOKED, others=ALL)),
    "register_endpoint": {ORDERS: May(Stop.NOWHERE, CREATED, ALL)},
    "get_endpoint": both(May(Stop.HOOKED, others=ALL)),
    "put_endpoint": {ORDERS: May(Stop.HOOKED, OK, ALL, missing=INVALID)},
    "delete_endpoint": {ORDERS: May(Stop.HOOKED, OK, ALL)},
    "rotate_endpoint_secret": {ORDERS: May(Stop.HOOKED, CREATED, ALL)},
    "list_deliveries": both(May(Stop.HOOKED, others=ALL)),
    "redeliver": both(May(Stop.HOOKED, ACCEPTED, ALL)),
    "post_test": {ORDERS: May(Stop.HOOKED, ACCEPTED, ALL)},
    # the audit: operators read it
    "list_audit": {OPERATOR: May(Stop.SOLD, OK, ALL)},
    # patterns: of parties of escalated disputes for mediators, of anybody for operators
    **{
        f"get_{role}_signals": {
            MEDIATOR: May(Stop.ASSIGNED, OK, ALL),
            LEAD: May(Stop.ASSIGNED, OK, ALL),
            OPERATOR: May(Stop.DISPUTED, OK, ALL),
        }
        for role in ("buyer", "seller")
    },
    "list_signals": {OPERATOR: May(Stop.SOLD, OK, ALL)},
    # the operations: operators alone
    **{operation: {OPERATOR: May(Stop.SOLD, OK, ALL)} for operation in OF_OPERATIONS},
    # the statistics: operators see everybody's, sellers their own
    "dispute_statistics": {OPERATOR: May(Stop.SOLD, OK, ALL)},
    "get_seller_report": {SELLER: May(Stop.SOLD), OPERATOR: May(Stop.SOLD, others=ALL, missing=OK)},
}

SHOWS_OTHERS = frozenset({"list_held", "list_erasures", "list_undelivered", "dispute_statistics"})
"""Lists in which the story has no place: of counters, and of what has not happened to it."""

ANYONE = frozenset({"health", "openapi", "docs"})
"""Operations that ask for no token."""

FOR_THE_PLATFORM = frozenset({"get_ledger", "get_order_timeline", "list_payment_instructions"})
"""Operations that tell the marketplace and its operators, and nobody else, what the payment system says of a payment."""

TO_ANOTHER_MEDIATOR: dict[str, tuple[int, str]] = {
    # every mediator sees the summary of what has been escalated, and no more
    "get_dispute": (OK, ""),
    "get_case": (OK, ""),
    "get_order": (NOT_FOUND, "not_found"),
    "get_order_timeline": (NOT_FOUND, "not_found"),
    "get_timeline": (NOT_FOUND, "not_found"),
    "list_evidence": (NOT_FOUND, "not_found"),
    "list_notes": (NOT_FOUND, "not_found"),
    "get_buyer_signals": (OK, ""),  # of anybody whose dispute has been escalated
    "get_seller_signals": (OK, ""),
    "put_replies": (OK, ""),  # one's own, which have no case
    "write_note": (NOT_FOUND, "not_found"),
    # the case has its mediator, and only that one acts in it
    "assign": (CONFLICT, "wrong_state"),
    "propose": (CONFLICT, "wrong_party"),
    "give_back": (CONFLICT, "wrong_party"),
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

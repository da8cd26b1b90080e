"""Define every partition key, sort key and index key. No other module writes the text of a key.

============================  ==================================  =========================================
partition (pk)                sort key (sk)                       what
============================  ==================================  =========================================
``ORDER#<order>``             ``#ORDER``                          the order's state; its ``v`` locks the case
                              ``#DISPUTE#<n>``                    a dispute's state; of a closed one, its outline
                              ``CLOSED#<n>``                      a closed dispute's whole state
                              ``EVENT#<stream>#<seq>``            one event (stream 0 is the order)
                              ``LEDGER#<n>``, ``PAYMENT#<n>``     a ledger entry, a payment instruction
                              ``THREAD``, ``MESSAGE#<n>``         the thread without its texts, one message
                              ``NOTE#<n>#<note>``                 an internal note on the nth dispute
                              ``UPLOAD#<role>#<id>``              an upload, pending or finished
``TRACK#<network>#<number>``  ``LOCK``                            the orders that a tracking number carries
``SELLER#<id>``               ``PROFILE``                         contacts and return addresses
``BUYER#<id>``                ``PROFILE``                         contacts
either of them                ``ERASURE``                         the person's request to be forgotten
``DEVICE#<id>``               ``OWNER``                           the last owner of the device
``IDEMPOTENCY#<digest>``      ``ANSWER``                          the first answer to a request
``SENT#<event>``              ``<recipient>#<channel>``           a message that has left
``RATE#<role>#<id>#<minute>`` ``CALLS``                           the calls of a caller in a minute
``OUT#<recipient>``           ``<name>#<channel>``                a message that leaves later
``TALLY#<recipient>``         ``<what>``                          the names counted, up to a limit
``TALLY#all.<shard>``         ``<what>``                          how many of everybody's were counted
``TICKET#<digest>``           ``TICKET``                          permission to open one connection
``CONNECTION#<id>``           ``CONNECTION``                      a live connection: its person and end
                              ``ORDER#<order>``                   a thread it listens to
``LISTENERS#<order>``         ``CONNECTION#<id>``                 a connection that listens to a thread
``CONNECTIONS#<role>:<id>``   ``CONNECTION#<id>``                 a person's connections
``UNDELIVERED#<id>``          ``MESSAGE``                         a message to a person that no provider took
``WEBHOOKS``                  ``<endpoint>``                      a webhook endpoint and its secrets
``WEBHOOK#<endpoint>``        ``HEALTH``                          the attempts that failed since one succeeded
                              ``DELIVERY#<id>``                   one event on its way to the endpoint
``AUDIT#<actor>#<month>``     ``<time>#<id>``                     a request of staff or the platform
``COUNTED#<order>``           ``<stream>``                        what the statistics have counted of a dispute
``STATS#<by>#<shard>``        ``DAY#<day>[#<value>]``             everybody's counters of a day
``STATS#<role>:<id>``         ``DAY#<day>``, ``MONTH#<month>``    a seller's or a buyer's counters
``REPLIES``                   ``SHARED``, ``MEDIATOR#<id>``       the saved replies of all, or of one mediator
``CLOCK``                     ``CLOCK``                           a sandbox's clock
``VERIFICATION``              ``PROGRESS``                        how far the check of the table has come
============================  ==================================  =========================================

State sorts before everything else of its order (``#`` comes before letters), so one query reads a whole case.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from chalicelib.store.codec import from_timestamp, timestamp

if TYPE_CHECKING:
    from datetime import datetime

STATE_PREFIX = "#"
EVENTS_PREFIX = "EVENT#"
LEDGER_PREFIX = "LEDGER#"
MESSAGES_PREFIX = "MESSAGE#"
UPLOADS_PREFIX = "UPLOAD#"
ORDER_SK = "#ORDER"
PROFILE_SK = "PROFILE"
OWNER_SK = "OWNER"
ERASURE_SK = "ERASURE"
ANSWER_SK = "ANSWER"
CALLS_SK = "CALLS"
CLOCK_KEY = "CLOCK"
VERIFICATION = "VERIFICATION"
PROGRESS_SK = "PROGRESS"
THREAD_SK = "THREAD"
LOCK_SK = "LOCK"
THREAD = -1
"""Stands in the place of an event's stream for the messages of an order's thread, which are no events (N5)."""
TICKET_SK = "TICKET"
REPLIES = "REPLIES"
CONNECTION_SK = "CONNECTION"
WEBHOOKS = "WEBHOOKS"
HEALTH_SK = "HEALTH"

NOTES_AT_MOST = 1000
"""The internal notes of one dispute: more than people write, and a bound on programs."""

BY_DUE = "by_due"
BY_WORK = "by_work"
BY_CASE = "by_case"

ORDERS_LIST, DISPUTES_LIST, CLOSED_LIST, UNREAD_LIST = "O", "D", "C", "U"
"""A person's orders, open disputes, closed disputes, and threads with something unread.

Disputes that version 0.2.0 or older has closed stay among the open ones. Its threads are listed from their next message on.
"""
MEDIATION_OPEN = "MEDIATION#open"
MEDIATION_CLOSED = "MEDIATION#closed"
ERASURES = "ERASURES"
UNDELIVERED = "UNDELIVERED"
HELD_PAYOUTS = "HELD"
MESSAGE_SK = "MESSAGE"
DRAFTS = "DRAFTS"
"""The drafts that no dispute has claimed, by when they were asked for."""


def kind_of(key: str) -> str:
    """Return the kind of item that a partition or a sort key begins with, such as ``EVENT``."""
    return key.lstrip("#").partition("#")[0]


def parcel_of(pk: str) -> tuple[str, str]:
    """Return the network and the tracking number within the partition key of a lock."""
    _, network, number = pk.split("#", 2)
    return network, number


def order_pk(order_id: str) -> str:
    """Return the partition of an order and all that belongs to it."""
    return f"ORDER#{order_id}"


def order_id_of(pk: str) -> str:
    """Return the order id within a partition key."""
    return pk.removeprefix("ORDER#")


def dispute_sk(number: int) -> str:
    """Return the sort key of the nth dispute's state."""
    return f"#DISPUTE#{number:04d}"


def closed_sk(number: int) -> str:
    """Return the sort key of the nth dispute's whole state once it is closed. No query of a case reads it."""
    return f"CLOSED#{number:04d}"


def event_sk(stream: int, seq: int) -> str:
    """Return the sort key of one event."""
    return f"{events_prefix(stream)}{seq:06d}"


def events_prefix(stream: int) -> str:
    """Return the prefix of all events of one stream."""
    return f"{EVENTS_PREFIX}{stream:04d}#"


def ledger_sk(number: int) -> str:
    """Return the sort key of one ledger entry."""
    return f"{LEDGER_PREFIX}{number:06d}"


def payment_sk(number: int) -> str:
    """Return the sort key of one payment instruction."""
    return f"PAYMENT#{number:04d}"


def message_sk(number: int) -> str:
    """Return the sort key of one message of a thread."""
    return f"{MESSAGES_PREFIX}{number:08d}"


def notes_prefix(dispute: int) -> str:
    """Return the prefix of all internal notes on the nth dispute."""
    return f"NOTE#{dispute:04d}#"


def note_sk(dispute: int, number: int) -> str:
    """Return the sort key of one internal note on the nth dispute."""
    return f"{notes_prefix(dispute)}{number:04d}"


def upload_sk(role: str, upload_id: str) -> str:
    """Return the sort key of one upload of a role in an order; with an empty id, the prefix of all of them."""
    return f"{UPLOADS_PREFIX}{role}#{upload_id}"


def replies_sk(mediator: str | None) -> str:
    """Return the sort key of a mediator's saved replies; with None, of those that all share."""
    return f"MEDIATOR#{mediator}" if mediator else "SHARED"


def track_pk(network: str, number: str) -> str:
    """Return the partition of a tracking number, unique in its network."""
    return f"TRACK#{network}#{number}"


def answer_pk(digest: str) -> str:
    """Return the partition of the first answer to a request, by the digest of caller and key."""
    return f"IDEMPOTENCY#{digest}"


def sent_pk(event: str) -> str:
    """Return the partition of the messages that have left about one event."""
    return f"SENT#{event}"


def sent_sk(recipient: str, channel: str) -> str:
    """Return the sort key of the message that has left to one recipient through one channel."""
    return f"{recipient}#{channel}"


def ticket_pk(digest: str) -> str:
    """Return the partition of a ticket, by the digest of its text."""
    return f"TICKET#{digest}"


def connection_pk(connection_id: str) -> str:
    """Return the partition of a connection; also its sort key among a thread's listeners and a person's connections."""
    return f"CONNECTION#{connection_id}"


def listeners_pk(order_id: str) -> str:
    """Return the partition of the connections that listen to an order's thread."""
    return f"LISTENERS#{order_id}"


def connections_pk(role: str, person_id: str) -> str:
    """Return the partition of a person's connections."""
    return f"CONNECTIONS#{role}:{person_id}"


def profile_pk(role: str, person_id: str) -> str:
    """Return the partition of a buyer's or seller's profile."""
    return f"{role.upper()}#{person_id}"


def device_pk(device_id: str) -> str:
    """Return the partition of a device. Its id is made from the platform's token."""
    return f"DEVICE#{device_id}"


def rate_pk(role: str, person_id: str, minute: int) -> str:
    """Return the partition of a caller's calls in one minute since 1970."""
    return f"RATE#{role}#{person_id}#{minute}"


def list_pk(kind: str, person_id: str) -> str:
    """Return one person's list of one kind, such as ``ORDERS_LIST``, as a key of an index."""
    return f"{kind}#{person_id}"


def person_in_list(pk: str) -> str:
    """Return the id of the person whose list that key of an index names."""
    return pk.partition("#")[2]


def newest_first(at: datetime, item_id: str) -> str:
    """Return a key that sorts a list by time, and by id within a second."""
    return f"{timestamp(at)}#{item_id}"


def with_facts(sort_key: str, facts: str) -> str:
    """Return a sort key of a list with facts behind it, so that reading the index alone tells them. It sorts as before."""
    return f"{sort_key}#{facts}"


def facts_in(sort_key: str) -> str:
    """Return the facts behind a sort key; an empty text where a release before 0.3.0 wrote none."""
    return sort_key.split("#", 2)[2] if sort_key.count("#") > 1 else ""


def without_facts(sort_key: str) -> str:
    """Return a sort key of a list without the facts behind it, as releases before 0.3.0 wrote it."""
    return "#".join(sort_key.split("#", 2)[:2])


def work_payments(status: str) -> str:
    """Return the list of the payment instructions in one status, as a key of an index."""
    return f"PAYMENT#{status}"


def audit_pk(actor: str, month: str) -> str:
    """Return the partition of what one actor, as ``role:id``, asked for in one month, as ``2026-11``."""
    return f"AUDIT#{actor}#{month}"


def audit_month(month: str) -> str:
    """Return the list of everybody's entries of the audit in one month, as a key of an index."""
    return f"AUDIT#{month}"


def audit_case(order_id: str) -> str:
    """Return the list of the audit's entries about one order, as a key of an index."""
    return f"AUDIT#{order_id}"


def by_person(role: str) -> str:
    """Return the index of buyers' or of sellers' lists."""
    return f"by_{role}"


def until(now: datetime) -> str:
    """Return the upper bound of all sort keys whose time is at most ``now``."""
    return f"{timestamp(now)}#~"


def time_of(sort_key: str) -> datetime:
    """Return the time at the beginning of a sort key of a list, or of what is due."""
    return from_timestamp(sort_key.partition("#")[0])


def name_in(sort_key: str) -> str:
    """Return the id or name that follows the time in such a sort key."""
    return sort_key.partition("#")[2]


def due_pk(shard: int) -> str:
    """Return one shard of the deadline index."""
    return f"DUE#{shard}"


def shard_of(order_id: str, shards: int) -> int:
    """Return the shard of an order's deadline, of a recipient's messages, or of what a name is counted in."""
    return zlib.crc32(order_id.encode()) % shards


def send_pk(shard: int) -> str:
    """Return one shard of the messages that leave later, in the deadline index."""
    return f"SEND#{shard}"


def send_sk(at: datetime, name: str, channel: str) -> str:
    """Return a key that sorts messages by when they are due and, within one second, in the order of their events.

    A message is named after its event, whose numbers are padded here so that they sort as numbers.
    """
    in_order = "#".join(f"{int(part):06d}" if part.isdecimal() else part for part in name.split("#"))
    return f"{timestamp(at)}#{in_order}#{channel}"


def out_pk(recipient: str) -> str:
    """Return the partition of the messages that leave later for one recipient."""
    return f"OUT#{recipient}"


def out_sk(name: str, channel: str) -> str:
    """Return the sort key of one message that leaves later, by its name and channel."""
    return f"{name}#{channel}"


def sms_tally_sk(now: datetime) -> str:
    """Return the sort key of the count of a day's SMS."""
    return f"SMS#{now:%Y-%m-%d}"


def changes_tally_sk(now: datetime) -> str:
    """Return the sort key of the count of a day's changes of addresses."""
    return f"CHANGES#{now:%Y-%m-%d}"


def codes_tally_sk(now: datetime) -> str:
    """Return the sort key of the count of a day's one-time codes."""
    return f"CODES#{now:%Y-%m-%d}"


def number_recipient(phone: str) -> str:
    """Return a name for a phone number in counts, which does not show the number."""
    return f"phone:{hashlib.sha256(phone.encode()).hexdigest()[:32]}"


def news_tally_sk(hour: datetime, channel: str) -> str:
    """Return the sort key of the count of an hour's news through one channel."""
    return f"NEWS#{timestamp(hour)}#{channel}"


def tally_pk(of: str) -> str:
    """Return the partition of all counts about one recipient."""
    return f"TALLY#{of}"


def webhook_pk(endpoint: str) -> str:
    """Return the partition of a webhook endpoint's health and deliveries; also its list of deliveries, as a key of an index."""
    return f"WEBHOOK#{endpoint}"


def delivery_sk(delivery: str) -> str:
    """Return the sort key of one delivery to an endpoint."""
    return f"DELIVERY#{delivery}"


def webhooks_due_pk(shard: int) -> str:
    """Return one shard of the deliveries to be made, in the deadline index."""
    return f"WEBHOOK#{shard}"


def undelivered_pk(message_id: str) -> str:
    """Return the partition of a message that no provider took."""
    return f"UNDELIVERED#{message_id}"


def counted_pk(order_id: str) -> str:
    """Return the partition of what the statistics have counted of an order and its disputes."""
    return f"COUNTED#{order_id}"


def counted_sk(stream: int) -> str:
    """Return the sort key of what was counted of the order, stream 0, or of its nth dispute."""
    return f"{stream:04d}"


def stats_pk(by: str, shard: int) -> str:
    """Return one partition of everybody's counters, by what they count, such as ``reason``."""
    return f"STATS#{by}#{shard}"


def stats_of(role: str, person_id: str) -> str:
    """Return the partition of a seller's or a buyer's counters."""
    return f"STATS#{role}:{person_id}"


def person_of_stats(pk: str) -> str:
    """Return the person within the partition key of their counters."""
    return pk.partition(":")[2]


def stats_sk(day: str, value: str = "") -> str:
    """Return the sort key of the counters of a day, as ``2026-11-27``, and of a value, such as one reason."""
    return f"DAY#{day}#{value}" if value else f"DAY#{day}"


def day_and_value(sk: str) -> tuple[str, str]:
    """Return the day and the value within such a sort key."""
    _, day, value = f"{sk}#".split("#", 2)
    return day, value.rstrip("#")


def stats_month_sk(day: str) -> str:
    """Return the sort key of a person's counters in the month of a day, or in a month as ``2026-11``."""
    return f"MONTH#{day[:7]}"


def month_in(sk: str) -> str:
    """Return the month within such a sort key."""
    return sk.removeprefix("MONTH#")


def sellers_of_month(month: str) -> str:
    """Return the list of the sellers who had disputes about orders of a month, as a key of an index."""
    return f"SELLERS#{month}"


def opened_in_month(month: str) -> str:
    """Return the list of all disputes that were opened in a month, as a key of an index."""
    return f"OPENED#{month}"


def rank_sk(share: int, of: int, name: str) -> str:
    """Return a key that sorts a list by a share, in whole parts of ``of``, and by name where shares are equal."""
    return f"{share:0{len(str(of))}d}#{name}"

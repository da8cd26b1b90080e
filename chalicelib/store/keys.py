"""The key scheme: every partition, sort key and index key, and nothing else knows them.

============================  ==================================  =========================================
partition (pk)                sort key (sk)                       what
============================  ==================================  =========================================
``ORDER#<order>``             ``#ORDER``                          the order's state; its ``v`` locks the case
                              ``#DISPUTE#<n>``                    a dispute's state
                              ``EVENT#<stream>#<seq>``            one event (stream 0 is the order)
                              ``LEDGER#<n>``, ``PAYMENT#<n>``     a ledger entry, a payment instruction
                              ``THREAD``, ``MESSAGE#<n>``         the thread without its texts, one message
                              ``UPLOAD#<role>#<id>``              a file on its way, or what became of it
``TRACK#<carrier>#<number>``  ``ORDER#<order>``                   which orders a tracking number belongs to
``SELLER#<id>``               ``PROFILE``                         contacts and return addresses
``BUYER#<id>``                ``PROFILE``                         contacts
``DEVICE#<id>``               ``OWNER``                           whose device it was last
either of them                ``ERASURE``                         the person's request to be forgotten, and how far it is
``IDEMPOTENCY#<digest>``      ``ANSWER``                          the first answer to a request
``SENT#<event>``              ``<recipient>#<channel>``           a message that has left
``RATE#<role>#<id>#<minute>`` ``CALLS``                           how many calls a caller made in a minute
``OUT#<recipient>``           ``<name>#<channel>``                a message that leaves later
``TALLY#<of whom>``           ``<of what>``                       what was counted, up to a limit
``TICKET#<digest>``           ``TICKET``                          leave to open one connection
``CONNECTION#<id>``           ``CONNECTION``                      a live connection: whose, until when
                              ``ORDER#<order>``                   a thread it listens to
``LISTENERS#<order>``         ``CONNECTION#<id>``                 who listens to a thread
``CONNECTIONS#<role>:<id>``   ``CONNECTION#<id>``                 a person's connections
``CLOCK``                     ``CLOCK``                           a sandbox's clock
============================  ==================================  =========================================

State sorts before everything else of its order (``#`` comes before letters), so one query reads a whole case.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from chalicelib.store.codec import from_timestamp, timestamp

if TYPE_CHECKING:
    from datetime import datetime

STATE_PREFIX = "#"
EVENTS_PREFIX = "EVENT#"
LEDGER_PREFIX = "LEDGER#"
MESSAGES_PREFIX = "MESSAGE#"
ORDER_SK = "#ORDER"
PROFILE_SK = "PROFILE"
OWNER_SK = "OWNER"
ERASURE_SK = "ERASURE"
ANSWER_SK = "ANSWER"
CALLS_SK = "CALLS"
CLOCK_KEY = "CLOCK"
THREAD_SK = "THREAD"
THREAD = -1
"""In place of the stream of an event: the messages of an order's thread, which are no events (N5)."""
TICKET_SK = "TICKET"
CONNECTION_SK = "CONNECTION"

BY_DUE = "by_due"
BY_WORK = "by_work"

ORDERS_LIST, DISPUTES_LIST = "O", "D"
MEDIATION_OPEN = "MEDIATION#open"
MEDIATION_CLOSED = "MEDIATION#closed"
ERASURES = "ERASURES"


def order_pk(order_id: str) -> str:
    """The partition of an order and all that belongs to it."""
    return f"ORDER#{order_id}"


def order_id_of(pk: str) -> str:
    """The order id within a partition key."""
    return pk.removeprefix("ORDER#")


def dispute_sk(number: int) -> str:
    """The nth dispute's state."""
    return f"#DISPUTE#{number:04d}"


def event_sk(stream: int, seq: int) -> str:
    """One event."""
    return f"{events_prefix(stream)}{seq:06d}"


def events_prefix(stream: int) -> str:
    """All events of one stream."""
    return f"{EVENTS_PREFIX}{stream:04d}#"


def ledger_sk(number: int) -> str:
    """One ledger entry."""
    return f"{LEDGER_PREFIX}{number:06d}"


def payment_sk(number: int) -> str:
    """One payment instruction."""
    return f"PAYMENT#{number:04d}"


def message_sk(number: int) -> str:
    """One message of a thread."""
    return f"{MESSAGES_PREFIX}{number:08d}"


def upload_sk(role: str, upload_id: str) -> str:
    """One upload of a role in an order; with an empty id, what all of them begin with."""
    return f"UPLOAD#{role}#{upload_id}"


def track_pk(carrier: str, tracking_number: str) -> str:
    """The orders a tracking number belongs to."""
    return f"TRACK#{carrier}#{tracking_number}"


def answer_pk(digest: str) -> str:
    """The first answer to a request, by the digest of caller, route and key."""
    return f"IDEMPOTENCY#{digest}"


def sent_pk(event: str) -> str:
    """The messages that have left about one event."""
    return f"SENT#{event}"


def sent_sk(recipient: str, channel: str) -> str:
    """The message that has left to one recipient through one channel."""
    return f"{recipient}#{channel}"


def ticket_pk(digest: str) -> str:
    """A ticket, by the digest of its text."""
    return f"TICKET#{digest}"


def connection_pk(connection_id: str) -> str:
    """A connection; also its sort key among a thread's listeners and a person's connections."""
    return f"CONNECTION#{connection_id}"


def listeners_pk(order_id: str) -> str:
    """Who listens to the thread of an order."""
    return f"LISTENERS#{order_id}"


def connections_pk(role: str, person_id: str) -> str:
    """The connections of a person."""
    return f"CONNECTIONS#{role}:{person_id}"


def profile_pk(role: str, person_id: str) -> str:
    """A buyer's or seller's profile."""
    return f"{role.upper()}#{person_id}"


def device_pk(device_id: str) -> str:
    """A device, by what its platform's token makes its id."""
    return f"DEVICE#{device_id}"


def rate_pk(role: str, person_id: str, minute: int) -> str:
    """A caller's calls in one minute since 1970."""
    return f"RATE#{role}#{person_id}#{minute}"


def list_pk(kind: str, person_id: str) -> str:
    """One person's list of one kind: ``ORDERS_LIST`` or ``DISPUTES_LIST``."""
    return f"{kind}#{person_id}"


def newest_first(at: datetime, item_id: str) -> str:
    """Sorts a list by time, and by id within a second."""
    return f"{timestamp(at)}#{item_id}"


def work_payments(status: str) -> str:
    """The list of payment instructions in one status."""
    return f"PAYMENT#{status}"


def by_person(role: str) -> str:
    """The index of buyers' or of sellers' lists."""
    return f"by_{role}"


def until(now: datetime) -> str:
    """The upper bound of all sort keys whose time is at most ``now``."""
    return f"{timestamp(now)}#~"


def time_of(sort_key: str) -> datetime:
    """The time that a sort key of a list, or of what is due, begins with."""
    return from_timestamp(sort_key.partition("#")[0])


def name_in(sort_key: str) -> str:
    """The id or name that follows the time in such a sort key."""
    return sort_key.partition("#")[2]


def due_pk(shard: int) -> str:
    """One shard of the deadline index."""
    return f"DUE#{shard}"


def shard_of(order_id: str, shards: int) -> int:
    """The shard an order's deadline goes to, or a recipient's messages."""
    return zlib.crc32(order_id.encode()) % shards


def send_pk(shard: int) -> str:
    """One shard of the messages that leave later, in the deadline index."""
    return f"SEND#{shard}"


def send_sk(at: datetime, name: str, channel: str) -> str:
    """Sorts the messages of a shard by when they are due, and those of one second as the events that they are named after."""
    in_order = "#".join(f"{int(part):06d}" if part.isdecimal() else part for part in name.split("#"))
    return f"{timestamp(at)}#{in_order}#{channel}"


def out_pk(recipient: str) -> str:
    """The messages that leave later for one recipient."""
    return f"OUT#{recipient}"


def out_sk(name: str, channel: str) -> str:
    """One message that leaves later, by its name and channel."""
    return f"{name}#{channel}"


def sms_tally_sk(now: datetime) -> str:
    """The count of a day's SMS."""
    return f"SMS#{now:%Y-%m-%d}"


def news_tally_sk(hour: datetime, channel: str) -> str:
    """The count of an hour's news through one channel."""
    return f"NEWS#{timestamp(hour)}#{channel}"


def tally_pk(of: str) -> str:
    """All that is counted of somebody."""
    return f"TALLY#{of}"

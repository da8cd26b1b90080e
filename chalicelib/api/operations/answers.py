"""The shapes of the operations as operators see them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import AsOf, Count, Cursor, Given, Money, Time
from chalicelib.api.people.answers import Erasure
from chalicelib.domain.dispute import Outcome, Stage
from chalicelib.domain.guarantees import Reason

Unknown = Annotated[int | None, Field(ge=0, description="In seconds; null where AWS does not tell it here, or nothing waits.")]


class Number(Given):
    """How many there are; with ``more`` there are more than were counted."""

    count: Count
    more: bool


class SweptShard(Given):
    """One shard of the deadline index."""

    shard: Count
    oldest_due_at: Annotated[Time | None, Field(description="The deadline that has waited longest to be recorded.")]
    late_s: Count


class StreamReader(Given):
    """A function that reads the table's stream, and how old its oldest unread record is."""

    function: str
    lag_s: Unknown


class QueueDepth(Given):
    """One queue, and about how much waits in it."""

    name: str
    waiting: Annotated[int | None, Field(ge=0, description="Null where SQS does not tell it.")]
    oldest_s: Unknown
    dead_letters: Annotated[bool, Field(description="True if only what failed comes here.")]


class PaymentsWaiting(Given):
    """The payments that are not settled."""

    pending: Number
    overdue: Annotated[Number, Field(description="Those of the pending ones of which nothing was heard for too long (M2).")]
    failed: Number
    held: Annotated[Number, Field(description="Those that wait for the operator's switch.")]
    oldest_pending_at: Time | None


class ErasuresWaiting(Given):
    """The requests to be forgotten that are not done."""

    open: Number
    failing: Number
    oldest_s: Annotated[int | None, Field(ge=0)]


class SmsToday(Given):
    """The SMS of the day (UTC) and the most that one day may have."""

    sent: Count
    cap: Count


class UndeliveredReason(Given):
    """A provider's reason, and the messages that it gave it for."""

    reason: str
    count: Count


class UndeliveredNumber(Number):
    """The messages to people that no provider took."""

    by_reason: list[UndeliveredReason]


class LedgerSum(Given):
    """The orders in one currency: held + refunded + released = paid holds for ``holds`` of ``orders``."""

    currency: str
    orders: Count
    holds: Count
    paid: Money
    held: Money
    refunded: Money
    released: Money


class LedgerCheck(Given):
    """The last check of the whole table, or the one that is under way."""

    day: str
    done: bool
    items: Count
    faults: Count
    currencies: list[LedgerSum]


class CountedDispute(Given):
    """A dispute as the statistics counted it."""

    id: str
    opened_on: Annotated[str, Field(description="A day in UTC.")]
    ended_on: Annotated[str | None, Field(description="A day in UTC; null of one that is open.")]
    reason: Reason
    stage: Annotated[Stage | None, Field(description="Null of one that has ended.")]
    outcome: Outcome | None
    buyer_id: str
    seller_id: str
    country: str
    currency: str
    refund: Money


class CountedDisputePage(Given):
    """A page of all disputes, newest first."""

    items: list[CountedDispute]
    cursor: Cursor


class Operations(Given):
    """How the deployment does. Every number has a list of its own."""

    as_of: AsOf
    sweep: list[SweptShard]
    streams: list[StreamReader]
    queues: list[QueueDepth]
    payments: PaymentsWaiting
    erasures: ErasuresWaiting
    sms: SmsToday
    undelivered: UndeliveredNumber
    ledger: Annotated[LedgerCheck | None, Field(description="Null before the first check.")]
    switches: dict[str, bool]
    unavailable: Annotated[list[str], Field(description="What AWS does not tell here; these numbers are null.")]


class DueOrder(Given):
    """An order whose deadline has passed and is not recorded yet."""

    order_id: str
    shard: Count
    due_at: Time


class DueOrders(Given):
    """The orders that are due longest."""

    items: list[DueOrder]


class HeldPayout(Given):
    """A payment instruction that waits for the operator's switch."""

    order_id: str
    event: str
    looks_again_at: Time


class HeldPayoutPage(Given):
    """A page of held payment instructions."""

    items: list[HeldPayout]
    cursor: Cursor


class OpenErasure(Erasure):
    """A request to be forgotten that is not done."""

    failed_at: Annotated[Time | None, Field(description="When its last attempt failed.")]


class OpenErasurePage(Given):
    """A page of erasures."""

    items: list[OpenErasure]
    cursor: Cursor


class UndeliveredMessage(Given):
    """A message to a person that no provider took. It holds ids and names, and not what it says."""

    id: str
    at: Time
    recipient: Annotated[str, Field(description="The person, as role:id.")]
    channel: str
    text: Annotated[str, Field(description="The message's name.")]
    event: str
    order_id: str
    reason: Annotated[str, Field(description="The provider's reason.")]


class UndeliveredPage(Given):
    """A page of undelivered messages, newest first."""

    items: list[UndeliveredMessage]
    cursor: Cursor


class SentAgain(Given):
    """How many messages are sent again."""

    sent_again: Count
    ids: list[str]
    gone: Annotated[list[str], Field(description="Those that are not there any more, or that somebody has sent again.")]

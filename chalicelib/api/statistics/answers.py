"""The shapes of the statistics as operators and sellers see them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import AsOf, Count, Cursor, Given, Money, growing
from chalicelib.domain.dispute import Stage
from chalicelib.domain.intervals import SMALL
from chalicelib.service.statistics import AGES, OLDER, By

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day in UTC.")]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$", description="A month in UTC.")]
Millionths = Annotated[int, Field(ge=0, le=1_000_000, description="A share in millionths.")]
Seconds = Annotated[int | None, Field(description="Null where nothing was counted.")]


class Durations(Given):
    """How long something took: half of them, and nine of ten, took no longer."""

    count: Count
    p50_s: Seconds
    p90_s: Seconds


class Refunds(Given):
    """The refunds in one currency."""

    count: Count
    amount: Money


class DisputeCounts(Given):
    """Counts of what happened. Each fact counts on the day (UTC) on which it happened, and orders on the day of payment."""

    orders: Annotated[int, Field(ge=0, description="Orders paid; counted by day only.")]
    orders_disputed: Annotated[int, Field(ge=0, description="Those of these orders that were ever disputed, until now.")]
    opened: Count
    answered: Annotated[int, Field(ge=0, description="First answers of sellers.")]
    resolved: Count
    escalated: Annotated[int, Field(ge=0, description="Disputes that went to a mediator for the first time.")]
    decided: Annotated[int, Field(ge=0, description="Decisions of mediators.")]
    decided_by_default: Annotated[int, Field(ge=0, description="Reviews that no mediator decided in time.")]
    appeals: Count
    appeals_upheld: Annotated[int, Field(ge=0, description="Appeals after which a mediator decided differently.")]
    outcomes: Annotated[dict[str, Count], Field(description="Resolved disputes by outcome.")]
    bases: Annotated[dict[str, Count], Field(description="Resolved disputes by the ground of their end.")]
    kept: Annotated[dict[str, Count], Field(description="Deadlines kept, by role.")]
    missed: Annotated[dict[str, Count], Field(description="Deadlines missed, by role.")]
    refunds: list[Refunds]
    first_answer: Annotated[Durations, Field(description="From the opening to the seller's first answer.")]
    end: Annotated[Durations, Field(description="From the opening to the end.")]


class KeyedCounts(DisputeCounts):
    """The counts of one day, or of one reason, outcome, currency or country."""

    key: str


class Share(Given):
    """The share of orders that were disputed, with the bounds within which the true share lies with 95 % (Wilson)."""

    orders: Count
    disputed: Count
    lower_ppm: Millionths
    upper_ppm: Millionths
    small: Annotated[bool, Field(description=f"True below {SMALL} orders, of which little can be said.")]


class SellerCounts(Share):
    """One seller in a month, by the orders that were paid in it."""

    key: Annotated[str, Field(description="The seller's id.")]
    opened: Count
    silent: Annotated[int, Field(ge=0, description="Deadlines that the seller let pass.")]
    answered_in_time: Annotated[int, Field(ge=0, description="Deadlines that the seller kept.")]


class SellerMonth(Share):
    """One month of a seller."""

    month: Month


class OpenDisputes(Given):
    """The open disputes in one stage, of one age, as they were last counted."""

    stage: Stage
    age: Annotated[str, *growing([*(name for _, name in AGES), OLDER], "Since the opening.")]
    count: Count


class _Frame(Given):
    from_: Annotated[Day, Field(alias="from")]
    to: Day
    zone: Annotated[str, Field(description="The zone of the days.")]
    by: By
    as_of: AsOf
    error_percent: Annotated[int, Field(ge=0, description="How far p50_s and p90_s may be from the true ones.")]
    cursor: Cursor


class DisputeStatistics(_Frame):
    """How disputes were counted, both days included."""

    items: list[KeyedCounts]
    total: DisputeCounts | None
    before: Annotated[DisputeCounts | None, Field(description="By day: the total of as many days before.")]
    open: Annotated[list[OpenDisputes] | None, Field(description="By day without a filter: what is open now.")]
    sellers: Annotated[
        list[SellerCounts], Field(description="By seller: those with the surest large share of disputed orders first.")
    ]


class SellerReport(_Frame):
    """One seller's own statistics, both days included. Months are whole."""

    seller_id: str
    items: list[KeyedCounts]
    total: DisputeCounts
    months: list[SellerMonth]
    disputed: Annotated[Share, Field(description="Of all orders of these months.")]

"""Declare this product's own metrics. A log line carries them in CloudWatch's embedded metric format (EMF).

A log line cannot fail and costs no call, so a metric never holds up what it counts. Whether an event is counted once or may be
counted again is said with each metric: CloudWatch itself delivers a line's metrics at least once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICE = "buyer-protection"
"""The value of the dimension that every metric has; some consumers of EMF refuse a metric without one."""


class Metric(NamedTuple):
    """A metric: its unit as CloudWatch names it, its meaning, and the dimensions it has beside the service.

    A dimension's values are few and known: never an id, never a text.
    """

    unit: str
    meaning: str
    dimensions: tuple[str, ...] = ()


_AGAIN = "Counted again when its message or record is delivered again."
_ONCE = "Counted when the event first leaves for the marketplace's systems, so not again when it is delivered again."
_MINUTELY = "Measured once a minute."

METRICS: dict[str, Metric] = {
    # jobs
    "ShardsSwept": Metric("Count", f"Shards of the deadline index that were swept to their end. {_AGAIN}"),
    "SweepRounds": Metric("None", f"The same as a share of all shards: all of them swept once are 1. {_AGAIN}"),
    "OldestDueSeconds": Metric("Seconds", f"How long the oldest case of a shard has been due when its sweep begins. {_AGAIN}"),
    "LedgerFaults": Metric("Count", "Contradictions that a check of the whole table found, once at its end; 0 for none."),
    "SwitchesUnread": Metric("Count", "Failed attempts to read the operator's switches."),
    "UnreadableItems": Metric("Count", "Items of a list that could not be read, each time somebody reads it."),
    # money
    "Refunds": Metric("Count", f"Refunds that were instructed. {_ONCE}", ("Currency",)),
    "RefundedMinor": Metric("None", f"Their amount in minor units of the currency. {_ONCE}", ("Currency",)),
    "FailedPaymentInstructions": Metric("Count", f"Failures that the payment system reported (M2). {_AGAIN}"),
    "OverduePaymentInstructions": Metric("Count", f"Payments of which nothing was heard for too long (M2). {_AGAIN}"),
    "OldestPendingPaymentSeconds": Metric("Seconds", f"Age of the oldest payment without a result; 0 for none. {_MINUTELY}"),
    "PayoutsHeld": Metric("Count", "Payment instructions that the operator's switch held back, each time one is published."),
    # disputes
    "DisputesOpened": Metric("Count", f"Disputes that were opened. {_ONCE}", ("Reason",)),
    "FirstAnswerSeconds": Metric("Seconds", f"From the opening to the seller's first answer. {_ONCE}"),
    "DisputesEscalated": Metric("Count", f"Disputes that went to the mediators. {_ONCE}"),
    "DisputesResolved": Metric("Count", f"Disputes that ended. {_ONCE}", ("Outcome", "Basis")),
    "DisputeSeconds": Metric("Seconds", f"From the opening to the end. {_ONCE}"),
    "SilentSellers": Metric("Count", f"Disputes that ended because the seller said nothing. {_ONCE}"),
    "OldestMediationSeconds": Metric("Seconds", f"How long the longest escalated case waits; 0 for none. {_MINUTELY}"),
    # messages
    "SmsSent": Metric("Count", "SMS that were handed to SNS."),
    "SmsCapped": Metric("Count", "SMS that a day's limit held back."),
    "SmsLeftOut": Metric("Count", "SMS that were not sent because the operator's switch says so."),
    "DevicesGone": Metric("Count", f"Push messages to a device that its platform has given up. {_AGAIN}"),
    "Undelivered": Metric("Count", "Messages to people that no provider took.", ("Channel",)),
    # systems
    "WebhookEndpointsOff": Metric("Count", "Webhook endpoints that were switched off by themselves (N7)."),
    # people
    "FailedErasures": Metric("Count", "Attempts to erase a person that failed. An erasure is tried again each hour."),
    "ErasureWaitingSeconds": Metric("Seconds", "How long an erasure has waited for cases that go on. Measured each day."),
    # the edge
    "CallsRefused": Metric("Count", "Calls that were answered 401, 403 or 429 by this product.", ("Status",)),
    "KeysUnreachable": Metric("Count", "Failed attempts to fetch the identity provider's keys."),
    "WebhookRecordsDropped": Metric("Count", "Records of tracking webhooks that were left out.", ("Reason",)),
}
"""Every metric of this product, by its name."""


class Measured(NamedTuple):
    """The metrics of one log line, and the values of their dimensions."""

    values: dict[str, float]
    dimensions: Mapping[str, str]


def measured(dimensions: Mapping[str, str] | None = None, **values: float) -> dict[str, Measured]:
    """Return the part of a log call's ``extra`` by which its line counts as these metrics."""
    return {"measured": Measured(values, dimensions or {})}


def embedded(namespace: str, timestamp_ms: int, it: Measured) -> dict[str, object]:
    """Return the members by which CloudWatch makes metrics of a log line.

    A metric with dimensions is counted by them, and in all as well: alarms watch the whole.
    """
    directives = [
        {
            "Namespace": namespace,
            "Dimensions": [["service"], ["service", *dimensions]] if dimensions else [["service"]],
            "Metrics": [{"Name": name, "Unit": METRICS[name].unit} for name in names],
        }
        for dimensions, names in _by_dimensions(it)
    ]
    about = {"Timestamp": timestamp_ms, "CloudWatchMetrics": directives}
    return {"service": SERVICE, **it.values, **it.dimensions, "_aws": about}


def _by_dimensions(it: Measured) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    for dimensions in dict.fromkeys(METRICS[name].dimensions for name in it.values):
        yield dimensions, [name for name in it.values if METRICS[name].dimensions == dimensions]

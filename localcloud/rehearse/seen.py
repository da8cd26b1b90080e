"""What is seen after stories were played: the money, the timelines, the events that were published."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api
from localcloud.demo.report import ledger_of
from localcloud.demo.story import Story

BY_THE_HOUR = ("payment_republished", "payment_overdue", "order_reminded", "dispute_reminded")
"""The events that depend on when the schedule fires while the sandbox's clock stands still, and on nothing that people do."""


@dataclass(frozen=True, slots=True)
class Told:
    """A story as the API tells it at its end: the balance, the entries, the instructions, and what happened in which order."""

    order: str
    balance: dict[str, Any]
    entries: tuple[tuple[Any, ...], ...]
    instructions: tuple[tuple[Any, ...], ...]
    timelines: tuple[tuple[str, ...], ...]


def told(story: Story) -> Told:
    """Return what the API tells of a story, without times and without ids that are made from times."""
    ledger = ledger_of(story)
    paths = [f"/orders/{story.script.order_id}", *([f"/disputes/{story.dispute_id}"] if story.dispute_id else [])]
    return Told(
        order=story.script.order_id,
        balance=ledger["balance"],
        entries=tuple(_cells(it, "number", "movement", "amount", "cause", "debit", "credit") for it in ledger["entries"]),
        instructions=tuple(
            _cells(it, "movement", "amount", "payee", "payer", "entry", "status", "attempts")
            for it in ledger["payment_instructions"]
        ),
        timelines=tuple(_happened(story, path) for path in paths),
    )


def _cells(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(json.dumps(row[name], sort_keys=True) for name in names)


def _happened(story: Story, path: str) -> tuple[str, ...]:
    events = story.market.api.get(story.buyer, f"{path}/timeline")["events"]
    return tuple(f"{it['type']} by {it['actor']['role']}" for it in events if it["type"] not in BY_THE_HOUR)


def stored_events(cloud: LocalCloud) -> set[str]:
    """Return the ids of all events in the table: order, stream and number."""
    pages = (
        cloud.aws("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=cloud.endpoints["table"],
            ConsistentRead=True,
            FilterExpression="begins_with(sk, :event)",
            ExpressionAttributeValues={":event": {"S": "EVENT#"}},
        )
    )
    keys = ((it["pk"]["S"], it["sk"]["S"]) for page in pages for it in page["Items"])
    return {"#".join((pk.removeprefix("ORDER#"), *map(_number, sk.split("#")[1:]))) for pk, sk in keys}


def _number(padded: str) -> str:
    return str(int(padded))


def published_events(cloud: LocalCloud, api: Api) -> set[str]:
    """Return the ids of all events that were published to the marketplace's systems."""
    topic = cloud.endpoints["events_topic"].rpartition(":")[2]
    return {json.loads(it["body"])["id"] for it in api.outbox("systems.json") if it["topic"] == topic}


def gaps(events: Sequence[str] | set[str]) -> list[str]:
    """Return the streams of events whose numbers are not 1, 2, 3 and so on."""
    streams: dict[str, list[int]] = defaultdict(list)
    for event in events:
        stream, _, number = event.rpartition("#")
        streams[stream].append(int(number))
    return [stream for stream, numbers in sorted(streams.items()) if sorted(numbers) != list(range(1, len(numbers) + 1))]

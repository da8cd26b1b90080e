"""The commands that every peer carries out, and how they are measured. Standard library only: each peer has its own packages.

A peer opens a dispute, takes an offer and a counter-offer, and an acceptance. Each command is durable when it is answered,
happens once under its Idempotency-Key, writes an event, and sets a deadline by which a sweep could find the dispute.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Answer = tuple[int, str]
WARM = 10
CLAIM = {
    "reason": "not_as_described",
    "issue": "damaged",
    "items": [{"line_id": "a", "quantity": 1}],
    "description": "Cracked.",
}
OPEN, PROPOSE, ACCEPT = (
    "/orders/{order_id}/disputes",
    "/disputes/{dispute_id}/proposals",
    "/disputes/{dispute_id}/proposals/{proposal_id}/accept",
)


def refund(minor: int) -> dict[str, Any]:
    """Return an offer."""
    return {"type": "refund", "amount": {"minor": minor, "currency": "EUR"}, "note": "Keep it."}


@dataclass(frozen=True)
class Step:
    """One command: who sends it, the route, the ids in its path, and the body."""

    name: str
    who: str
    resource: str
    ids: dict[str, str]
    body: dict[str, Any]

    @property
    def raw(self) -> str:
        """The body as it is sent."""
        return json.dumps(self.body, separators=(",", ":"))

    @property
    def path(self) -> str:
        """The path with its ids."""
        return self.resource.format(**self.ids)

    def event(self, key: str, **headers: str) -> dict[str, Any]:
        """Return what API Gateway hands to a function."""
        sent = {"Content-Type": "application/json", "Idempotency-Key": key, "X-Caller": self.who, **headers}
        return {
            "resource": self.resource,
            "path": self.path,
            "httpMethod": "POST",
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "pathParameters": self.ids,
            "queryStringParameters": None,
            "multiValueQueryStringParameters": None,
            "stageVariables": None,
            "requestContext": {
                "httpMethod": "POST",
                "resourcePath": self.resource,
                "path": self.path,
                "stage": "api",
                "requestId": key,
                "identity": {"sourceIp": "127.0.0.1"},
            },
            "body": self.raw,
            "isBase64Encoded": False,
        }


def steps(order_id: str) -> Iterator[Step]:
    """Yield the commands of one dispute. The claim is the first proposal, as the buyer asks for something by it."""
    dispute = {"dispute_id": f"{order_id}-d1"}
    yield Step("open", "buyer:ana", OPEN, {"order_id": order_id}, CLAIM)
    yield Step("offer", "seller:acme", PROPOSE, dispute, refund(1000))
    yield Step("counter", "buyer:ana", PROPOSE, dispute, refund(3000))
    yield Step("accept", "seller:acme", ACCEPT, {**dispute, "proposal_id": "3"}, {})


def measured(prepared: Callable[[Step, str], Callable[[], Answer]], stored: Callable[[], int], stories: int) -> dict[str, Any]:
    """Carry out so many stories, after a few that are not counted, and return processor time and bytes a command.

    ``prepared`` returns a call whose answer is waited for; ``stored`` is how many bytes are stored now. Raises
    ``RuntimeError`` for a command that fails, or whose repetition is not answered as the first time.
    """
    spent: Counter[str] = Counter()
    sent, before = 0, 0
    for n in range(-WARM, stories):
        if n == 0:
            spent.clear()
            sent, before = 0, stored()
        for step in steps(f"o{n + WARM}"):
            key = f"{step.name}-{n}"
            call = prepared(step, key)
            began = time.process_time()
            status, answer = call()
            spent[step.name] += time.process_time() - began  # type: ignore[assignment]
            sent += len(step.raw)
            if status not in (200, 201):
                raise RuntimeError(f"{step.name}: {status} {answer}")
            if n < 0 and (status, answer) != prepared(step, key)():
                raise RuntimeError(f"{step.name} is not idempotent")
    return {
        "cpu_ms": {name: 1000 * it / stories for name, it in spent.items()},
        "request_bytes": sent / stories / 4,
        "stored_bytes": (stored() - before) / stories / 4,
    }


def told(result: dict[str, Any]) -> None:
    """Print the result for the process that compares them."""
    sys.stdout.write(json.dumps(result) + "\n")

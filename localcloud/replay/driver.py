"""Carries a timeline out through the product's own services, and notes what they answer."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain import claim as domain
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.ledger import InstructionStatus
from chalicelib.domain.opening import RequestedRemedy as Asked
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import INVALID, NOT_COVERED, Refusal
from chalicelib.service import disputes, orders, payments
from chalicelib.service.execute import Request
from chalicelib.service.services import Services
from chalicelib.service.sweep import sweep_shard
from chalicelib.store.idempotency import Once
from localcloud.replay.engine import SHARDS, DataClock
from localcloud.replay.timeline import COVERED, Claim, Command, Deliver, Import, Scan, Ship, Step

PLATFORM = Actor(Role.PLATFORM, "replay")
DONE = "done"
PAGE = 100
EVER = datetime(9999, 1, 1, tzinfo=UTC)
LONGEST_TAIL = timedelta(days=400)
"""After the last command the clock has ended everything well before this (D12)."""


@dataclass(slots=True)
class Seen:
    """The services' answers; `wrong` holds a sentence for each that differs from the data."""

    imported: list[str] = field(default_factory=list)
    not_imported: Counter[str] = field(default_factory=Counter)
    shipped: int = 0
    scanned: int = 0
    delivered: int = 0
    claims: dict[str, str] = field(default_factory=dict)
    sweeps: int = 0
    swept_events: int = 0
    settled: int = 0
    wrong: list[str] = field(default_factory=list)


class Driver:
    """Performs steps; with `twice` it sends everything two times, and expects the first answer again."""

    def __init__(self, services: Services, clock: DataClock, *, twice: bool = False) -> None:
        """Work through `services`, whose clock is `clock`."""
        self.seen = Seen()
        self._services = services
        self._clock = clock
        self._times = 2 if twice else 1
        self._not_there: set[str] = set()

    def take(self, step: Step) -> None:
        """Move the clock to the step's time, and perform it. Commands about an order that was refused are passed over."""
        self._clock.at = step.at
        if step.command is None:
            for _ in range(self._times):
                self._sweep()
        elif step.command.order_id not in self._not_there:
            answers = {self._answer(step.command) for _ in range(self._times)}
            if len(answers) > 1:
                self._wrong(step.command, f"sent twice, was answered {' and '.join(sorted(answers))}")
            self._note(step.command, answers.pop())

    def anything_due(self) -> bool:
        """Return whether a deadline is still to come in any order."""
        return any(self._services.lists.due(shard, EVER, 1)[0] for shard in range(SHARDS))

    def _wrong(self, command: Command, what: str) -> None:
        self.seen.wrong.append(f"{command.order_id}: {type(command).__name__.lower()} {what}")

    def _note(self, command: Command, answer: str) -> None:
        match command:
            case Claim():
                came_to = COVERED if answer == DONE else answer
                self.seen.claims[command.order_id] = came_to
                if came_to != command.expected:
                    self._wrong(command, f"came to {came_to}; by the data it is {command.expected}")
            case Import() if answer == DONE:
                self.seen.imported.append(command.order_id)
            case Import():
                self._not_there.add(command.order_id)
                self.seen.not_imported[answer] += 1
            case _ if answer != DONE:
                self._wrong(command, f"was refused: {answer}")
            case Ship():
                self.seen.shipped += 1
            case Scan():
                self.seen.scanned += 1
            case Deliver():
                self.seen.delivered += 1

    def _answer(self, command: Command) -> str:
        """`done`, or the code of the refusal: of an excluded claim the exclusion, of an invalid order the field."""
        try:
            return self._ask(command)
        except Refusal as refused:
            detail = refused.details.get({NOT_COVERED: "exclusion", INVALID: "field"}.get(refused.code, ""))
            return str(detail or refused.code)

    def _ask(self, command: Command) -> str:
        services, once = self._services, once_of(command)
        match command:
            case Import(terms):
                orders.import_order(services, PLATFORM, terms)
            case Ship(order_id, carrier, number, shipped_at):
                orders.add_shipment(services, order_id, Request(PLATFORM, once), orders.Shipment(carrier, number, shipped_at))
            case Scan(_, carrier, number, scanned_at):
                return self._carrier_says(once, orders.CarrierEvent(carrier, number, scanned_at, CarrierStatus.IN_TRANSIT))
            case Deliver(_, carrier, number, delivered_at):
                return self._carrier_says(once, orders.CarrierEvent(carrier, number, delivered_at, CarrierStatus.DELIVERED))
            case Claim(order_id, buyer_id, _):
                claim = domain.Claim(Reason.NOT_RECEIVED, ())
                disputes.open_dispute(services, order_id, Request(Actor(Role.BUYER, buyer_id), once), claim, Asked())
        return DONE

    def _carrier_says(self, once: Once, event: orders.CarrierEvent) -> str:
        answer = orders.record_carrier_events(self._services, PLATFORM, once, (event,))
        status = str(json.loads(answer.body)["results"][0]["status"])
        return DONE if status == "recorded" else status

    def _sweep(self) -> None:
        self.seen.sweeps += 1
        for shard in range(SHARDS):
            swept = sweep_shard(self._services, shard)
            self.seen.swept_events += swept.events
            if swept.failed:
                self.seen.wrong.append(f"{self._clock.at}: {swept.failed} orders of shard {shard} could not be swept")
        for instruction in self._pending():
            request = Request(PLATFORM, once_of(("settled", instruction["id"])))
            for _ in range(self._times):
                payments.report_result(services=self._services, instruction_id=instruction["id"], request=request,
                                       reference="replay", failure=None, attempt=None)  # fmt: skip
            self.seen.settled += 1

    def _pending(self) -> list[dict[str, Any]]:
        """Return the payments that the payment system was told to make and has not made."""
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = payments.list_instructions(self._services, InstructionStatus.PENDING, PAGE, cursor)
            found += page["items"]
            cursor = page["cursor"]
            if cursor is None:
                return found


def once_of(what: object) -> Once:
    """Return the idempotency key of a command; it follows from the command's content."""
    digest = hashlib.sha256(repr(what).encode()).hexdigest()
    return Once(digest, digest)

"""Carry out a command, step by step: load, begin, check, decide, settle, size, answer, commit (D9, I5, I11)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

import msgspec

from chalicelib.domain.case import Abridged
from chalicelib.domain.engine import as_of, begin, settle
from chalicelib.domain.people import Actor
from chalicelib.domain.refusals import CONFLICT, Refusal
from chalicelib.service.address_book import seller_addresses
from chalicelib.service.errors import Busy, KeyReused, NotFound, VersionMismatch
from chalicelib.service.size_limits import check_dispute_size, steps_at_once
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Conflict, Once
from chalicelib.store.items import Item
from chalicelib.store.parcel_locks import NumberTaken

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.service.services import Services

ATTEMPTS = 5
"""The number of times a command is tried when others change the case at the same moment."""
P = ParamSpec("P")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Request:
    """The caller, the key that makes the request happen once, and the version it was made for, if the caller names one.

    The transaction also writes the items in ``also``.
    """

    actor: Actor
    once: Once | None = None
    if_match: int | None = None
    also: tuple[Item, ...] = ()

    def check_version(self, current_version: int) -> None:
        """Raise ``VersionMismatch`` when the request was made for another version."""
        if self.if_match not in (None, current_version):
            raise VersionMismatch(current_version)


class CaseCommand(ABC, Generic[Result]):
    """One request's effect on one order's case. In every attempt ``execute`` calls the three methods in this order."""

    __slots__ = ()

    def check(self, case: Case, request: Request, /) -> None:
        """Raise where this caller may not do this to the case as it is now. By default everybody may."""

    @abstractmethod
    def decide(self, changes: Changes, services: Services, actor: Actor, /) -> Result:
        """Record what the command changes. Raises ``Refusal`` where the rules do not allow it; nothing is written then."""

    @abstractmethod
    def answer(self, changes: Changes, result: Result, viewer: Actor, now: datetime, /) -> tuple[int, Any]:
        """Return the HTTP status and the body, given the case after the command and what ``decide`` returned."""


def retried(
    attempt: Callable[Concatenate[Services, str, Request, P], Answer],
) -> Callable[Concatenate[Services, str, Request, P], Answer]:
    """Wrap a function that answers a request about an order, so that it is called again after a conflict (see ``retry``)."""

    @wraps(attempt)
    def until_committed(services: Services, order_id: str, request: Request, /, *args: P.args, **named: P.kwargs) -> Answer:
        return retry(services, request.once, partial(attempt, services, order_id, request, *args, **named))

    return until_committed


@retried
def execute(
    services: Services, order_id: str, request: Request, command: CaseCommand[Result], *, creates: bool = False
) -> Answer:
    """Carry out ``command`` on an order's case, once, and return its answer.

    A request that was carried out before gets its first answer again (I5). Raises ``NotFound`` for an unknown order, unless the
    command ``creates`` it; ``KeyReused``; ``Busy`` when others keep changing the case; and whatever the command raises, in
    which case nothing is written.
    """

    def carry_out(before: Case | None) -> Answer:
        if before is None and not creates:
            raise NotFound
        return _carried_out(services, order_id, request, command, before)

    # Load: one strong read.
    return on_case(services, order_id, carry_out)


def on_case(services: Services, order_id: str, work: Callable[[Case | None], Result], *whole: int) -> Result:
    """Return what ``work`` makes of an order's case, in which the closed disputes in ``whole`` are read whole.

    Any other closed dispute that ``work`` turns out to need is read whole as well, and ``work`` begins again.
    """
    while True:
        try:
            return work(services.cases.load(order_id, *whole))
        except Abridged as needed:
            whole = (*whole, needed.number)


def _carried_out(
    services: Services, order_id: str, request: Request, command: CaseCommand[Result], before: Case | None
) -> Answer:
    """Carry out ``command`` on the case ``before`` it, and return its answer."""
    now = services.clock.now()

    # Begin: apply what has expired. The command sees the case as it is now, swept or not.
    changes = begin(before, services.policies, seller_addresses(services, before), request.actor, now)

    # Check: may this caller do this, and to this version?
    if before is not None:
        command.check(changes.case, request)
        if len(changes.steps) > steps_at_once(changes):
            # After a long silence more has expired than one transaction holds: commit a part of it first, then try again.
            sweep_order(services, order_id)
            raise Conflict

    # Decide: the rules record events, or refuse.
    result = command.decide(changes, services, request.actor)

    # Settle: apply the deadlines that the command itself moved into the past.
    settle(changes, now)

    # Size: nobody fills a dispute beyond what its item can hold.
    check_dispute_size(before, changes.case, request.actor)

    # Answer: what this caller is told, kept with the change so that a retry is told the same.
    status, body = command.answer(changes, result, request.actor, now)
    answer = Answer(status, msgspec.json.encode(body).decode())

    # Commit: one transaction, on the condition that the case is still the one that was read.
    try:
        services.cases.commit(before, changes, request.once, answer, int(services.epoch()), also=request.also)
    except NumberTaken as taken:
        msg = "This number carries an order of other people. If it is this order's as well, the marketplace can record it."
        raise Refusal(CONFLICT, msg, tracking_number=taken.number) from None
    return answer


def retry(services: Services, once: Once | None, attempt: Callable[[], Answer]) -> Answer:
    """Call ``attempt`` until no other write interferes. A request that was carried out before gets its first answer again (I5).

    Raises ``KeyReused``, ``Busy`` when others keep interfering, and whatever ``attempt`` raises.
    """
    for failed in range(ATTEMPTS):
        try:
            return attempt()
        except AlreadyAnswered as first:
            return replayed(first, once)
        except Conflict:
            services.pause(failed)
        except (Refusal, NotFound, VersionMismatch):
            # The request may be refused because it was carried out before: the state it made is what refuses it now.
            first_answer = kept_answer(services, once)
            if first_answer:
                return first_answer
            raise
    raise Busy


def replayed(first: AlreadyAnswered, once: Once | None) -> Answer:
    """Return the first answer, for the same body. Raises ``KeyReused`` for another body (I5)."""
    if once is None or first.fingerprint != once.fingerprint:
        raise KeyReused
    return first.answer


def kept_answer(services: Services, once: Once | None) -> Answer | None:
    """Return the answer that an earlier request with this key got, if any. Raises ``KeyReused``."""
    if once is None:
        return None
    try:
        services.cases.check_new(once, int(services.epoch()))
    except AlreadyAnswered as first:
        return replayed(first, once)
    return None


def keep_answer(services: Services, once: Once, answer: Answer) -> Answer:
    """Keep the answer of a request that is not about one case, and return it; or return the first answer, if there is one.

    Raises ``KeyReused``, ``Busy``.
    """
    for attempt in range(ATTEMPTS):
        try:
            services.cases.keep_answer(once, answer, int(services.epoch()))
        except AlreadyAnswered as first:
            return replayed(first, once)
        except Conflict:
            services.pause(attempt)
        else:
            return answer
    raise Busy


def current(services: Services, order_id: str, now: datetime, *whole: int) -> Changes:
    """Return the case as it is at ``now``, with what a sweep would record (D9). Raises ``NotFound``.

    Of its closed disputes only those in ``whole``, by number, are sure to be more than outlines.
    """

    def at_now(case: Case | None) -> Changes:
        if case is None:
            raise NotFound
        return as_of(case, services.policies, seller_addresses(services, case), now)

    return on_case(services, order_id, at_now, *whole)


def sweep_order(services: Services, order_id: str) -> int:
    """Write what has expired in one case (D9), and return the number of events; 0 when somebody else was first."""
    return on_case(services, order_id, partial(_swept, services))


def _swept(services: Services, case: Case | None) -> int:
    if case is None:
        return 0
    book = seller_addresses(services, case)
    changes = as_of(case, services.policies, book, services.clock.now())
    most = steps_at_once(changes)
    if len(changes.steps) > most:
        # After a long silence: the oldest deadlines now, the rest in the next sweep.
        changes = as_of(case, services.policies, book, changes.steps[most - 1].event.at)
    try:
        services.cases.commit(case, changes, None, None, int(services.epoch()))
    except Conflict:
        return 0  # the other writer has written what had expired, or the next sweep does
    return len(changes.steps)

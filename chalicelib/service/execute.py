"""The flow of a command: one strong read, what has expired, the decision, one transaction (D9, I5, I11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chalicelib.domain.engine import as_of, run
from chalicelib.domain.people import Actor, AddressBook, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service.errors import Busy, KeyReused, NotFound, VersionMismatch
from chalicelib.service.size_limits import check_room, steps_at_once
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Conflict, Once
from chalicelib.store.items import Item

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.people import ReturnAddress
    from chalicelib.service.services import Services

ATTEMPTS = 5
"""How often a command is decided anew when others change the case at the same moment."""
T = TypeVar("T")


class ProfileAddresses(AddressBook):
    """The seller's address book, read when a return first asks for it: most commands never do."""

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], AddressBook]) -> None:
        """Read through ``read``, once."""
        object.__setattr__(self, "_read", [read])

    def on_file(self, at: datetime, country: str | None = None, *, for_clock: bool = False) -> ReturnAddress | None:
        """As ``AddressBook.on_file``."""
        kept: list[Any] = self._read  # type: ignore[attr-defined]
        if callable(kept[0]):
            kept[0] = kept[0]()
        book: AddressBook = kept[0]
        return book.on_file(at, country, for_clock=for_clock)


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, what makes the request happen once, and the version it was made for, if the caller names one.

    ``also`` is what the transaction writes beside what the command changes.
    """

    actor: Actor
    once: Once | None = None
    if_match: int | None = None
    also: tuple[Item, ...] = ()

    def check_version(self, current_version: int) -> None:
        """Raise ``VersionMismatch`` when the request was made for another version."""
        if self.if_match not in (None, current_version):
            raise VersionMismatch(current_version)


def addresses(services: Services, case: Case | None) -> AddressBook:
    """The return addresses of the case's seller, not read yet."""
    if case is None:
        return AddressBook()
    seller = case.order.terms.seller_id
    return ProfileAddresses(lambda: services.people.profile(Role.SELLER.value, seller).addresses)


def current(services: Services, order_id: str, now: datetime) -> Changes:
    """The case as it is at ``now``, swept or not, with what a sweep would record (D9). Raises ``NotFound``."""
    case = services.cases.load(order_id)
    if case is None:
        raise NotFound
    return as_of(case, services.policies, addresses(services, case), now)


def execute(
    services: Services,
    order_id: str,
    request: Request,
    command: Callable[[Changes], T],
    answer: Callable[[Case, T, datetime], tuple[int, Any]],
    *,
    check: Callable[[Case], None] = lambda _: None,
    creates: bool = False,
) -> Answer:
    """Carry out ``command`` on an order's case, once, and give ``answer`` of it, as of the one moment it was decided at.

    ``check`` may refuse by the case as it is now. A request that was carried out before gets its first answer again.
    Raises ``NotFound`` for an order that is not there (unless the command ``creates`` it), ``KeyReused``, ``Busy`` when
    others keep changing the case, and the command's ``Refusal``, of which nothing is kept.
    """

    def attempt() -> Answer:
        case = services.cases.load(order_id)
        return _attempt(services, case, request, command, answer, check=check, creates=creates)

    return carry_out(services, request, attempt)


def carry_out(services: Services, request: Request, attempt: Callable[[], Answer]) -> Answer:
    """Make ``attempt`` until nobody interferes. A request that was carried out before gets its first answer again (I5).

    Raises ``KeyReused``, ``Busy`` when others keep interfering, and what ``attempt`` refuses, of which nothing is kept.
    """
    for failed in range(ATTEMPTS):
        try:
            return attempt()
        except AlreadyAnswered as first:
            return replayed(first, request.once)
        except Conflict:
            services.pause(failed)
        except (Refusal, NotFound, VersionMismatch):
            # It may be refused because it has been done: the state it made is what refuses it now.
            kept = _kept(services, request.once)
            if kept:
                return kept
            raise
    raise Busy


def _attempt(
    services: Services,
    case: Case | None,
    request: Request,
    command: Callable[[Changes], T],
    answer: Callable[[Case, T, datetime], tuple[int, Any]],
    *,
    check: Callable[[Case], None],
    creates: bool,
) -> Answer:
    if case is None and not creates:
        raise NotFound
    now, book = services.clock.now(), addresses(services, case)

    def checked(changes: Changes) -> T:
        if case is not None:
            check(changes.case)
            if len(changes.steps) > steps_at_once(changes):
                sweep_order(services, case.order.terms.order_id)
                raise Conflict
        return command(changes)

    result, changes = run(case, services.policies, book, request.actor, now, checked)
    check_room(case, changes.case, request.actor)
    status, body = answer(changes.case, result, now)
    given = Answer(status, msgspec.json.encode(body).decode())
    services.cases.commit(case, changes, request.once, given, int(services.epoch()), also=request.also)
    return given


def _kept(services: Services, once: Once | None) -> Answer | None:
    if once is None:
        return None
    try:
        services.cases.check_new(once, int(services.epoch()))
    except AlreadyAnswered as first:
        return replayed(first, once)
    return None


def keep_answer(services: Services, once: Once, answer: Answer) -> None:
    """Keep the answer of a request that is not about one case. Raises ``AlreadyAnswered``, ``Busy``."""
    for attempt in range(ATTEMPTS):
        try:
            services.cases.keep_answer(once, answer, int(services.epoch()))
        except Conflict:
            services.pause(attempt)
        else:
            return
    raise Busy


def replayed(first: AlreadyAnswered, once: Once | None) -> Answer:
    """The first answer, for the same body. Raises ``KeyReused`` for another one (I5)."""
    if once is None or first.fingerprint != once.fingerprint:
        raise KeyReused
    return first.answer


def sweep_order(services: Services, order_id: str) -> int:
    """Make visible what has expired in one case (D9). Returns how many events that took; 0 when another sweep was first."""
    case = services.cases.load(order_id)
    if case is None:
        return 0
    book = addresses(services, case)
    changes = as_of(case, services.policies, book, services.clock.now())
    most = steps_at_once(changes)
    if len(changes.steps) > most:
        # After a long silence: the oldest deadlines now, the rest in the next sweep.
        changes = as_of(case, services.policies, book, changes.steps[most - 1].event.at)
    try:
        services.cases.commit(case, changes, None, None, int(services.epoch()))
    except Conflict:
        return 0  # whoever changed it applied what had expired, or the next sweep will
    return len(changes.steps)

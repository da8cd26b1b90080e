"""Forget a person: what they wrote and where they live is erased, the ledger and the decisions stay (P2).

A request takes one write. The scheduled jobs then carry it out in small steps, case by case. A case that goes on keeps its
words until it has ended, and is looked at again each day. The profile is erased last, because the parties must be reachable for
as long as a case goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.erasure import erase_words, has_ended, streams_to_erase
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import TOO_LATE, Refusal
from chalicelib.metrics import measured
from chalicelib.service import uploads, views
from chalicelib.service.devices import end, forget_devices
from chalicelib.service.errors import Busy, NotFound
from chalicelib.service.execute import ATTEMPTS, CaseCommand, Request, current, execute
from chalicelib.store import lists
from chalicelib.store.idempotency import Conflict
from chalicelib.store.people import Erasure, Profile, as_erasure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.service.views import Json

log = logging.getLogger(__name__)

CASES_AT_ONCE = 10
"""The number of cases after which the progress is saved."""
REQUESTS_AT_ONCE = 25
SECOND_THOUGHTS = timedelta(hours=24)
"""The time for which a person's own request waits and can be taken back: a stolen token erases nothing unseen."""
LOOK_AGAIN = timedelta(days=1)
"""The time after which cases that went on are looked at again."""
TRY_AGAIN = timedelta(hours=1)
"""The time after which a failed request is tried again; until then it does not hold up others."""
NAMED_AT_MOST = 20
"""The most orders that an erasure names as those it waits for."""


def ask(services: Services, role: Role, person_id: str, actor: Actor) -> Json:
    """Ask for a person to be forgotten, at once for the platform and after ``SECOND_THOUGHTS`` for the person.

    A repeated request, while one is under way, is the same request; by the platform it ends the wait. Raises ``Busy``.
    """
    before, now = services.people.erasure(role, person_id), services.clock.now()
    at_once = actor.role is Role.PLATFORM
    if before and before.next_at and not (at_once and _can_be_withdrawn(before, now)):
        return view(before)
    begins, version = now if at_once else now + SECOND_THOUGHTS, before.version if before else 0
    return _kept(services, Erasure(role, person_id, actor, asked_at=now, next_at=begins, version=version + 1))


def withdraw(services: Services, role: Role, person_id: str) -> Json:
    """Take back a request to forget a person that has not begun; repeated, it is no error.

    Raises ``NotFound`` where nobody has asked, ``Refusal(too_late)`` once it has begun, ``Busy``.
    """
    known, now = services.people.erasure(role, person_id), services.clock.now()
    if known is None:
        raise NotFound
    if known.withdrawn_at:
        return view(known)
    if not _can_be_withdrawn(known, now):
        raise Refusal(TOO_LATE, "The erasure has begun, and what is erased cannot be brought back.", deadline=known.next_at)
    return _kept(services, replace(known, next_at=None, withdrawn_at=now, version=known.version + 1))


def _can_be_withdrawn(it: Erasure, now: datetime) -> bool:
    """Return whether the erasure is still in its first wait."""
    return it.next_at is not None and now < it.next_at == it.asked_at + SECOND_THOUGHTS


def _kept(services: Services, it: Erasure) -> Json:
    try:
        services.people.save_erasure(it)
    except Conflict:
        raise Busy from None
    return view(it)


def status(services: Services, role: Role, person_id: str) -> Json:
    """Return the progress of a person's erasure. Raises ``NotFound`` where nobody has asked for one."""
    known = services.people.erasure(role, person_id)
    if known is None:
        raise NotFound
    return view(known)


def view(it: Erasure) -> Json:
    """Return an erasure as the person and the marketplace see it."""
    return {
        "id": it.person_id,
        "role": it.role.value,
        "status": _status(it),
        "asked_at": views.time(it.asked_at),
        "orders_erased": it.erased,
        "orders_going_on": it.going_on,
        "waits_for": list(it.waits_for),
        "looks_again_at": views.time(it.next_at),
        "done_at": views.time(it.done_at),
    }


def _status(it: Erasure) -> str:
    if it.withdrawn_at:
        return "withdrawn"
    return "done" if it.done_at else "waiting" if it.going_on else "pending"


def go_on(services: Services, storage: Storage, may_go_on: Callable[[], bool] = lambda: True) -> None:
    """Continue every erasure that is due until ``may_go_on`` says no; the next call takes up the rest.

    A failed one is logged, put off for an hour, and holds up no other.
    """
    now = services.clock.now()
    for it in services.lists.read(lists.erasures(), REQUESTS_AT_ONCE, None, as_erasure)[0]:
        if it.next_at is None or it.next_at > now or not may_go_on():
            continue
        try:
            _carry_out(services, storage, it, may_go_on)
        except Conflict:
            pass  # another process is erasing this person
        except Exception:
            log.exception("an erasure failed", extra={"person": _person(it), **measured(FailedErasures=1)})
            _put_off(services, it)


def _carry_out(services: Services, storage: Storage, it: Erasure, may_go_on: Callable[[], bool]) -> None:
    """Go through the person's orders from where the last call stopped; after the last order, wait or finish."""
    if it.cursor is None:
        it = replace(it, erased=0, going_on=0, waits_for=())
    while True:
        page = services.lists.page(lists.orders_of(it.role.value, it.person_id), CASES_AT_ONCE, it.cursor)
        for stored in page.found:
            if not may_go_on():
                return  # the next call repeats this page; what is done already does not change again
            order_id = lists.as_order(stored).terms.order_id
            ended = _erased_case(services, storage, it, order_id)
            it = replace(it, erased=it.erased + 1) if ended else _waiting(it, order_id)
        if page.cursor is None:
            break
        it = _saved(services, replace(it, cursor=page.cursor))
    now = services.clock.now()
    if it.going_on:
        _saved(services, replace(it, cursor=None, next_at=now + LOOK_AGAIN, failed_at=None))
        waited = measured(ErasureWaitingSeconds=int((now - it.asked_at).total_seconds()))
        log.info("an erasure waits for cases that go on", extra={"person": _person(it), **waited})
        return
    for erase in OF_A_PERSON:
        erase(services, it)
    _saved(services, replace(it, cursor=None, next_at=None, done_at=now, failed_at=None))


def _person(it: Erasure) -> str:
    return f"{it.role.value}:{it.person_id}"


def _waiting(it: Erasure, order_id: str) -> Erasure:
    return replace(it, going_on=it.going_on + 1, waits_for=(*it.waits_for, order_id)[:NAMED_AT_MOST])


def _saved(services: Services, it: Erasure) -> Erasure:
    it = replace(it, version=it.version + 1)
    services.people.save_erasure(it)
    return it


def _put_off(services: Services, it: Erasure) -> None:
    known = services.people.erasure(it.role, it.person_id)
    if known and known.next_at:
        now = services.clock.now()
        _saved(services, replace(known, next_at=now + TRY_AGAIN, failed_at=now))


def _erased_case(services: Services, storage: Storage, it: Erasure, order_id: str) -> bool:
    """Erase the person's data in a case that has ended, and return whether it has."""
    if not has_ended(current(services, order_id, services.clock.now()).case):
        return False
    for erase in OF_A_CASE:
        erase(services, storage, it, order_id)
    return True


def _words(services: Services, _: Storage, it: Erasure, order_id: str) -> None:
    """Remove the words from the states, with one event in each stream, and then from all events before it."""
    case = current(services, order_id, services.clock.now()).case
    for stream in streams_to_erase(case, it.role):
        execute(services, order_id, Request(it.asked_by), EraseWords(stream, it.role))
    services.cases.erase_words(order_id, it.role)


@dataclass(frozen=True, slots=True)
class EraseWords(CaseCommand[None]):
    """The system removes a person's words from the state of one stream: the order's, or a dispute's."""

    stream: int
    role: Role

    def decide(self, changes: Changes, *_: object) -> None:
        """Record the erasure."""
        erase_words(changes, self.stream, self.role)

    def answer(self, *_: object) -> tuple[int, Json]:
        """Return nothing: no caller waits for it."""
        return 200, {}


def _messages(services: Services, _: Storage, it: Erasure, order_id: str) -> None:
    """Overwrite the texts and attachments that the person sent in the order's thread (N5)."""
    services.messages.erase_texts(order_id, Actor(it.role, it.person_id))


def _files(services: Services, storage: Storage, it: Erasure, order_id: str) -> None:
    """Remove every upload of the person, whatever its status.

    The evidence itself is marked as erased together with its words.
    """
    for upload in storage.uploads.of_owner(order_id, it.role.value):
        uploads.erase(services, storage, upload)


def _profile(services: Services, it: Erasure) -> None:
    """End every subscription and device, and empty the profile.

    The version of the profile is counted on, so that no older change is written after it.
    """
    for attempt in range(ATTEMPTS):
        known = services.people.profile(it.role.value, it.person_id)
        services.subscriptions.forget(known)
        end(services, known.ending)
        forget_devices(services, known)
        try:
            services.people.save(Profile(known.role, known.person_id, version=known.version + 1))
        except Conflict:
            services.pause(attempt)
        else:
            return
    raise Busy


def _queued_messages(services: Services, it: Erasure) -> None:
    """Delete the messages that wait for the person. With the profile empty, no new ones come to wait."""
    services.people.forget_queued_messages(it.role.value, it.person_id)


def _statistics(services: Services, it: Erasure) -> None:
    """Delete what was counted of the person alone. What was counted of everybody names nobody."""
    services.people.forget_statistics(it.role.value, it.person_id)


OF_A_CASE: tuple[Callable[[Services, Storage, Erasure, str], None], ...] = (_words, _messages, _files)
"""The functions that erase a person's data in one case that has ended. Repeating them is harmless."""
OF_A_PERSON: tuple[Callable[[Services, Erasure], None], ...] = (_profile, _queued_messages, _statistics)
"""The functions that erase a person's other data, once no case goes on. Repeating them is harmless."""

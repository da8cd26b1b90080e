"""The thread of an order: what its parties and the mediators of its disputes write to each other (N5).

It is stored beside the case, so a message never conflicts with a command.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.evidence import File
from chalicelib.domain.people import PARTIES, Actor, Role
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, TOO_LATE, TOO_MANY_MESSAGES, WRONG_PARTY, Refusal, in_words

if TYPE_CHECKING:
    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute

A_MINUTE = timedelta(minutes=1)
TOLD_AGAIN_AFTER = timedelta(days=1)
"""The time in which a party gets one notice, for all the messages it has not read."""
MESSAGES_A_MINUTE = 20
"""The messages that one person may send in one thread: more than anybody types, but a bound on programs."""
ATTACHMENTS_AT_MOST = 5
"""Files of one message."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. It never changes, unless its author is forgotten.

    ``dispute_id`` is the dispute that was open when it was written, the newest of several.
    """

    order_id: str
    number: int
    author: Actor
    text: str
    sent_at: datetime
    dispute_id: str | None = None
    attachments: tuple[File, ...] = ()

    @property
    def id(self) -> str:
        """Its name, from which ``number_of`` has its number."""
        return f"{self.order_id}-m{self.number}"


@dataclass(frozen=True, slots=True)
class Sending:
    """The time of one message of a voice."""

    voice: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """An order's thread without its texts: the author of each message, and how far each person has read.

    A voice is a person by place in ``voices``; ``authors`` has the voice of every message, the first one first.
    """

    order_id: str
    voices: tuple[str, ...] = ()
    authors: tuple[int, ...] = ()
    read: dict[str, int] = field(default_factory=dict)
    lately: tuple[Sending, ...] = ()
    """The messages of the last minute."""
    told_at: dict[Role, datetime] = field(default_factory=dict)
    """The time of the last message that each party was notified of."""
    version: int = 0
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    @property
    def count(self) -> int:
        """The number of messages; they are numbered from 1 without gaps."""
        return len(self.authors)

    def read_up_to(self, actor: Actor) -> int:
        """The number of the message that ``actor`` has read up to, itself included; 0 for none."""
        return self.read.get(_name(actor), 0)

    def unread(self, actor: Actor) -> int:
        """Return the number of messages of others that ``actor`` has not read."""
        own = self._voice(actor)
        return sum(voice != own for voice in self.authors[self.read_up_to(actor) :])

    def news_to(self, case: Case, author: Actor, now: datetime) -> tuple[Role, ...]:
        """Return the parties to notify of a message that ``author`` writes now: those who have seen everything before it.

        Later messages bring no notice until the party reads or writes, with three exceptions: a mediator's message, the
        first one since a dispute was opened, and one that follows the last notice after a day.
        """
        terms, dispute = case.order.terms, open_dispute_of(case)
        told_before = now - TOLD_AGAIN_AFTER
        stale = max(told_before, dispute.opened_at) if dispute else told_before
        others = (Actor(Role.BUYER, terms.buyer_id), Actor(Role.SELLER, terms.seller_id))
        return tuple(
            party.role
            for party in others
            if party != author
            and (author.role not in PARTIES or self._has_seen_all(party) or self.told_at.get(party.role, stale) <= stale)
        )

    def written_by(self, actor: Actor) -> int:
        """Return the number of messages that ``actor`` wrote."""
        return self.authors.count(self._voice(actor))

    def with_message(self, actor: Actor, now: datetime, news_to: tuple[Role, ...] = ()) -> Thread:
        """Return the thread with one more message of ``actor``, of which ``news_to`` are notified.

        The author has read it if they had read everything before. Raises ``Refusal`` if ``actor`` writes too fast;
        ``check_may_write`` says if they may write at all.
        """
        voices = self.voices if _name(actor) in self.voices else (*self.voices, _name(actor))
        voice = voices.index(_name(actor))
        lately = tuple(sending for sending in self.lately if sending.at > now - A_MINUTE)
        own = [sending.at for sending in lately if sending.voice == voice]
        if len(own) >= MESSAGES_A_MINUTE:
            opens_at = own[0] + A_MINUTE
            msg = f"You wrote {MESSAGES_A_MINUTE} messages within a minute. Go on from {in_words(opens_at)}."
            raise Refusal(TOO_MANY_MESSAGES, msg, limit=MESSAGES_A_MINUTE, opens_at=opens_at)
        read = self.read if self.unread(actor) else self.read | {_name(actor): self.count + 1}
        return replace(
            self,
            voices=voices,
            authors=(*self.authors, voice),
            read=read,
            lately=(*lately, Sending(voice, now)),
            told_at=self.told_at | dict.fromkeys(news_to, now),
            version=self.version + 1,
        )

    def read_by(self, actor: Actor, number: int) -> Thread:
        """The thread once ``actor`` has read up to message ``number``; itself where that is nothing new.

        Raises ``Refusal`` where there is no such message.
        """
        if not 1 <= number <= self.count:
            raise Refusal(INVALID, "There is no such message in this thread.", field="up_to")
        if number <= self.read_up_to(actor):
            return self
        return replace(self, read=self.read | {_name(actor): number}, version=self.version + 1)

    def _has_seen_all(self, actor: Actor) -> bool:
        """Return True if ``actor`` has read every message of others, or wrote after it: writing counts as having read."""
        return not self.unread(actor) or self.authors[-1] == self._voice(actor)

    def _voice(self, actor: Actor) -> int:
        return self.voices.index(_name(actor)) if _name(actor) in self.voices else -1


def _name(actor: Actor) -> str:
    return f"{actor.role.value}:{actor.id}"


def number_of(message_id: str, order_id: str) -> int:
    """The number of a message of that order; 0 for what is no message id of it."""
    digits = message_id.removeprefix(f"{order_id}-m")
    written = digits.isascii() and digits.isdigit() and len(digits) < 9  # noqa: PLR2004 - what a key has room for
    return int(digits) if written and message_id == f"{order_id}-m{int(digits)}" else 0


def mediators_of(case: Case) -> tuple[str, ...]:
    """The mediators who see the thread: those who have a dispute of the order, or decided one (N5)."""
    everyone = (mediator for dispute in case.disputes for mediator in (*dispute.former_mediators, dispute.mediator))
    return tuple(dict.fromkeys(mediator for mediator in everyone if mediator))


def open_dispute_of(case: Case) -> Dispute | None:
    """The dispute that what is written now belongs to: the newest open one."""
    return next((dispute for dispute in reversed(case.disputes) if dispute.open), None)


def closes_at(case: Case) -> datetime | None:
    """Return the time when the thread stops taking messages, or None while the order is not completed."""
    completed_at = case.order.completed_at
    return completed_at + case.policy.days("thread") if completed_at else None


def check_may_write(case: Case, thread: Thread, actor: Actor, now: datetime) -> None:
    """Raise ``Refusal`` where somebody who sees the thread may not write in it now.

    It is closed, a mediator is done, or they have written as much as one person may.
    """
    closed_at, most = closes_at(case), case.policy.messages_at_most
    if closed_at is not None and now >= closed_at:
        raise Refusal(TOO_LATE, f"This thread was closed at {in_words(closed_at)}.", deadline=closed_at)
    if actor.role not in PARTIES and not any(d.open and d.mediator == actor.id for d in case.disputes):
        raise Refusal(WRONG_PARTY, "A mediator writes in the thread while having an open dispute of the order.")
    if thread.written_by(actor) >= most:
        raise Refusal(LIMIT_REACHED, f"A thread takes {most} messages of each person, and yours are all there.", limit=most)


def may_write(case: Case, thread: Thread, actor: Actor, now: datetime) -> bool:
    """Return True if ``check_may_write`` does not refuse."""
    try:
        check_may_write(case, thread, actor, now)
    except Refusal:
        return False
    return True


def sees_thread(actor: Actor, buyer_id: str, seller_id: str, mediators: tuple[str, ...]) -> bool:
    """Return True if ``actor`` may read the thread of an order (N5, I6)."""
    readers = {Role.BUYER: (buyer_id,), Role.SELLER: (seller_id,), Role.MEDIATOR: mediators}
    return actor.id in readers.get(actor.role, ())

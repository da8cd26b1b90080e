"""Model the product: its services over the pure core and a store that is a handful of Python values. Nothing races in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Never

from chalicelib.domain import events as e
from chalicelib.notify.registries.subscriptions import SnsSubscriptions
from chalicelib.service.services import Services
from chalicelib.store import keys
from chalicelib.store.audit import AuditLog
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.idempotency import AlreadyAnswered, Answer, Once
from chalicelib.store.items import dispute_items, text
from chalicelib.store.lists import Lists, Page
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People, Profile
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from tests.reliability.acts import ORDER_ID, Act, Outcome
from tests.reliability.seam import FakeSns
from tests.reliability.small_cloud import EPOCH, PAID_AT, POLICIES, MovedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.events import Event
    from chalicelib.domain.ledger import LedgerEntry
    from chalicelib.domain.people import AddressBook
    from chalicelib.store.items import Item
    from chalicelib.store.lists import Place


def _no_client() -> Never:
    raise AssertionError("the model has no cloud")


class ModelLists(Lists):
    """The disputes of the one order there is, in its parties' lists; these lists never lag."""

    def __init__(self, model: Model) -> None:
        """List what ``model`` has."""
        self.model = model

    def page(self, place: Place, limit: int, cursor: str | None, keep: Callable[[Item], bool] | None = None) -> Page:
        """Return all of a list, as one page."""
        case = self.model.case
        assert place.pks[0].startswith(keys.list_pk("D", "")), "the model lists disputes alone"
        stored = [dispute_items(case, dispute)[0] for dispute in case.disputes] if case else []
        listed = [it for it in stored if text(it, place.pk_name) in place.pks and (keep is None or keep(it))]
        assert len(listed) <= limit
        assert cursor is None
        return Page(tuple(reversed(listed)), None)


@dataclass
class Model(Cases, People):
    """One order, everybody's profile and every answer, in memory; and the time at which the next act happens."""

    case: Case | None = None
    events: list[Event] = field(default_factory=list)
    answers: dict[str, tuple[Answer, str]] = field(default_factory=dict)
    profiles: dict[tuple[str, str], Profile] = field(default_factory=dict)
    clock: MovedClock = field(default_factory=lambda: MovedClock(PAID_AT))
    policies = POLICIES

    def fork(self) -> Model:
        """Return a copy of the model."""
        return Model(self.case, [*self.events], {**self.answers}, {**self.profiles}, replace(self.clock))

    def does(self, act: Act, at: datetime) -> Outcome:
        """Return the outcome of an act at ``at``."""
        self.clock.at = at
        return act.outcome(self.services(), modelled=True)

    def services(self) -> Services:
        """Return the product's services over this model."""
        subscriptions = SnsSubscriptions(FakeSns, "person-")
        return Services(
            self,
            ModelLists(self),
            self,
            subscriptions,
            self.clock,
            POLICIES,
            lambda _: None,
            lambda: EPOCH,
            messages=Messages(_no_client, ""),
            notes=Notes(_no_client, ""),
            replies=SavedReplies(_no_client, ""),
            connections=Connections(_no_client, ""),
            audit=AuditLog(_no_client, ""),
            tallies=Tallies(_no_client, ""),
        )

    def load(self, order_id: str, *_: int) -> Case | None:
        """Return the order, if it is the one in the model."""
        return self.case if order_id == ORDER_ID else None

    def commit(
        self,
        before: Case | None,
        changes: Changes,
        once: Once | None,
        answer: Answer | None,
        now_s: int,
        *,
        also: Sequence[Any] = (),
    ) -> None:
        """Keep what was recorded, and the answer."""
        assert before == self.case, "nobody else is here"
        assert not also, "no file arrives here"
        del now_s
        if once:
            self.check_new(once, 0)
        if changes.steps:
            self.case = changes.case
            self.events += changes.events
        if once and answer:
            self.answers[once.digest] = answer, once.fingerprint

    def keep_answer(self, once: Once, answer: Answer, now_s: int) -> None:
        """Keep an answer."""
        self.check_new(once, now_s)
        self.answers[once.digest] = answer, once.fingerprint

    def check_new(self, once: Once, now_s: int) -> None:
        """Raise ``AlreadyAnswered`` for a key that has been used."""
        del now_s
        if once.digest in self.answers:
            raise AlreadyAnswered(*self.answers[once.digest])

    def log(self, order_id: str, stream: int) -> list[Event]:
        """Return the events of one stream."""
        assert order_id == ORDER_ID
        return [event for event in self.events if event.stream == stream]

    def ledger(self, order_id: str) -> list[LedgerEntry]:
        """Return the ledger."""
        assert order_id == ORDER_ID
        return [entry for event in self.events if (entry := e.ledger_entry(event.payload))]

    def orders_of_parcel(self, network: str, number: str) -> list[str]:
        """Return the order, if the parcel is one of its own."""
        shipped: list[Any] = [
            event.payload.parcel for event in self.events if isinstance(event.payload, e.ParcelShipped | e.ReturnShipped)
        ]
        mine = {parcel.key for parcel in shipped}
        return [ORDER_ID] if (network, number) in mine else []

    def profile(self, role: str, person_id: str) -> Profile:
        """Return a profile."""
        return self.profiles.get((role, person_id), Profile(role, person_id))

    def addresses_shown(self, seller_id: str) -> AddressBook:
        """Return a seller's addresses, which never lag here."""
        return self.profile("seller", seller_id).addresses

    def save(self, profile: Profile) -> None:
        """Keep a profile."""
        self.profiles[profile.role, profile.person_id] = profile

"""Keep the profiles of buyers and sellers (contacts, return addresses, devices) and their requests to be forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.domain.people import Actor, AddressBook, Role
from chalicelib.store import keys
from chalicelib.store.codec import dump
from chalicelib.store.idempotency import Conflict
from chalicelib.store.items import Item, item
from chalicelib.store.lists import items_of
from chalicelib.store.paging import every
from chalicelib.store.schema import stamped, stored_value
from chalicelib.store.transaction import NEW, UNCHANGED, put, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Device:
    """A phone or tablet that takes push messages (N1).

    ``endpoint`` is what SNS gave for its token, and empty until its registration is complete. ``subscription`` is its place at
    the person's topic, where release 0.2.0 publishes to; empty where that release is not to run again.
    """

    id: str
    platform: str
    token: str
    endpoint: str = ""
    subscription: str = ""


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """The code that was sent to a phone, as a salted hash, and the number of guesses at it so far."""

    salt: str
    digest: str
    expires_at: datetime
    sent_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """The contacts, addresses and devices that a person registered.

    ``topic`` and ``subscriptions`` (by channel) are what SNS gave for the addresses that messages reach through the person's
    topic. ``ending`` are the subscriptions that this version replaced; they are still there only if the process died before
    it ended them.

    ``quiet_hours`` are from when to when, as ``HH:MM`` in ``time_zone`` (IANA). ``muted`` are the channels that are switched
    off: their addresses are kept and not used. ``devices`` are in the order in which they came, the oldest first.
    """

    role: str
    person_id: str
    email: str | None = None
    phone: str | None = None
    language: str = "en"
    addresses: AddressBook = field(default_factory=AddressBook)
    topic: str | None = None
    subscriptions: dict[str, str] = field(default_factory=dict)
    ending: tuple[str, ...] = ()
    version: int = 0
    time_zone: str = "UTC"
    quiet_hours: tuple[str, str] | None = None
    muted: tuple[str, ...] = ()
    devices: tuple[Device, ...] = ()
    phone_code: PhoneCode | None = None
    """The code that a seller's phone was sent; None once the phone is confirmed."""
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""

    @property
    def texted_at(self) -> str:
        """The phone that takes SMS: a seller's, once it is confirmed. A buyer gets push messages and email only."""
        return self.phone or "" if self.role == Role.SELLER.value and self.phone_code is None else ""

    @property
    def reached_devices(self) -> tuple[Device, ...]:
        """The devices that take push messages: those whose registration is complete."""
        return tuple(device for device in self.devices if device.endpoint)


@dataclass(frozen=True, slots=True)
class Owner:
    """The person who registered a device last; their profile may have dropped it since. ``version`` counts the owners."""

    role: str
    person_id: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person's request to be forgotten, and its progress (P2).

    ``next_at`` is when it may go on, None once it is done or withdrawn. ``cursor`` is the place in the list of the person's
    orders. The other fields count what the present pass over that list, or the last one, has found.
    """

    role: Role
    person_id: str
    asked_by: Actor
    asked_at: datetime
    next_at: datetime | None
    version: int = 1
    cursor: str | None = None
    erased: int = 0
    going_on: int = 0
    waits_for: tuple[str, ...] = ()
    done_at: datetime | None = None
    withdrawn_at: datetime | None = None
    failed_at: datetime | None = None
    """When the last attempt failed, until one succeeds."""
    unknown: str = field(default="", compare=False)
    """JSON of what a newer version has stored and this one does not know, kept for the next write (I17)."""


class People:
    """The profiles in the table."""

    def __init__(self, client: Callable[[], Any], table: str) -> None:
        """Keep profiles in ``table``."""
        self._client = client
        self.table = table

    def profile(self, role: str, person_id: str) -> Profile:
        """Return a person's profile, read strongly; an empty one for somebody who registered nothing."""
        key = item(pk=keys.profile_pk(role, person_id), sk=keys.PROFILE_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return stored_value(found, Profile) if found else Profile(role, person_id)

    def addresses_shown(self, seller_id: str) -> AddressBook:
        """Return a seller's return addresses for what is only shown. The read may be a moment behind, and costs half a unit."""
        key = item(pk=keys.profile_pk(Role.SELLER.value, seller_id), sk=keys.PROFILE_SK)
        found = self._client().get_item(TableName=self.table, Key=key).get("Item")
        return stored_value(found, Profile).addresses if found else AddressBook()

    def languages(self, people: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Return the languages of people by role and id, read together; nobody who registered nothing is among them."""
        wanted = [item(pk=keys.profile_pk(*it), sk=keys.PROFILE_SK) for it in dict.fromkeys(people)]
        found = items_of(self._client(), self.table, wanted).values()
        profiles = (stored_value(it, Profile) for it in found)
        return {(it.role, it.person_id): it.language for it in profiles}

    def save(self, profile: Profile) -> None:
        """Write a profile whose version has been counted up by one. Raises ``Conflict`` when somebody else did so first."""
        self._put(_stored(profile), profile.version)

    def erasure(self, role: Role, person_id: str) -> Erasure | None:
        """Return the last request to forget a person, read strongly; None where there is none."""
        key = item(pk=keys.profile_pk(role.value, person_id), sk=keys.ERASURE_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return as_erasure(found) if found else None

    def save_erasure(self, it: Erasure) -> None:
        """Write an erasure whose version has been counted up by one, listed until it is done. Raises ``Conflict``."""
        pk = keys.profile_pk(it.role.value, it.person_id)
        stored = item(pk=pk, sk=keys.ERASURE_SK, v=it.version, data=dump(it))
        if it.next_at:
            stored |= item(work_pk=keys.ERASURES, work_sk=keys.newest_first(it.next_at, pk))
        self._put(stored, it.version)

    def _put(self, stored: Item, version: int) -> None:
        try:
            self._client().put_item(
                TableName=self.table,
                Item=stamped(stored),
                ConditionExpression="attribute_not_exists(pk) OR v = :seen",
                ExpressionAttributeValues={":seen": {"N": str(version - 1)}},
            )
        except self._client().exceptions.ConditionalCheckFailedException as error:
            raise Conflict from error

    def forget_queued_messages(self, role: str, person_id: str) -> None:
        """Delete the messages that wait for a person, and the counts of those that have left; none is no error."""
        recipient = f"{role}:{person_id}"
        for pk in (keys.out_pk(recipient), keys.tally_pk(recipient)):
            for key in self._keys_of(pk):
                self._client().delete_item(TableName=self.table, Key=key)

    def forget_statistics(self, role: str, person_id: str) -> None:
        """Delete the statistics of one person; everybody's totals stay. None is no error."""
        for key in self._keys_of(keys.stats_of(role, person_id)):
            self._client().delete_item(TableName=self.table, Key=key)

    def _keys_of(self, pk: str) -> Iterator[Item]:
        """Return the key of every item of a partition."""
        found = every(
            self._client().query,
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        return ({"pk": stored["pk"], "sk": stored["sk"]} for stored in found)

    def owner(self, device_id: str) -> Owner | None:
        """Return the person who registered a device last, read strongly."""
        key = item(pk=keys.device_pk(device_id), sk=keys.OWNER_SK)
        found = self._client().get_item(TableName=self.table, Key=key, ConsistentRead=True).get("Item")
        return stored_value(found, Owner) if found else None

    def hand_over(self, device_id: str, owner: Owner, *profiles: Profile) -> None:
        """Write a device's new owner and the profiles that gain and lose it, in one transaction; each version counts up by one.

        So a device is never in two profiles. Raises ``Conflict`` when somebody else changed one of them first.
        """
        device = item(pk=keys.device_pk(device_id), sk=keys.OWNER_SK, v=owner.version, data=dump(owner))
        versions = [(device, owner.version), *((_stored(profile), profile.version) for profile in profiles)]
        puts = [
            put(self.table, stored, UNCHANGED, seen=version - 1) if version > 1 else put(self.table, stored, NEW)
            for stored, version in versions
        ]
        write(self._client(), puts, None)


def _stored(profile: Profile) -> Item:
    key = keys.profile_pk(profile.role, profile.person_id)
    return item(pk=key, sk=keys.PROFILE_SK, v=profile.version, data=dump(profile))


def as_erasure(stored: Item) -> Erasure:
    """Return the erasure that an item keeps."""
    return stored_value(stored, Erasure)

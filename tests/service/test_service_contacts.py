"""Contacts: exactly the registered addresses are subscribed (N1)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations, product
from random import Random
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import Role
from chalicelib.notify.registries.endpoints import SnsEndpoints
from chalicelib.service.contacts import Contacts, confirm_phone, get_contacts, put_contacts
from chalicelib.service.devices import device_id, register_device, remove_device
from chalicelib.service.errors import Busy, MessagingUnavailable, VersionMismatch
from chalicelib.service.execute import Request, current, sweep_order
from chalicelib.service.sns_errors import registering
from tests.domain.worlds import ABROAD, AT_HOME, BUYER, DAY, HOUR, PLATFORM, SECOND, SELLER
from tests.reliability.seam import FakeSns
from tests.service.office import ORDER, Office, Phonebook, once

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.service.ports import Subscribed
    from chalicelib.store.people import Profile

MINUTE = 60 * SECOND
MAIL, OTHER_MAIL, PHONE, OTHER_PHONE = "a@acme.example", "b@acme.example", "+34600000001", "+34600000002"
CHOICES = [Contacts(mail, phone, "en") for mail in (None, MAIL, OTHER_MAIL) for phone in (None, PHONE, OTHER_PHONE)]


def registered(contacts: Contacts) -> set[str]:
    """Return the addresses that contacts name."""
    return {address for address in (contacts.email, contacts.phone) if address}


def put(office: Office, contacts: Contacts, if_match: int | None = None) -> dict[str, object]:
    """The platform registers the seller's contacts, with a phone that it has confirmed itself."""
    known = replace(contacts, phone_verified=contacts.phone is not None)
    return put_contacts(office.services, Role.SELLER, SELLER.id, Request(PLATFORM, None, if_match), known)


@pytest.mark.parametrize(("before", "after"), list(permutations(CHOICES, 2)), ids=str)
def test_subscriptions_follow_the_contacts(before: Contacts, after: Contacts) -> None:
    """N1: a changed or removed address leaves no subscription behind, and an unchanged one keeps its subscription."""
    office = Office()
    put(office, before)
    assert registered(before) == office.addresses()
    put(office, after)
    assert registered(after) == office.addresses()
    kept = office.services.people.profile("seller", SELLER.id)
    assert set(kept.subscriptions.values()) == set(office.phonebook.live)


def test_any_row_of_changes_leaves_no_orphan() -> None:
    """N1: after any history exactly the registered addresses are subscribed."""
    pick, office = Random(1), Office()
    for _ in range(200):
        chosen = pick.choice(CHOICES)
        put(office, chosen)
        assert registered(chosen) == office.addresses()


def test_the_same_contacts_again_subscribe_nothing_new() -> None:
    """N1: putting the same contacts again, as after a lost reply, changes neither subscriptions nor contacts."""
    office = Office()
    office.phonebook.unconfirmed.add(OTHER_MAIL)
    first = put(office, CHOICES[-1])
    live = dict(office.phonebook.live)
    again = put(office, CHOICES[-1])
    assert first | {"version": again["version"]} == again
    assert live == office.phonebook.live


def test_a_person_sees_what_was_registered() -> None:
    """N1, N3, D3: contacts come back as they were put; a buyer has no return addresses to show."""
    office = Office()
    put(office, Contacts(MAIL, None, "es", (AT_HOME, ABROAD)))
    seller = put(office, Contacts(MAIL, PHONE, "ru", (ABROAD,)))
    assert (seller["email"], seller["phone"], seller["language"], seller["version"]) == (MAIL, PHONE, "ru", 2)
    assert isinstance(seller["return_addresses"], tuple | list)
    assert [ABROAD.city] == [address["city"] for address in seller["return_addresses"]]
    buyer = put_contacts(office.services, Role.BUYER, "ana", Request(SELLER), CHOICES[0])
    assert "return_addresses" not in buyer


def test_a_change_made_for_an_old_version_is_refused() -> None:
    """Section 7: If-Match is honoured, and a refused change leaves the subscriptions alone."""
    office = Office()
    put(office, CHOICES[-1])
    put(office, CHOICES[1], if_match=1)
    live = dict(office.phonebook.live)
    with pytest.raises(VersionMismatch) as refused:
        put(office, CHOICES[0], if_match=1)
    assert refused.value.current == 2
    assert live == office.phonebook.live


@pytest.mark.parametrize("winner", [choice for choice in CHOICES if choice != CHOICES[4]], ids=str)
@pytest.mark.parametrize("loser", [CHOICES[0], CHOICES[5], CHOICES[8]], ids=str)
def test_of_two_changes_at_one_moment_the_refused_one_leaves_nothing(winner: Contacts, loser: Contacts) -> None:
    """N1: a change that lost the race is told to come back, and the winner's addresses are subscribed."""
    office = Office()
    put(office, CHOICES[4])
    people = office.services.people
    save = people.save

    def meanwhile(profile: object) -> None:
        people.save = save  # type: ignore[method-assign]
        put(office, winner)
        save(profile)  # type: ignore[arg-type]

    people.save = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Busy):
        put(office, loser)
    assert registered(winner) == office.addresses()


def test_the_clock_uses_the_address_that_was_on_file() -> None:
    """D3, D9: every set of return addresses is kept with its time, so a late sweep finds the one on file at the deadline."""
    office = Office()
    put(office, Contacts(None, None, "en", (AT_HOME,)))
    then = office.watch.at
    office.wait(DAY)
    put(office, Contacts(None, None, "en", (ABROAD,)))
    book = office.services.people.profile("seller", SELLER.id).addresses
    on_file = [book.on_file(at + 2 * MINUTE, for_clock=True) for at in (then, office.watch.at)]
    assert on_file == [AT_HOME, ABROAD]
    assert book.on_file(then) == ABROAD


@pytest.mark.parametrize("write_takes", [SECOND, 59 * SECOND, HOUR])
@pytest.mark.parametrize("sweeps", list(product((False, True), repeat=2)))
def test_cheat_16_an_address_saved_as_a_deadline_passes_counts_the_same_whenever_it_is_swept(
    write_takes: timedelta, sweeps: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D3, D9: a sweep between the time stamp of an address and its write, or after it, or both: the return is forgone."""
    office = Office()
    office.delivered().wait(DAY)
    put(office, Contacts(None, None, "en"))
    office.open()
    office.wait(5 * DAY - write_takes / 2)
    save = office.services.people.save

    def slowly(profile: Profile) -> None:
        office.wait(write_takes)
        if sweeps[0]:
            sweep_order(office.services, ORDER)
        save(profile)
        monkeypatch.undo()

    monkeypatch.setattr(office.services.people, "save", slowly)
    put(office, Contacts(None, None, "en", (AT_HOME,)))
    if sweeps[1]:
        sweep_order(office.services, ORDER)
    case = current(office.services, ORDER, office.wait(DAY).watch.at, 1).case
    assert (case.dispute(1).stage, case.order.escrow.refunded) == (Stage.RESOLVED, case.order.terms.price)


def test_an_address_on_file_in_time_counts_whenever_it_is_swept() -> None:
    """D3: one that was written before the deadline is where the item goes."""
    office = Office()
    office.delivered().wait(DAY)
    put(office, Contacts(None, None, "en"))
    office.open()
    office.wait(5 * DAY - 2 * MINUTE)
    put(office, Contacts(None, None, "en", (AT_HOME,)))
    office.wait(DAY)
    assert current(office.services, ORDER, office.watch.at, 1).case.dispute(1).stage is Stage.AWAITING_RETURN


def status(office: Office) -> object:
    """Return the status of the email address that the seller is told."""
    return get_contacts(office.services, Role.SELLER, SELLER.id)["email_status"]


def test_a_person_sees_whether_the_address_is_confirmed() -> None:
    """N1: an address is pending until its owner confirms it, and lapsed when SNS has forgotten it."""
    office = Office()
    assert "none" == status(office)
    office.phonebook.unconfirmed.add(MAIL)
    assert "pending" == put(office, Contacts(MAIL, PHONE, "en"))["email_status"] == status(office)
    office.phonebook.unconfirmed.clear()
    assert "confirmed" == status(office) == put(office, Contacts(MAIL, PHONE, "en"))["email_status"]
    office.phonebook.live.clear()
    assert "lapsed" == status(office)
    assert "pending" == put(office, Contacts(MAIL, PHONE, "en"))["email_status"]
    assert {MAIL, PHONE} == office.addresses()


def test_contacts_are_shown_even_when_sns_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """N1: when SNS does not answer, the address's status is unknown, and the rest is shown as registered."""
    office = Office()
    put(office, Contacts(MAIL, PHONE, "en"))

    def throttled(*_: object) -> None:
        raise ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "ListSubscriptionsByTopic")

    monkeypatch.setattr(office.phonebook, "subscribed", throttled)
    told = get_contacts(office.services, Role.SELLER, SELLER.id)
    assert ("unknown", MAIL, PHONE) == (told["email_status"], told["email"], told["phone"])


def test_where_ses_mails_no_address_is_subscribed() -> None:
    """N1: a deployment that mails through SES subscribes only phones, and ends earlier subscriptions of email addresses."""
    office = Office()
    put(office, Contacts(MAIL, PHONE, "en"))
    office.services = replace(office.services, mail_by_topic=False)
    assert "unverified" == status(office) == put(office, Contacts(MAIL, PHONE, "en"))["email_status"]
    assert ({PHONE}, set()) == (office.addresses(), office.phonebook.addresses())
    kept = office.services.people.profile("seller", SELLER.id)
    assert (None, {}) == (kept.topic, kept.subscriptions)


@dataclass
class Untouched(Phonebook):
    """Topics that nobody may make, and subscriptions that nobody may read."""

    asked: list[str] = field(default_factory=list)

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Note it."""
        self.asked.append(f"subscribe {channel}")
        return super().subscribe(role, person_id, channel, address)

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Note it."""
        self.asked.append("list")
        return super().subscribed(role, person_id)


def test_where_ses_mails_registering_makes_no_topic_and_reads_no_subscription() -> None:
    """N1: mail, SMS and push go straight to the address, so SNS is asked for no topic: a million people use up no quota."""
    office, book, sns = Office(), Untouched(), FakeSns()
    endpoints = SnsEndpoints(lambda: sns, {"fcm": "arn:aws:sns:local:0:app/GCM/shop"})
    office.services = replace(office.services, subscriptions=book, mail_by_topic=False, endpoints=endpoints)
    put_contacts(office.services, Role.SELLER, SELLER.id, Request(SELLER), Contacts(MAIL, PHONE, "en"))
    confirm_phone(office.services, SELLER.id, once(SELLER, "code"), office.texts.codes[PHONE])
    register_device(office.services, Role.SELLER, SELLER.id, once(SELLER, "device"), "fcm", "token-of-a-phone")
    status(office)
    put(office, Contacts(OTHER_MAIL, OTHER_PHONE, "en"))
    remove_device(office.services, Role.SELLER, SELLER.id, device_id("fcm", "token-of-a-phone"))
    assert [] == book.asked


@pytest.mark.parametrize("by_topic", [True, False])
def test_what_0_2_0_subscribed_ends_with_the_next_contacts_once_it_is_gone(by_topic: bool) -> None:  # noqa: FBT001
    """N1: while 0.2.0 may run again, phone and device are at the topic too; after that only mail is, and only without SES."""
    office, sns = Office(), FakeSns()
    endpoints = SnsEndpoints(lambda: sns, {"fcm": "arn:aws:sns:local:0:app/GCM/shop"})
    office.services = replace(office.services, endpoints=endpoints, topics_of_0_2=True)
    put(office, Contacts(MAIL, PHONE, "en"))
    register_device(office.services, Role.SELLER, SELLER.id, once(SELLER, "device"), "fcm", "token-of-a-phone")
    (endpoint,) = sns.endpoints
    assert {MAIL, PHONE, endpoint} == office.phonebook.addresses()
    assert {"email", "sms"} == office.services.people.profile("seller", SELLER.id).subscriptions.keys()
    office.services = replace(office.services, topics_of_0_2=False, mail_by_topic=by_topic)
    put(office, Contacts(MAIL, PHONE, "en"))
    assert ({MAIL} if by_topic else set()) == office.phonebook.addresses()
    kept = office.services.people.profile("seller", SELLER.id)
    assert (PHONE, [endpoint]) == (kept.texted_at, [device.endpoint for device in kept.reached_devices])


def test_a_channel_that_is_switched_off_keeps_its_address() -> None:
    """N1, N3: zone, quiet hours and choices are kept and shown; a choice changes no subscription."""
    office = Office()
    told = put(office, Contacts(MAIL, PHONE, "en", (), "Europe/Madrid", ("22:00", "08:00"), ("sms",)))
    assert ("Europe/Madrid", {"from": "22:00", "to": "08:00"}) == (told["time_zone"], told["quiet_hours"])
    assert {"email": True, "sms": False, "push": True} == told["channels"]
    assert {MAIL, PHONE} == office.addresses()
    kept = office.services.people.profile("seller", SELLER.id)
    assert ("Europe/Madrid", ("22:00", "08:00"), ("sms",)) == (kept.time_zone, kept.quiet_hours, kept.muted)


def test_a_buyers_phone_is_kept_and_takes_no_messages() -> None:
    """N1: a buyer's phone is on file and not subscribed, and an earlier subscription of one is ended."""
    office = Office()
    office.phonebook.subscribe("buyer", "ana", "sms", PHONE)
    told = put_contacts(office.services, Role.BUYER, "ana", Request(SELLER), Contacts(MAIL, PHONE, "en"))
    assert (MAIL, PHONE) == (told["email"], told["phone"])
    assert {MAIL} == office.addresses()


def looks(office: Office) -> None:
    """Return the contacts that the seller reads."""
    status(office)


def changes_a_device(office: Office) -> None:
    """Register a device of the seller."""
    sns = FakeSns()
    endpoints = SnsEndpoints(lambda: sns, {"fcm": "arn:aws:sns:local:0:app/GCM/shop"})
    office.services = replace(office.services, endpoints=endpoints)
    register_device(office.services, Role.SELLER, SELLER.id, once(SELLER, "device"), "fcm", "token-of-a-phone")


def test_a_device_that_changes_hands_often_is_always_its_last_owners() -> None:
    """N1: a phone is passed on and back; each time its former owner loses it, and nobody is told to try again."""
    office, sns = Office(), FakeSns()
    endpoints = SnsEndpoints(lambda: sns, {"fcm": "arn:aws:sns:local:0:app/GCM/shop"})
    office.services = replace(office.services, endpoints=endpoints)
    people = ((Role.SELLER, SELLER), (Role.BUYER, BUYER))
    for turn, (role, owner) in enumerate(people * 2):
        register_device(office.services, role, owner.id, once(owner, f"device-{turn}"), "fcm", "token-of-a-phone")
        profiles = [office.services.people.profile(of.value, actor.id) for of, actor in people]
        assert [of is role for of, _ in people] == [bool(it.devices) for it in profiles]
        known = office.services.people.owner(device_id("fcm", "token-of-a-phone"))
        assert (turn + 1, owner.id) == (known and known.version, known and known.person_id)


@pytest.mark.parametrize(("code", "seconds"), [("Throttling", 5), ("TopicLimitExceeded", 3600)])
def test_a_caller_is_told_how_long_sns_takes_no_more(code: str, seconds: int) -> None:
    """N1: after a limit of calls the caller tries again in seconds, after a used-up quota in an hour."""
    with pytest.raises(MessagingUnavailable) as unavailable, registering():
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "Subscribe")
    assert seconds == unavailable.value.wait_s


@pytest.mark.parametrize("kept", [OTHER_MAIL, None])
@pytest.mark.parametrize("act", [looks, changes_a_device])
def test_an_address_confirmed_after_it_was_replaced_is_ended(act: Callable[[Office], None], kept: str | None) -> None:
    """N1: an unconfirmed subscription cannot be ended; once a stranger has confirmed it, the next read or change ends it."""
    office = Office()
    office.phonebook.unconfirmed.add(MAIL)
    put(office, Contacts(MAIL, PHONE, "en"))
    for _ in range(2):  # the second no longer knows what the first could not end
        put(office, Contacts(kept, PHONE, "en"))
    office.phonebook.subscribe("seller", SELLER.id, "email", MAIL)  # and SNS has kept it
    act(office)
    assert MAIL in office.addresses()
    office.phonebook.unconfirmed.clear()
    act(office)
    if act is changes_a_device:
        remove_device(office.services, Role.SELLER, SELLER.id, device_id("fcm", "token-of-a-phone"))
    assert MAIL not in office.addresses()
    assert {kept or PHONE, PHONE} <= office.addresses()

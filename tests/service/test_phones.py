"""A seller's phone gets a code and nothing else until its owner has confirmed it, and addresses change only so often (N1)."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.people import Role
from chalicelib.domain.refusals import CONFLICT, INVALID, LIMIT_REACHED, TOO_EARLY, TOO_LATE, Refusal
from chalicelib.languages import LANGUAGES
from chalicelib.notify.registries.texts import SnsTexts
from chalicelib.notify.segments import segments
from chalicelib.service import phone
from chalicelib.service.contacts import Contacts, confirm_phone, get_contacts, put_contacts, resend_code
from chalicelib.service.errors import MessagingUnavailable
from chalicelib.service.execute import Request
from chalicelib.service.services import ContactLimits
from tests.domain.worlds import BUYER, DAY, PLATFORM, SECOND, SELLER
from tests.reliability.seam import FakeSns
from tests.service.office import Office, once

if TYPE_CHECKING:
    from chalicelib.domain.people import Actor

NUMBER, OTHER = "+34600000001", "+34600000002"
MINUTE = 60 * SECOND


def put(office: Office, number: str | None, actor: Actor = SELLER, mail: str | None = None, *, verified: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Register a seller's phone."""
    contacts = Contacts(mail, number, "en", phone_verified=verified)
    return put_contacts(office.services, Role.SELLER, SELLER.id, Request(actor), contacts)


def confirm(office: Office, code: str, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """Send a code back."""
    office.keys += 1
    answer = confirm_phone(office.services, SELLER.id, once(SELLER, key or f"confirm-{office.keys}", code), code)
    return json.loads(answer.body)


def resend(office: Office, key: str = "") -> Any:  # noqa: ANN401 - JSON
    """Ask for another code."""
    office.keys += 1
    return json.loads(resend_code(office.services, SELLER.id, once(SELLER, key or f"resend-{office.keys}")).body)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def refused(code: str, office: Office, guess: str) -> None:
    """Send a code back that is refused."""
    with pytest.raises(Refusal) as refusal:
        confirm(office, guess)
    assert code == refusal.value.code


def test_a_new_phone_gets_a_code_and_nothing_else_until_it_is_confirmed() -> None:
    """N1: before the code comes back the phone is not subscribed; after it, it is, and stays so when put again."""
    office = Office()
    assert "pending" == put(office, NUMBER)["phone_status"]
    assert (set(), [NUMBER]) == (office.addresses(), list(office.texts.codes))
    told = confirm(office, office.texts.codes[NUMBER])
    assert ("confirmed", {NUMBER}) == (told["phone_status"], office.addresses())
    office.texts.codes.clear()
    assert "confirmed" == put(office, NUMBER)["phone_status"]
    assert ({}, {NUMBER}) == (office.texts.codes, office.addresses())


def test_the_code_is_stored_as_a_salted_hash() -> None:
    """N1: nothing in the table holds the code, and two phones with the same code would not show it."""
    office = Office()
    put(office, NUMBER)
    code = office.texts.codes[NUMBER]
    kept = office.services.people.profile("seller", SELLER.id).phone_code
    assert kept
    assert code not in kept.digest + kept.salt
    assert (64, 32) == (len(kept.digest), len(kept.salt))


def test_a_changed_phone_is_unsubscribed_at_once_and_confirmed_anew() -> None:
    """N1: the confirmation is the number's: another number starts from the beginning, also back to the first one."""
    office = Office()
    put(office, NUMBER, PLATFORM, verified=True)
    assert {NUMBER} == office.addresses()
    put(office, OTHER)
    assert set() == office.addresses()
    refused(INVALID, office, wrong(office.texts.codes[OTHER]))
    assert "pending" == put(office, NUMBER)["phone_status"]


def test_the_platform_registers_a_phone_that_it_has_confirmed() -> None:
    """N1: the platform may say that it knows the phone; then no code is sent. It may also not say so."""
    office = Office()
    assert "confirmed" == put(office, NUMBER, PLATFORM, verified=True)["phone_status"]
    assert {} == office.texts.codes
    assert "pending" == put(office, OTHER, PLATFORM)["phone_status"]
    assert "confirmed" == put(office, OTHER, PLATFORM, verified=True)["phone_status"]


def test_a_buyers_phone_is_sent_no_code() -> None:
    """N1: nothing is sent to a buyer's phone, so there is nothing to confirm."""
    office = Office()
    told = put_contacts(office.services, Role.BUYER, BUYER.id, Request(BUYER), Contacts(None, NUMBER, "en"))
    assert ("unused", {}) == (told["phone_status"], office.texts.codes)


def test_a_code_takes_five_tries() -> None:
    """N1: after five wrong guesses the right code is refused too; a new code is needed."""
    office = Office()
    put(office, NUMBER)
    code = office.texts.codes[NUMBER]
    for _ in range(phone.TRIES):
        refused(INVALID, office, wrong(code))
    refused(LIMIT_REACHED, office, code)
    office.wait(phone.PAUSE)
    resend(office)
    assert "confirmed" == confirm(office, office.texts.codes[NUMBER])["phone_status"]


def test_a_code_works_for_ten_minutes() -> None:
    """N1: at the end of the tenth minute a code works no more; a second before it does."""
    office = Office()
    put(office, NUMBER)
    code = office.texts.codes[NUMBER]
    office.wait(phone.WORKS)
    refused(TOO_LATE, office, code)
    resend(office)
    code = office.texts.codes[NUMBER]
    office.wait(phone.WORKS - SECOND)
    assert "confirmed" == confirm(office, code)["phone_status"]


def test_a_resent_code_replaces_the_first_and_comes_no_sooner_than_a_minute() -> None:
    """N1: one code works at a time, and a bored caller does not make a phone ring every second."""
    office = Office()
    put(office, NUMBER)
    first = office.texts.codes[NUMBER]
    with pytest.raises(Refusal) as early:
        resend(office)
    assert TOO_EARLY == early.value.code
    office.wait(MINUTE)
    while office.texts.codes[NUMBER] == first:  # one time in a million the codes are equal
        resend(office)
    refused(INVALID, office, first)


def test_codes_are_limited_by_person_and_day() -> None:
    """N1: five codes a day, whatever they are asked with; the next day there are more."""
    office = Office()
    put(office, NUMBER)
    for _ in range(phone.CODES_A_DAY - 1):
        office.wait(MINUTE)
        resend(office)
    office.wait(MINUTE)
    with pytest.raises(Refusal) as full:
        resend(office)
    assert LIMIT_REACHED == full.value.code
    office.wait(DAY)
    resend(office)


def test_sms_are_limited_by_number_whoever_registers_it() -> None:
    """N1, N3: many sellers who name one number do not make it ring more often than the day's limit."""
    office = Office()
    office.services = replace(office.services, limits=ContactLimits(sms_per_number_a_day=2))
    sent = 0
    for number in range(4):
        office.texts.codes.clear()
        with suppress(Refusal):
            put_contacts(office.services, Role.SELLER, f"shop-{number}", Request(SELLER), Contacts(None, NUMBER, "en"))
        sent += len(office.texts.codes)
    assert 2 == sent


@pytest.mark.parametrize("by_mail", [True, False])
def test_addresses_change_five_times_a_day(by_mail: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """N1: each new address counts, of mail as of phones; the same one again does not, and the platform is not counted."""
    office = Office()

    def change(number: int, actor: Actor = SELLER) -> None:
        contacts = Contacts(f"a{number}@acme.example", None, "en") if by_mail else Contacts(None, f"+3460000000{number}", "en")
        put_contacts(office.services, Role.BUYER, BUYER.id, Request(actor), contacts)

    for number in range(5):
        change(number)
    change(4)
    before = office.addresses()
    with pytest.raises(Refusal) as full:
        change(5)
    assert (LIMIT_REACHED, before) == (full.value.code, office.addresses())
    change(6, PLATFORM)
    office.wait(DAY)
    change(7)


def test_asking_again_to_confirm_a_mail_counts_as_a_change() -> None:
    """N1: a confirmation mail is sent again only within the day's limit."""
    office = Office()
    for _ in range(5):
        put(office, None, mail="a@acme.example")
        for subscription in list(office.phonebook.live):
            office.phonebook.unsubscribe(subscription)
    with pytest.raises(Refusal) as full:
        put(office, None, mail="a@acme.example")
    assert LIMIT_REACHED == full.value.code


def test_a_retry_gets_the_first_answer() -> None:
    """I5: the same confirmation, and the same wish for a code, are carried out once."""
    office = Office()
    put(office, NUMBER)
    office.wait(MINUTE)
    first = resend(office, "again")
    code = office.texts.codes.pop(NUMBER)
    assert (first, {}) == (resend(office, "again"), office.texts.codes)
    assert confirm(office, code, "once") == confirm(office, code, "once")
    assert "confirmed" == confirm(office, code)["phone_status"], "after a lost answer, under another key"


def test_without_a_phone_there_is_nothing_to_confirm() -> None:
    """N1: a code that nobody was sent is refused, and so is a wish for one."""
    office = Office()
    refused(CONFLICT, office, "000000")
    put(office, NUMBER, PLATFORM, verified=True)
    with pytest.raises(Refusal) as nothing:
        resend(office)
    assert CONFLICT == nothing.value.code


def test_a_code_that_sns_does_not_take_can_be_asked_for_again() -> None:
    """N1: the number is on file, pending, and the next code reaches it."""
    office = Office()

    class Broken:
        def send_code(self, phone: str, language: str, code: str) -> None:
            del phone, language, code
            raise ClientError({"Error": {"Code": "ThrottledException", "Message": "slow"}}, "Publish")

    services, office.services = office.services, replace(office.services, texts=Broken())
    with pytest.raises(MessagingUnavailable):
        put(office, NUMBER)
    office.services = services
    assert "pending" == get_contacts(services, Role.SELLER, SELLER.id)["phone_status"]
    office.wait(MINUTE)
    resend(office)
    assert "confirmed" == confirm(office, office.texts.codes[NUMBER])["phone_status"]


@pytest.mark.parametrize("language", [*LANGUAGES, "xx"])
def test_a_code_is_one_sms_in_every_language(language: str) -> None:
    """N1, N3: the SMS names the code, takes one segment, and goes straight to the number; an unknown language is English."""
    sns = FakeSns()
    SnsTexts(lambda: sns).send_code(NUMBER, language, "012345")
    (sent,) = sns.published
    assert NUMBER == sent["PhoneNumber"]
    assert "012345" in sent["Message"]
    assert 1 == segments(sent["Message"])

"""SNS has exactly the addresses that people registered, whichever call was the last before a crash (N1)."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.people import Role
from chalicelib.jobs import forget_devices
from chalicelib.service.contacts import Contacts, get_contacts, put_contacts
from chalicelib.service.devices import DEVICES_AT_MOST, device_id, forget_endpoint, register_device, remove_device
from chalicelib.service.errors import Busy, KeyReused, NotFound, PushNotConfigured, TokenRefused
from chalicelib.service.execute import Request
from chalicelib.store.idempotency import Once
from tests.domain.worlds import PLATFORM
from tests.randomness import seeds
from tests.reliability.faults import Fault, Kind
from tests.reliability.seam import FakeSns, Recorder, through
from tests.reliability.small_cloud import Cloud, Killed

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.store.people import Profile

ANA, BEN = "ana", "ben"
PHONES, LAPTOP = tuple(f"token-of-phone-{n}" for n in range(DEVICES_AT_MOST + 2)), "token-of-laptop"
MAILS = (None, "a@ana.example", "b@ana.example")


@dataclass
class Hand:
    """The acts of people in a deployment that pushes to Android."""

    cloud: Cloud
    keys: int = 0

    def once(self, body: object, key: str = "") -> Once:
        """Return a request under a new key, unless one is given."""
        self.keys += 1
        digest, fingerprint = (hashlib.sha256(it.encode()).hexdigest() for it in (key or f"key-{self.keys}", repr(body)))
        return Once(digest, fingerprint)

    def registers(self, token: str, person: str = ANA, *, platform: str = "fcm", key: str = "") -> Any:  # noqa: ANN401
        """Register the token of an app."""
        once = self.once((platform, token), key)
        answer = register_device(self.cloud.services(), Role.BUYER, person, once, platform, token)
        assert 201 == answer.status
        return json.loads(answer.body)

    def removes(self, token: str, person: str = ANA) -> None:
        """Sign out on a device."""
        remove_device(self.cloud.services(), Role.BUYER, person, device_id("fcm", token))

    def puts(self, email: str | None, person: str = ANA) -> Any:  # noqa: ANN401 - JSON
        """Register contacts."""
        contacts = Contacts(email, "+34600000000", "en")
        return put_contacts(self.cloud.services(), Role.BUYER, person, Request(PLATFORM), contacts)

    def profile(self, person: str = ANA) -> Profile:
        """Return the profile on file."""
        return self.cloud.services().people.profile("buyer", person)

    def tokens(self, person: str = ANA) -> list[str]:
        """Return the devices on file."""
        return [device.token for device in self.profile(person).devices]

    def check(self, *people: str) -> None:
        """Check that SNS has everything that these people's profiles name, and nothing else.

        A device is subscribed at its person's topic only for release 0.2.0.
        """
        subscriptions, endpoints = set(), set()
        for person in people or (ANA,):
            profile, topic = self.profile(person), f"arn:aws:sns:local:0:person-buyer-{person}"
            subscriptions.add((topic, "email", profile.email))
            endpoints |= {device.endpoint for device in profile.devices}
            pushed = profile.devices if self.cloud.topics_of_0_2 else ()
            subscriptions |= {(topic, "application", device.endpoint) for device in pushed}
            named = {*profile.subscriptions.values(), *(device.subscription for device in pushed)}
            assert named == {arn for arn, place in self.cloud.sns.subscriptions.items() if place[0] == topic}
        assert {place for place in subscriptions if place[2]} == set(self.cloud.sns.subscriptions.values())
        assert endpoints == self.cloud.sns.endpoints.keys()


def beginning(*, topics_of_0_2: bool = False) -> Hand:
    """Give Ana an address and a phone, and Ben both and a registered laptop."""
    hand = Hand(Cloud(topics_of_0_2=topics_of_0_2))
    hand.puts(MAILS[1])
    hand.registers(PHONES[0])
    hand.puts(MAILS[1], BEN)
    hand.registers(LAPTOP, BEN)
    hand.check(ANA, BEN)
    return hand


ACTS: dict[str, Callable[[Hand], object]] = {
    "another address": lambda it: it.puts(MAILS[2]),
    "no address": lambda it: it.puts(None),
    "a new device": lambda it: it.registers(PHONES[1]),
    "the same device": lambda it: it.registers(PHONES[0]),
    "somebody else's device": lambda it: it.registers(LAPTOP),
    "a device goes": lambda it: it.removes(PHONES[0]),
}


def calls_of(act: Callable[[Hand], object], *, topics_of_0_2: bool) -> int:
    """Return how many calls an act makes."""
    hand, recorder = beginning(topics_of_0_2=topics_of_0_2), Recorder()
    hand.cloud.hook = recorder
    act(hand)
    return len(recorder.calls)


@pytest.mark.parametrize("then", ["again", "contacts"])
@pytest.mark.parametrize("kind", [Kind.KILLED_BEFORE, Kind.KILLED_AFTER, Kind.ERROR_AFTER])
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("topics", [False, True])
def test_after_a_crash_at_any_call_the_next_change_leaves_no_orphan(topics: bool, act: str, kind: Kind, then: str) -> None:  # noqa: FBT001
    """N1: whichever call a change died at, repeating it, or putting the old contacts again, repairs everything."""
    for at in range(calls_of(ACTS[act], topics_of_0_2=topics)):
        hand = beginning(topics_of_0_2=topics)
        hand.cloud.hook = fault = Fault(at, kind)
        with suppress(Killed, Exception):  # looking for stray mail may fail without harm
            ACTS[act](hand)
        assert fault.met > at
        hand.cloud.hook = through
        if then == "again":
            try:
                ACTS[act](hand)
            except NotFound:
                assert (act, hand.tokens()) == ("a device goes", [])
        hand.puts(MAILS[1])
        hand.puts(MAILS[1], BEN)
        hand.check(ANA, BEN)
        if then == "again" and act == "somebody else's device":
            assert ([PHONES[0], LAPTOP], []) == (hand.tokens(), hand.tokens(BEN))


def test_any_history_with_crashes_leaves_no_orphan() -> None:
    """N1: after any series of changes, each of which may die anywhere, one complete change leaves SNS as registered."""
    for seed in seeds(40):
        pick, hand = Random(seed), Hand(Cloud(topics_of_0_2=seed % 2 == 0))
        for turn in range(12):
            hand.cloud.topics_of_0_2 &= turn < 6  # half of them go on without the topics of 0.2.0
            person, token = pick.choice((ANA, BEN)), pick.choice((*PHONES[:2], LAPTOP))
            act = pick.choice(("puts", "registers", "registers", "removes"))
            hand.cloud.hook = Fault(pick.randrange(14), pick.choice((Kind.KILLED_BEFORE, Kind.KILLED_AFTER)))
            try:
                if act == "puts":
                    hand.puts(pick.choice(MAILS), person)
                else:
                    getattr(hand, act)(token, person)
            except (Killed, NotFound):
                pass
        hand.cloud.hook = through
        for person in (ANA, BEN):
            hand.puts(pick.choice(MAILS), person)
        hand.check(ANA, BEN)


@pytest.mark.parametrize("loser", ACTS)
@pytest.mark.parametrize("winner", ACTS)
def test_of_two_changes_at_one_moment_the_refused_one_leaves_nothing(winner: str, loser: str) -> None:
    """N1: a change that lost the race is told to come back, and SNS has what the winner left on file.

    A device that somebody else signed in on is silent at once for its former person, even if that change has yet to be kept.
    """
    hand = beginning()

    def meanwhile(call: Any, carry: Any) -> Any:  # noqa: ANN401 - an AWS call
        if "write" in call.operation or (call.operation == "put_item" and "DEVICE" not in str(call.arguments)):
            hand.cloud.hook = through
            ACTS[winner](hand)
        return carry(call)

    hand.cloud.hook = meanwhile
    with suppress(NotFound):
        try:
            ACTS[loser](hand)
        except Busy:
            if loser == "somebody else's device":
                ACTS[loser](hand)
    hand.cloud.hook = through
    hand.check(ANA, BEN)


def test_a_token_is_one_device_however_often_it_is_sent() -> None:
    """N1: an app that sends its token at every start changes nothing, except that a device given up works again."""
    hand = Hand(Cloud())
    first = hand.registers(PHONES[0])
    version = hand.profile().version
    (endpoint,) = hand.cloud.sns.endpoints.values()
    endpoint["Enabled"] = "false"
    assert first == hand.registers(PHONES[0])
    assert ("true", version) == (endpoint["Enabled"], hand.profile().version)
    hand.check()


def test_a_device_that_sns_lost_is_registered_anew() -> None:
    """N1: an endpoint that somebody deleted in SNS is created again at the next start of the app."""
    hand = Hand(Cloud())
    hand.registers(PHONES[0])
    hand.cloud.sns.endpoints.clear()
    hand.registers(PHONES[0])
    assert [PHONES[0]] == hand.tokens()
    hand.check()


def test_a_key_registers_one_device() -> None:
    """I5: the same key and token get the first answer, another token under that key is refused and registers nothing."""
    hand = Hand(Cloud())
    first = hand.registers(PHONES[0], key="k")
    hand.removes(PHONES[0])
    assert first == hand.registers(PHONES[0], key="k")
    with pytest.raises(KeyReused):
        hand.registers(PHONES[1], key="k")
    assert [] == hand.tokens()


def test_a_device_tells_its_last_owners_messages_alone() -> None:
    """I6: a phone that Ben signs in on after Ana shows none of her messages, and leaves her list."""
    hand = Hand(Cloud())
    hand.registers(PHONES[0])
    hand.registers(PHONES[0], BEN)
    assert ([], [PHONES[0]]) == (hand.tokens(), hand.tokens(BEN))
    assert ({}, [device_id("fcm", PHONES[0])]) == (
        hand.cloud.sns.subscriptions,
        [endpoint["CustomUserData"] for endpoint in hand.cloud.sns.endpoints.values()],
    )
    with pytest.raises(NotFound):
        hand.removes(PHONES[0])


def test_the_oldest_device_makes_room_and_one_given_up_goes_first() -> None:
    """N1: a person has at most ten devices; those that their platform has given up go before a working one does."""
    hand = Hand(Cloud())
    for token in PHONES[:DEVICES_AT_MOST]:
        hand.registers(token)
    hand.cloud.sns.endpoints[hand.profile().devices[3].endpoint]["Enabled"] = "false"
    hand.registers(PHONES[-2])
    assert [*PHONES[:3], *PHONES[4:10], PHONES[-2]] == hand.tokens()
    hand.registers(PHONES[-1])
    assert [*PHONES[1:3], *PHONES[4:10], *PHONES[-2:]] == hand.tokens()
    hand.check()


def test_a_device_that_its_platform_gave_up_is_forgotten_when_sns_says_so() -> None:
    """N1: a failed delivery to a disabled endpoint removes the device; any other failure changes nothing."""
    hand = Hand(Cloud())
    hand.registers(PHONES[0])
    (arn,) = hand.cloud.sns.endpoints
    assert not forget_endpoint(hand.cloud.services(), arn)
    assert [PHONES[0]] == hand.tokens()
    hand.cloud.sns.endpoints[arn]["Enabled"] = "false"
    assert forget_endpoint(hand.cloud.services(), arn)
    assert not forget_endpoint(hand.cloud.services(), arn)
    assert [] == hand.tokens()
    hand.check()


def test_the_function_reads_what_sns_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """N1: the notification of a failed delivery, as SNS writes it, makes the function forget the device that it names."""
    hand = Hand(Cloud())
    hand.registers(PHONES[0])
    ((arn, endpoint),) = hand.cloud.sns.endpoints.items()
    endpoint["Enabled"] = "false"
    told = {"DeliveryAttempts": 1, "EndpointArn": arn, "EventType": "DeliveryFailure", "FailureType": "EndpointDisabled"}
    monkeypatch.setattr("chalicelib.bootstrap.services", hand.cloud.services)
    event = {"Records": [{"Sns": {"Message": json.dumps(told), "Subject": "DeliveryFailure event for app shop (GCM)"}}]}
    assert {"forgotten": 1} == forget_devices(event["Records"])
    assert [] == hand.tokens()


def test_what_cannot_be_pushed_to_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """N1: without an application for the platform, or with a token it does not know, nothing is registered here or in SNS."""
    hand = Hand(Cloud())
    with pytest.raises(PushNotConfigured):
        hand.registers(PHONES[0], platform="apns")
    services = hand.cloud.services()

    def refused(*_: object) -> str:
        raise TokenRefused

    monkeypatch.setattr(services.endpoints, "create", refused)
    with pytest.raises(TokenRefused):
        register_device(services, Role.BUYER, ANA, hand.once(""), "fcm", PHONES[0])
    assert [] == hand.tokens()
    assert FakeSns() == replace(hand.cloud.sns)
    assert [] == get_contacts(hand.cloud.services(), Role.BUYER, ANA)["devices"]

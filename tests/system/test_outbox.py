"""The outbox: each message's person and device, the page's filters, and texts that are never run as markup."""

import html
import json
import re
import shlex
import subprocess
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from chalicelib.notify.composed_message import ComposedMessage, Push
from chalicelib.notify.sns import SnsSender
from chalicelib.service.devices import device_id
from localcloud.cloud import LocalCloud
from localcloud.demo.api import Api
from localcloud.demo.market import Market, Sale, days
from localcloud.layout import ROOT, command_line
from localcloud.outbox.messages import Messages, Wanted
from localcloud.outbox.page import SCRIPT, STYLE
from localcloud.outbox.parts import linked, sms_size
from localcloud.outbox.server import Outbox
from localcloud.outbox.subscriptions import Subscription
from localcloud.ports import Ports
from tests.waiting import PATIENCE, awaited

PREFIX, PEOPLE = "p-person-", 2
LINK = "http://market.example/disputes/o-1-d1?a=1&b=2"
MAIL = Subscription("email", "ann@acme.example", {"channel": ["email"]})
PHONE = Subscription("sms", "+4512345678", {"channel": ["sms"]})
DEVICES = [Subscription("application", f"arn:aws:sns:eu-west-1:0:endpoint/GCM/p/{n}", {"channel": ["push"]}) for n in (1, 2)]
ADDRESSES = [MAIL, PHONE, *DEVICES]


class _Sns:
    """An SNS with the topics of two people, whose subscriptions nobody asks for."""

    def get_paginator(self, _operation: str) -> "_Sns":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        names = [f"{PREFIX}seller-acme", f"{PREFIX}buyer-ana"]
        return [{"Topics": [{"TopicArn": f"arn:aws:sns:eu-west-1:0:{name}"} for name in names]}]

    def subscribe(self, **_arguments: str) -> None:
        """Take it."""


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """An outbox of its own, which nothing has reached yet."""
    served = Outbox(_Sns(), "p-", PREFIX, Ports.free().outbox)
    yield served
    served.stop()


def send(to: Messages, person: str, channel: str, text: str, *, title: str = "", order: str = "o-1") -> None:
    """Publish to a person's topic as the product does, and as SNS hands it to who reads along by http."""
    attributes = {"channel": channel, "recipient": person, "event_type": "dispute_opened", "order_id": order}
    if channel == "push":
        attributes |= {"title": title, "link": LINK}
    notification = {
        "MessageId": f"{person} {channel} {text} {order}",
        "TopicArn": f"arn:aws:sns:eu-west-1:0:{PREFIX}{person.replace(':', '-')}",
        "Timestamp": "2026-01-02T03:04:05.000Z",
        "Message": text,
        "MessageAttributes": {name: {"Type": "String", "Value": value} for name, value in attributes.items()},
    }
    to.take(notification | ({"Subject": title} if channel == "email" else {}), ADDRESSES)


def read(outbox: Outbox, path: str) -> str:
    """Return the outbox's answer there."""
    with urllib.request.urlopen(f"{outbox.url}{path}", timeout=PATIENCE) as reply:
        return str(reply.read().decode())


class _Page(HTMLParser):
    """Reads a page: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_push_message_is_shown_once_to_a_person_of_many_devices() -> None:
    """Two devices ring, one person reads: the title, the text and what it opens."""
    messages = Messages(PREFIX)
    send(messages, "buyer:ana", "push", "Refund of 5 EUR.", title="Your dispute")

    shown = [(e.channel, e.to, e.subject, e.body, e.link) for e in messages.to_people()]

    assert [("push", "buyer:ana", "Your dispute", "Refund of 5 EUR.", LINK)] == shown


def test_a_push_message_rings_nowhere_without_a_device() -> None:
    """A person without a device is shown no push message, as with real phones."""
    messages = Messages(PREFIX)
    attributes = {"channel": {"Value": "push"}, "recipient": {"Value": "buyer:ana"}}
    topic = f"arn:aws:sns:eu-west-1:0:{PREFIX}buyer-ana"
    told = {"MessageId": "1", "TopicArn": topic, "Timestamp": "2026-01-02T03:04:05Z", "Message": "x"}

    messages.take(told | {"MessageAttributes": attributes}, [MAIL, PHONE])

    assert [] == messages.to_people()


def test_messages_are_chosen_by_person_channel_and_order() -> None:
    """An open filter excludes nothing; several filters hold together."""
    messages = Messages(PREFIX)
    sent = [
        ("seller:acme", "sms", "o-1"),
        ("seller:acme", "email", "o-1"),
        ("buyer:ana", "sms", "o-1"),
        ("seller:acme", "sms", "o-2"),
    ]
    for person, channel, order in sent:
        send(messages, person, channel, "x", order=order)

    def numbers(**wanted: str) -> list[int]:
        return [entry.number for entry in messages.to_people(Wanted(**wanted))]

    assert [1, 2, 3, 4] == numbers()
    assert [1, 2, 4] == numbers(person="seller:acme")
    assert [1, 3, 4] == numbers(channel="sms")
    assert [4] == numbers(order="o-2")
    assert [1] == numbers(person="seller:acme", channel="sms", order="o-1")


def test_the_same_choice_is_made_of_the_page_and_of_its_data(outbox: Outbox) -> None:
    """The page shows what `messages.json` of the same query holds, with what a phone and a mailbox show of it."""
    send(outbox.messages, "seller:acme", "email", "Answer soon.", title="A claim")
    send(outbox.messages, "seller:acme", "sms", "Ответьте до 5 мая")
    send(outbox.messages, "seller:acme", "push", "Answer now.", title="A claim rings")
    send(outbox.messages, "buyer:ana", "push", "It is on its way.", title="Your claim")

    everything, pushes = (
        json.loads(read(outbox, f"/messages.json{query}")) for query in ("", "?channel=push&person=buyer:ana")
    )
    whole, chosen = (_Page(read(outbox, f"/{query}")).text for query in ("", "?channel=push&person=buyer:ana"))

    assert [1, 2, 3, 4] == [entry["number"] for entry in everything]
    assert [("Your claim", "It is on its way.", LINK)] == [(e["subject"], e["body"], e["link"]) for e in pushes]
    for words in ("A claim rings", "Answer soon.", "1 segment, UCS-2", "2 Jan 03:04:05", LINK):
        assert words in whole
    assert "It is on its way." in chosen
    assert "Answer" not in chosen


def test_the_text_of_a_message_is_never_markup(outbox: Outbox) -> None:
    """The page shows a party's text letter for letter, and takes no tag and no attribute from it."""
    evil = '<script>alert(1)</script><img src=x onerror=alert(2)> " onmouseover="alert(3) https://x.example/"><b>'
    harmless = {tag for tag, _ in _Page(read(outbox, "/")).tags}
    for channel in ("email", "sms", "push"):
        send(outbox.messages, "seller:acme", channel, evil, title=evil, order=evil)

    page = _Page(read(outbox, "/"))

    handlers = [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert [] == handlers
    assert {"img", "b"}.isdisjoint(tag for tag, _ in page.tags)
    assert 1 == sum(tag == "script" for tag, _ in page.tags)
    assert "script" in harmless
    assert 6 <= page.text.count(evil)


def test_what_is_asked_for_is_never_markup(outbox: Outbox) -> None:
    """Nor does an address of the outbox put tags into its page."""
    for path in (
        "/?person=%3Cb%3E&channel=%3Cb%3E&order=%22%3E%3Cb%3E",
        "/disputes/%22%3E%3Cb%3E",
        '/disputes/"><b>'.replace(" ", ""),
    ):
        assert "b" not in {tag for tag, _ in _Page(read(outbox, path)).tags}


def test_nothing_is_loaded_from_elsewhere(outbox: Outbox) -> None:
    """Every resource is the outbox's own, and the page's policy has a browser refuse any other; links are only followed."""
    send(outbox.messages, "seller:acme", "email", f"See {LINK}", title="A claim")
    for path in ("/", "/systems", "/disputes/o-1-d1"):
        page = _Page(read(outbox, path))
        loaded = [a.get("src") or a.get("href") or "" for tag, a in page.tags if tag != "a" and ("src" in a or "href" in a)]
        policies = [a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]

        assert ["data:,", "/outbox.css", "/outbox.js"] == loaded
        assert ["default-src 'none'"] == [str(policy).partition(";")[0] for policy in policies]
    assert (STYLE, SCRIPT) == (read(outbox, "/outbox.css"), read(outbox, "/outbox.js"))
    assert all(word not in STYLE + SCRIPT for word in ("url(", "@import", "//cdn", "http:", "https:"))


def test_a_page_knows_when_it_is_old(outbox: Outbox) -> None:
    """The number it was made with is the one that is asked for, and each message changes it."""

    def numbers() -> tuple[str | None, str]:
        (made,) = [attributes["data-arrived"] for tag, attributes in _Page(read(outbox, "/")).tags if tag == "html"]
        return made, str(json.loads(read(outbox, "/arrived.json"))["arrived"])

    awaited(lambda: len(outbox.outline().people) == PEOPLE)
    before = numbers()
    send(outbox.messages, "seller:acme", "sms", "Answer now.")
    after = numbers()

    assert before[0] == before[1]
    assert after[0] == after[1]
    assert before != after


def test_an_empty_page_says_what_to_do(outbox: Outbox) -> None:
    """Nobody looks at an empty page in vain: it names a command that has a message sent; with messages there is none."""
    assert "curl -s" in _Page(read(outbox, "/?person=buyer:ana")).text
    send(outbox.messages, "buyer:ana", "email", "Thank you.", title="Yours")
    assert "curl -s" not in _Page(read(outbox, "/?person=buyer:ana")).text


def commands(page: str) -> list[str]:
    """Read the commands that a page offers to paste."""
    return [html.unescape(found) for found in re.findall(r"<div class=command><code>(.*?)</code>", page)]


def test_a_link_comes_with_a_command_for_its_recipient(outbox: Outbox) -> None:
    """Beside each message that links to a dispute stands the command that reads it, with a token of that very person."""
    send(outbox.messages, "seller:acme", "email", f"Answer soon.\n\n{LINK}", title="A claim")
    send(outbox.messages, "seller:acme", "sms", f"Answer soon. {LINK}")
    send(outbox.messages, "buyer:ana", "push", "It is on its way.", title="Your claim")
    send(outbox.messages, "buyer:ana", "email", "This week: https://market.example/orders", title="News")

    of_seller = f"{command_line()} get seller:acme /disputes/o-1-d1"
    of_buyer = f"{command_line()} get buyer:ana /disputes/o-1-d1"
    assert [of_seller] * 2 == commands(read(outbox, "/?person=seller:acme"))
    assert [of_buyer] == commands(read(outbox, "/?person=buyer:ana"))
    assert [of_seller, of_buyer] == commands(read(outbox, "/disputes/o-1-d1"))


def test_a_command_is_one_command_whatever_a_person_is_called(outbox: Outbox) -> None:
    """An id that a shell would read as more is quoted, so pasting runs nothing else."""
    send(outbox.messages, "seller:a;b $(c)", "sms", f"Answer soon. {LINK}")

    (command,) = commands(read(outbox, "/"))

    assert ["get", "seller:a;b $(c)", "/disputes/o-1-d1"] == shlex.split(command)[-3:]


def test_a_pasted_command_reads_the_dispute_as_its_recipient(cloud: LocalCloud) -> None:
    """The command beside a real message's link works in a shell, and shows what its recipient may see and do."""
    api = Api(cloud.endpoints)
    market = Market(api)
    now = market.now()
    market.register_seller("paste-shop", "+15125550102", ("Austin", "US"))

    def show(query: str = "") -> str:
        with urllib.request.urlopen(f"{cloud.outbox}/{query}", timeout=PATIENCE) as reply:
            return str(reply.read().decode())

    assert awaited(lambda: "seller:paste-shop" in show())  # the outbox follows the shop's topic before a message leaves
    sale = Sale("paste-1", "paste-ann", "paste-shop", "EUR", [("lamp", 1, 500)], 0, now - days(9), now - days(1))
    market.import_order(sale)
    dispute = api.post("buyer:paste-ann", "/orders/paste-1/disputes", {"reason": "not_received"})["id"]

    of_the_shop = "?person=seller:paste-shop&channel=email"
    assert awaited(lambda: commands(show(of_the_shop)))
    (command,) = commands(show(of_the_shop))
    ran = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)

    read = api.get("seller:paste-shop", f"/disputes/{dispute}")
    assert read == json.loads(ran.stdout) | {"as_of": read["as_of"]}  # the second may have changed in between


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Siehe https://x.example/a.", 'Siehe <a href="https://x.example/a" target=_blank rel="noopener noreferrer">'),
        ("见 https://x.example/a。", ">https://x.example/a</a>。"),
        ("https://x.example/?a=1&lt=2", 'href="https://x.example/?a=1&amp;lt=2"'),
        ("javascript:alert(1) <b>", "javascript:alert(1) &lt;b&gt;"),
    ],
)
def test_web_addresses_alone_become_links(text: str, expected: str) -> None:
    """A full stop after an address is not part of it, in any script; nothing but the web is linked to."""
    assert expected in linked(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, "1 segment, GSM-7"),
        ("a" * 161, "2 segments, GSM-7"),
        ("я" * 70, "1 segment, UCS-2"),
        ("я" * 71, "2 segments, UCS-2"),
    ],
)
def test_an_sms_says_what_it_costs(text: str, expected: str) -> None:
    """Segments are what is paid for, and the alphabet decides how much one holds (N3)."""
    assert expected == sms_size(text)


def test_what_goes_straight_to_phones_and_devices_is_read(cloud: LocalCloud) -> None:
    """N1: of a push to two devices of a person one is shown, with title and link, and an SMS with its number."""
    api, sns = Api(cloud.endpoints), cloud.aws("sns")
    applications = {it["PlatformApplicationArn"] for it in sns.list_platform_applications()["PlatformApplications"]}
    named = {"recipient": "buyer:pushed", "order_id": "pushed-1", "event": "pushed-1#1#1"}
    sender, push = SnsSender(lambda: sns), named | {"channel": "push"}
    for platform, kind in (("fcm", "/GCM/"), ("apns", "/APNS/")):
        token = f"token-of-the-{platform}-phone"
        api.post("buyer:pushed", "/buyers/pushed/devices", {"platform": platform, "token": token})
        (application,) = (it for it in applications if kind in it)
        known = {"PlatformApplicationArn": application, "Token": token, "CustomUserData": device_id(platform, token)}
        endpoint = sns.create_platform_endpoint(**known)["EndpointArn"]
        sender.send(ComposedMessage("", "退款 5 欧元", attributes=push, push=Push("纠纷", LINK), device=endpoint))
    sender.send(ComposedMessage("", "Answer by 5 May", attributes=named | {"channel": "sms"}, phone="+4512345678"))

    def arrived() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.outbox("messages.json?person=buyer:pushed")
        return found if len(found) > 1 else []

    shown = awaited(arrived)
    pushed, texted = ("push", "纠纷", "退款 5 欧元", LINK), ("sms", "", "Answer by 5 May", "")
    assert {pushed, texted} == {(e["channel"], e["subject"], e["body"], e["link"]) for e in shown}
    assert {"buyer:pushed", "+4512345678"} == {e["to"] for e in shown}
    assert 2 == len(shown)

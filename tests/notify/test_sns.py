"""People's topics and the markers, against moto: in process and in one thread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.backends import get_backend

from chalicelib import bootstrap
from chalicelib.notify.composed_message import ComposedMessage, Push
from chalicelib.notify.dependencies import Topics
from chalicelib.notify.publish import publish_records
from chalicelib.notify.registries.subscriptions import SnsSubscriptions, topic_safe
from chalicelib.notify.sns import SnsSender
from chalicelib.settings import settings_from
from chalicelib.store.codec import dump
from chalicelib.store.items import item
from chalicelib.store.orders import Orders
from chalicelib.store.people import Profile
from chalicelib.store.sent import KEPT_S, Sent
from tests.notify.fakes import LINKS, Desk, FakePeople
from tests.notify.stories import never_arrived, records_of
from tests.reliability.seam import FakeSns

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"
NOW_S = 1_780_000_000
PHONE = "+34600000000"


@pytest.fixture
def sns() -> Iterator[Any]:
    """An SNS that nobody else uses."""
    with mock_aws():
        yield boto3.client("sns", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    """An empty table."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106
        client.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        yield client


def subscriptions(sns: object) -> SnsSubscriptions:
    """Subscriptions in a deployment called p."""
    return SnsSubscriptions(lambda: sns, "p-")


def test_a_person_has_one_topic_with_an_address_per_channel(sns: Any) -> None:  # noqa: ANN401 - a botocore client
    """Email and SMS are subscriptions of one topic, each to messages of its own channel (N1)."""
    mine = subscriptions(sns)
    email_topic, _ = mine.subscribe("seller", "acme", "email", "a@example.com")
    topic, _ = mine.subscribe("seller", "acme", "sms", "+34600000000")
    assert email_topic == topic
    assert topic.rsplit(":", 1)[-1] == "p-seller-acme"
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert sorted((s["Protocol"], s["Endpoint"]) for s in found) == [("email", "a@example.com"), ("sms", "+34600000000")]
    for one in found:
        attributes = sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"]
        assert {"channel": [one["Protocol"]]} == json.loads(attributes["FilterPolicy"])


def test_subscribing_again_changes_nothing(sns: Any) -> None:  # noqa: ANN401
    """The same address of the same person is subscribed once (N1)."""
    mine = subscriptions(sns)
    first, second = (mine.subscribe("buyer", "ana", "email", "a@example.com") for _ in range(2))
    assert first == second
    assert len(sns.list_subscriptions_by_topic(TopicArn=first[0])["Subscriptions"]) == 1


def test_an_ended_subscription_is_gone_and_can_be_ended_again(sns: Any) -> None:  # noqa: ANN401
    """No address is left behind, and ending twice is no error (N1)."""
    mine = subscriptions(sns)
    topic, subscription = mine.subscribe("buyer", "ana", "email", "a@example.com")
    mine.unsubscribe(subscription)
    mine.unsubscribe(subscription)
    assert sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


def test_a_person_who_is_forgotten_leaves_no_subscription(sns: Any) -> None:  # noqa: ANN401
    """P2: the topic goes with every subscription, known to the profile or not; another's stays; and again it is no error."""
    mine = subscriptions(sns)
    mine.subscribe("buyer", "ana", "email", "a@example.com")
    mine.subscribe("buyer", "ana", "sms", "+34600000001")
    other, _ = mine.subscribe("seller", "ana", "email", "a@example.com")
    for _ in range(2):
        mine.forget(Profile("buyer", "ana"))
    assert [other] == [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    assert [other] == [it["TopicArn"] for it in sns.list_subscriptions()["Subscriptions"]]


class Answering:
    """An SNS that refuses to end any subscription, with one error."""

    def __init__(self, code: str) -> None:
        """Answer with ``code``."""
        self.code = code

    def unsubscribe(self, SubscriptionArn: str) -> None:  # noqa: N803 - SNS's name
        """Answer."""
        raise ClientError({"Error": {"Code": self.code, "Message": SubscriptionArn}}, "Unsubscribe")


@pytest.mark.parametrize("code", ["NotFound", "InvalidParameter"])
def test_a_subscription_that_sns_does_not_end_for_want_of_it_counts_as_ended(code: str) -> None:
    """Ending a subscription that is gone or was never confirmed is no error (N1)."""
    SnsSubscriptions(lambda: Answering(code), "p-").unsubscribe("arn:aws:sns:eu-west-1:1:p-buyer-ana:1")


@pytest.mark.parametrize("pending", ["PendingConfirmation", "pending confirmation"])
def test_a_pending_subscription_without_a_name_is_left_to_end_by_itself(pending: str) -> None:
    """A subscription without an ARN is not ended: it ends by itself (N1)."""
    SnsSubscriptions(lambda: Answering("Throttling"), "p-").unsubscribe(pending)


def test_any_other_answer_is_an_error() -> None:
    """A subscription that could not be ended is not forgotten (N1)."""
    with pytest.raises(ClientError, match="Throttling"):
        SnsSubscriptions(lambda: Answering("Throttling"), "p-").unsubscribe("arn:aws:sns:eu-west-1:1:p-buyer-ana:1")


IDS = ["acme", "a_b", "a.b", "a:b", "a@b", "a-b", "a_2Eb", "a_5F2Eb", "_", "__", "_AA", "_A", "A_", "é", "_C3_A9"]
IDS += ["x" * 64, ":" * 64, ":" * 200, "x" * 160, "x" * 161, "x" * 162, topic_safe("x" * 161)]


def test_topic_names_are_safe_and_never_the_same_for_two_people() -> None:
    """SNS takes the topic name of every id, and no two ids have the same (N1)."""
    names = [topic_safe(person) for person in IDS]
    assert len(IDS) == len(set(names))
    assert [name for name in names if not set(name) <= set("_-") | {c for c in name if c.isascii() and c.isalnum()}] == []
    assert max(map(len, names)) <= 160
    assert [topic_safe(person) for person in ("acme", "a_b", "a.b", "a_2Eb")] == ["acme", "a_b", "a_2Eb", "a_5F2Eb"]


def test_a_message_is_published_with_its_attributes(sns: Any) -> None:  # noqa: ANN401
    """SNS gets text, subject and attributes as they are (N1)."""
    topic = sns.create_topic(Name="events")["TopicArn"]
    published: dict[str, Any] = {}

    class Watching:
        def publish(self, **arguments: object) -> None:
            published.update(arguments)
            sns.publish(**arguments)

    SnsSender(Watching).send(ComposedMessage(topic, "text", "Subject", {"channel": "email"}))
    attributes = {"channel": {"DataType": "String", "StringValue": "email"}}
    assert {"TopicArn": topic, "Message": "text", "Subject": "Subject", "MessageAttributes": attributes} == published
    published.clear()
    SnsSender(Watching).send(ComposedMessage(topic, "text"))
    assert "Subject" not in published


def test_a_message_goes_straight_to_a_phone_or_a_device() -> None:
    """N1: SNS is given the number, or the device's endpoint, and no topic."""
    sns = FakeSns()
    sender = SnsSender(lambda: sns)
    sender.send(ComposedMessage("", "text", attributes={"channel": "sms"}, phone="+34600000001"))
    sender.send(ComposedMessage("", "text", attributes={"channel": "push"}, push=Push("title", LINKS), device="endpoint"))
    places = [{name: it.get(name) for name in ("PhoneNumber", "TargetArn", "TopicArn")} for it in sns.published]
    to_phone = {"PhoneNumber": "+34600000001", "TargetArn": None, "TopicArn": None}
    to_device = {"PhoneNumber": None, "TargetArn": "endpoint", "TopicArn": None}
    assert [to_phone, to_device] == places
    assert "json" == sns.published[1]["MessageStructure"]


def test_a_marker_is_kept_for_thirty_days(dynamodb: Any) -> None:  # noqa: ANN401
    """A marker names event, recipient and channel, and is kept long after any redelivery (N4), with its schema (I17)."""
    sent = Sent(lambda: dynamodb, "table", lambda: NOW_S + 0.5)
    assert not sent.has_left("order-1#1#1", "seller:acme", "sms")
    sent.mark("order-1#1#1", "seller:acme", "sms")
    sent.mark("order-1#1#1", "seller:acme", "sms")
    assert sent.has_left("order-1#1#1", "seller:acme", "sms")
    assert not sent.has_left("order-1#1#1", "seller:acme", "email")
    (kept,) = dynamodb.scan(TableName="table")["Items"]
    assert item(pk="SENT#order-1#1#1", sk="seller:acme#sms", expires_at=NOW_S + KEPT_S, schema_version=1) == kept


def test_an_order_is_read_by_its_key(dynamodb: Any) -> None:  # noqa: ANN401
    """An order is read as it was written, and a missing one raises ``LookupError``."""
    order = never_arrived().case.order
    dynamodb.put_item(TableName="table", Item=item(pk="ORDER#order-1", sk="#ORDER", data=dump(order)))
    orders = Orders(lambda: dynamodb, "table")
    assert order == orders.order("order-1")
    with pytest.raises(LookupError, match="order-2"):
        orders.order("order-2")


def test_the_deployment_publishes_through_its_own_topics_and_table(
    sns: Any,  # noqa: ANN401
    dynamodb: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Publishing that is put together only from settings reaches the topics and keeps its markers (N1, N4)."""
    topics = {name: sns.create_topic(Name=f"p-{name}")["TopicArn"] for name in ("events", "payments", "mediators")}
    arns = Topics(**topics)
    monkeypatch.setattr(bootstrap, "client", {"sns": sns, "dynamodb": dynamodb}.__getitem__)
    environment = {"TABLE_NAME": "table", "PERSON_TOPIC_PREFIX": "p-", "APP_LINK_BASE": LINKS}
    environment |= {f"{name.upper()}_TOPIC_ARN": arn for name, arn in topics.items()}
    monkeypatch.setattr(bootstrap, "settings", lambda: settings_from(environment))
    world = never_arrived()
    dynamodb.put_item(TableName="table", Item=item(pk="ORDER#order-1", sk="#ORDER", data=dump(world.case.order)))
    monkeypatch.setattr(bootstrap, "message_queue", bootstrap.message_queue.__wrapped__)
    assert publish_records(records_of(world), bootstrap.publishing.__wrapped__()) == []
    backend = get_backend("sns")[arns.events.split(":")[4]][REGION]
    counted = {arn: len(backend.topics[arn].sent_notifications) for arn in topics.values()}
    assert counted == {arns.events: len(world.log), arns.payments: 2, arns.mediators: 0}
    markers = [it for it in dynamodb.scan(TableName="table")["Items"] if it["pk"]["S"].startswith("SENT#")]
    assert len(markers) == sum(counted.values())


def test_a_person_of_release_0_2_0_is_told_by_each_channel_once(sns: Any) -> None:  # noqa: ANN401
    """N1, N4: whom 0.2.0 subscribed to a topic by mail and phone gets one mail through it, and one SMS past it.

    Each subscription takes messages of its own channel, so what the topic is sent reaches the mail only. The marker is of the
    channel: what either release has sent, the other does not send again.
    """
    mine = subscriptions(sns)
    topic, email = mine.subscribe("seller", "acme", "email", "a@example.com")
    _, sms = mine.subscribe("seller", "acme", "sms", PHONE)
    subscribed = {"email": email, "sms": sms}
    profile = Profile("seller", "acme", email="a@example.com", phone=PHONE, topic=topic, subscriptions=subscribed)
    world = never_arrived()
    desk = Desk((world,), people=FakePeople({"seller:acme": profile}))
    publish_records(records_of(world), desk.publishing)
    policies = {
        channel: json.loads(sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["FilterPolicy"])["channel"]
        for channel, arn in subscribed.items()
    }
    told = [it for it in desk.sender.sent if it.attributes["recipient"] == "seller:acme"]
    opened = [it for it in told if it.attributes["event"] == "order-1#1#1"]
    through_topic = [[c for c, wanted in policies.items() if it.attributes["channel"] in wanted and it.topic] for it in opened]
    assert [["email"], []] == through_topic
    assert ["", PHONE] == [it.phone for it in opened]
    earlier = Desk((world,), people=FakePeople({"seller:acme": profile}))
    earlier.markers.kept.add("order-1#1#1 seller:acme sms")
    publish_records(records_of(world), earlier.publishing)
    assert "order-1#1#1 seller:acme sms" not in earlier.sender.names

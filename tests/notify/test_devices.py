"""Endpoints and push messages against moto, and mail through SES."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.backends import get_backend

from chalicelib.notify.composed_message import ComposedMessage, Push
from chalicelib.notify.registries.endpoints import SnsEndpoints
from chalicelib.notify.registries.subscriptions import SnsSubscriptions
from chalicelib.notify.ses import MailOrTopicSender, SesMailer, html_of
from chalicelib.notify.sns import SnsSender
from chalicelib.service.errors import PushNotConfigured, TokenRefused
from chalicelib.service.ports import Subscribed

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "eu-west-1"
TOKEN, DEVICE = "token-of-firebase", "device-1"
LINK = "https://market.example/disputes/o-1-d1?from=push&x=1"


def client(service: str) -> Any:  # noqa: ANN401 - a botocore client
    """A client of ``service`` in moto."""
    make: Any = boto3.client
    return make(service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")  # noqa: S106


@pytest.fixture
def sns() -> Iterator[Any]:
    """An SNS that nobody else uses."""
    with mock_aws():
        yield client("sns")


@pytest.fixture
def endpoints(sns: Any) -> SnsEndpoints:  # noqa: ANN401
    """A deployment that pushes only to Android."""
    made = sns.create_platform_application(Name="shop", Platform="GCM", Attributes={"PlatformCredential": "key"})
    return SnsEndpoints(lambda: sns, {"fcm": made["PlatformApplicationArn"], "apns": ""})


def test_a_token_has_one_endpoint(endpoints: SnsEndpoints) -> None:
    """N1: the same token twice is one endpoint, and it is enabled."""
    first, second = (endpoints.create("fcm", TOKEN, DEVICE) for _ in range(2))
    assert first == second
    assert endpoints.enabled(first)
    assert first != endpoints.create("fcm", "another-token", "device-2")


def test_an_endpoint_that_was_disabled_takes_messages_again(sns: Any, endpoints: SnsEndpoints) -> None:  # noqa: ANN401
    """N1: a token that an app sends is enabled, even if it was disabled before."""
    endpoint = endpoints.create("fcm", TOKEN, DEVICE)
    sns.set_endpoint_attributes(EndpointArn=endpoint, Attributes={"Enabled": "false"})
    assert not endpoints.enabled(endpoint)
    assert endpoint == endpoints.create("fcm", TOKEN, DEVICE)
    assert endpoints.enabled(endpoint)


def test_a_deleted_endpoint_is_gone_and_can_be_deleted_again(endpoints: SnsEndpoints) -> None:
    """N1: reading or deleting an endpoint that is gone is no error."""
    endpoint = endpoints.create("fcm", TOKEN, DEVICE)
    endpoints.delete(endpoint)
    endpoints.delete(endpoint)
    assert (False, None) == (endpoints.enabled(endpoint), endpoints.device_of(endpoint))


@pytest.mark.parametrize("platform", ["apns", "hms"])
def test_a_platform_without_an_application_is_refused(endpoints: SnsEndpoints, platform: str) -> None:
    """N1: a deployment pushes only to platforms for which it has an application."""
    assert (True, False) == (endpoints.takes("fcm"), endpoints.takes(platform))
    with pytest.raises(PushNotConfigured):
        endpoints.create(platform, TOKEN, DEVICE)


@dataclass
class Answering:
    """An SNS that refuses every token with one error, and has an enabled endpoint for it."""

    code: str
    message: str

    def create_platform_endpoint(self, **_: str) -> None:
        """Refuse."""
        raise ClientError({"Error": {"Code": self.code, "Message": self.message}}, "CreatePlatformEndpoint")

    def get_endpoint_attributes(self, *, EndpointArn: str) -> dict[str, Any]:  # noqa: N803 - as SNS spells it
        """Tell."""
        return {"Attributes": {"Enabled": "true", "Token": EndpointArn}}


def test_an_endpoint_with_other_attributes_is_taken_over() -> None:
    """N1: the endpoint that SNS names in its refusal is used."""
    words = "Invalid parameter: Token Reason: Endpoint arn:aws:sns:r:1:endpoint/GCM/shop/5 already exists with the same Token"
    known = SnsEndpoints(lambda: Answering("InvalidParameter", f"{words}, but different attributes."), {"fcm": "arn"})
    assert known.create("fcm", TOKEN, DEVICE) == "arn:aws:sns:r:1:endpoint/GCM/shop/5"


def test_a_token_of_no_device_is_refused_and_any_other_failure_is_one() -> None:
    """N1: only an error about the token itself is the caller's."""
    with pytest.raises(TokenRefused):
        SnsEndpoints(lambda: Answering("InvalidParameter", "Reason: iOS device tokens are hex"), {"apns": "arn"}).create(
            "apns", TOKEN, DEVICE
        )
    with pytest.raises(ClientError, match="Throttling"):
        SnsEndpoints(lambda: Answering("Throttling", "slow down"), {"fcm": "arn"}).create("fcm", TOKEN, DEVICE)


def test_a_topic_tells_what_is_subscribed_to_it(sns: Any, endpoints: SnsEndpoints) -> None:  # noqa: ANN401
    """N1: all pages of a person's subscriptions are read; those of other protocols are left out."""
    mine = SnsSubscriptions(lambda: sns, "p-")
    endpoint = endpoints.create("fcm", TOKEN, DEVICE)
    addresses = [("sms", "+34600000000"), ("push", endpoint)] + [("email", f"{n}@example.com") for n in range(120)]
    made = {mine.subscribe("buyer", "ana", *address)[1]: address for address in addresses}
    topic, _ = mine.subscribe("buyer", "ben", "email", "b@example.com")
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:1:q")
    found = mine.subscribed("buyer", "ana")
    assert made == {it.subscription: (it.channel, it.address) for it in found}
    assert ["b@example.com"] == [it.address for it in mine.subscribed("buyer", "ben")]


def test_an_unconfirmed_address_has_no_subscription_yet() -> None:
    """N1: a pending subscription has no ARN."""

    class Listing:
        def create_topic(self, **_: str) -> dict[str, str]:
            return {"TopicArn": "arn:topic"}

        def list_subscriptions_by_topic(self, **_: str) -> dict[str, Any]:
            pending = {"Protocol": "email", "Endpoint": "a@example.com", "SubscriptionArn": "PendingConfirmation"}
            return {"Subscriptions": [pending]}

    expected = [Subscribed("email", "a@example.com", None)]
    assert expected == SnsSubscriptions(Listing, "p-").subscribed("buyer", "ana")


def test_a_push_message_is_written_for_each_platform(sns: Any, endpoints: SnsEndpoints) -> None:  # noqa: ANN401
    """N1, N3: Android and Apple devices each get title, text and link in their own form."""
    endpoint = endpoints.create("fcm", TOKEN, DEVICE)
    topic, _ = SnsSubscriptions(lambda: sns, "p-").subscribe("buyer", "ana", "push", endpoint)
    SnsSender(lambda: sns).send(ComposedMessage(topic, "Ответьте до 5 мая", None, {"channel": "push"}, Push("Спор", LINK)))
    (sent,) = get_backend("sns")[topic.split(":")[4]][REGION].topics[topic].sent_notifications
    message, attributes = json.loads(sent[1]), sent[3]
    shown = {"title": "Спор", "body": "Ответьте до 5 мая"}
    android = json.loads(message["GCM"])["fcmV1Message"]["message"]
    assert {"notification": shown, "data": {"link": LINK}} == android
    apple = {"aps": {"alert": shown, "sound": "default"}, "link": LINK}
    assert [apple, apple] == [json.loads(message[name]) for name in ("APNS", "APNS_SANDBOX")]
    assert "Ответьте до 5 мая" == message["default"]
    named = {name: attribute["Value"] for name, attribute in (attributes or {}).items()}
    assert {"channel": "push", "AWS.SNS.MOBILE.APNS.PUSH_TYPE": "alert"} == named


def test_a_mail_of_ses_is_html_beside_the_text() -> None:
    """N1: one mail goes to one address, from the deployment's own, as text and as HTML."""
    with mock_aws():
        ses = client("sesv2")
        ses.create_email_identity(EmailIdentity="no-reply@market.example")
        mail = ComposedMessage("", f"Answer <now>:\n{LINK}", "A dispute & you", mail_to="ana@ana.example")
        SesMailer(lambda: ses, "no-reply@market.example").send(mail)
        (sent,) = get_backend("ses")["123456789012"][REGION].sent_messages
    assert "no-reply@market.example" == sent.source
    assert {"ToAddresses": ["ana@ana.example"]} == {k: v for k, v in sent.destinations.items() if v}
    assert "A dispute & you" == sent.subject


def test_a_mail_s_html_is_escaped_and_links() -> None:
    """N3: paragraphs and lines stay, links can be tapped, and nothing that anybody wrote becomes markup."""
    page = html_of("<b>Spoof</b>", f'Said: "<script>x</script>"\nNext line\n\n\n  Open {LINK} now')
    assert (
        '<!doctype html><html><head><meta charset="utf-8"><title>&lt;b&gt;Spoof&lt;/b&gt;</title></head>'
        '<body style="font:16px/1.5 sans-serif;max-width:40em;margin:1em auto;padding:0 1em">'
        "<p>Said: &quot;&lt;script&gt;x&lt;/script&gt;&quot;<br>Next line</p>"
        '<p>  Open <a href="https://market.example/disputes/o-1-d1?from=push&amp;x=1">'
        "https://market.example/disputes/o-1-d1?from=push&amp;x=1</a> now</p></body></html>"
    ) == page


@dataclass
class Keeping:
    """Keeps the messages that it is given."""

    sent: list[ComposedMessage] = field(default_factory=list)

    def send(self, message: ComposedMessage) -> None:
        """Keep it."""
        self.sent.append(message)


def test_only_what_names_an_address_is_mailed() -> None:
    """N1: only a message with an email address is mailed; every other goes through its topic."""
    topics, mail = Keeping(), Keeping()
    mailed, other = ComposedMessage("", "text", "Subject", mail_to="ana@ana.example"), ComposedMessage("arn", "text")
    sender = MailOrTopicSender(topics, mail)
    sender.send(mailed)
    sender.send(other)
    assert ([other], [mailed]) == (topics.sent, mail.sent)

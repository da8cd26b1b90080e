"""Put one seam into every test here: the client call. A scheduler, a fault, a mutant or a recorder plugs into it.

The seam lies above botocore. The product's code sees there what is left once botocore's own three attempts have ended.
``wire.py`` injects faults below botocore, for a few commands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS client: ``client.<operation>(**arguments)``."""

    service: str
    operation: str
    arguments: dict[str, Any]

    @property
    def name(self) -> str:
        """Return its name in a trace."""
        return f"{self.service}.{self.operation}"


Carry = Callable[[Call], Any]
"""A function that carries a call out."""
Hook = Callable[[Call, Carry], Any]
"""A function around a call: it lets the call through, changes it, holds it, or fails it."""


def through(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
    """Let the call through."""
    return carry(call)


def stacked(*hooks: Hook) -> Hook:
    """Return several hooks as one, the first of them outermost."""

    def hook(call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        for inner in reversed(hooks):
            carry = _around(inner, carry)
        return carry(call)

    return hook


def _around(hook: Hook, carry: Carry) -> Carry:
    return lambda call: hook(call, carry)


class Seam:
    """A client whose every call goes through the hook that ``hook`` gives at that moment."""

    def __init__(self, service: str, client: object, hook: Callable[[], Hook]) -> None:
        """Stand in front of ``client``."""
        self._service, self._client, self._hook = service, client, hook
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: object) -> Any:  # noqa: ANN401 - an AWS reply
            return self._hook()(Call(self._service, operation, arguments), self._carry)

        return call

    def _carry(self, call: Call) -> Any:  # noqa: ANN401 - an AWS reply
        if call.operation == "this_table":  # what a hook asks that keeps a replica
            return self._client
        return getattr(self._client, call.operation)(**call.arguments)


@dataclass
class Recorder:
    """Lets every call through and keeps it."""

    calls: list[Call] = field(default_factory=list)

    def __call__(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Keep the call, and let it through."""
        self.calls.append(call)
        return carry(call)


Message = tuple[str, str, str]
"""A message by (event, recipient, channel)."""


@dataclass
class FakeSns:
    """SNS, as far as the product uses it: topics, subscriptions, endpoints and publications.

    Subscribing twice gives one subscription, and a token has one endpoint.
    """

    subscriptions: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, str]] = field(default_factory=dict)
    published: list[dict[str, Any]] = field(default_factory=list)

    def create_topic(self, *, Name: str) -> dict[str, str]:  # noqa: N803 - as SNS spells it
        """Create a topic, or return it."""
        return {"TopicArn": f"arn:aws:sns:local:0:{Name}"}

    def subscribe(self, **asked: Any) -> dict[str, str]:  # noqa: ANN401 - as SNS takes them
        """Create a subscription, one for each topic, protocol and endpoint."""
        place = asked["TopicArn"], asked["Protocol"], asked["Endpoint"]
        arn = ":".join(place)
        self.subscriptions[arn] = place
        return {"SubscriptionArn": arn}

    def unsubscribe(self, *, SubscriptionArn: str) -> dict[str, Any]:  # noqa: N803 - as SNS spells it
        """End a subscription. Raises ``NotFound`` for one that is gone."""
        if self.subscriptions.pop(SubscriptionArn, None) is None:
            raise ClientError({"Error": {"Code": "NotFound", "Message": "no such subscription"}}, "Unsubscribe")
        return {}

    def list_subscriptions_by_topic(self, *, TopicArn: str) -> dict[str, Any]:  # noqa: N803 - as SNS spells it
        """Return a topic's subscriptions, all on one page."""
        names = ("TopicArn", "Protocol", "Endpoint")
        mine = {arn: place for arn, place in self.subscriptions.items() if place[0] == TopicArn}
        return {"Subscriptions": [dict(zip(names, place, strict=True), SubscriptionArn=arn) for arn, place in mine.items()]}

    def create_platform_endpoint(self, **asked: str) -> dict[str, str]:
        """Create an endpoint, one for each token."""
        arn = f"arn:aws:sns:local:0:endpoint/{asked['Token']}"
        new = {"Enabled": "true", "Token": asked["Token"], "CustomUserData": asked["CustomUserData"]}
        self.endpoints.setdefault(arn, new)
        return {"EndpointArn": arn}

    def get_endpoint_attributes(self, *, EndpointArn: str) -> dict[str, Any]:  # noqa: N803
        """Return an endpoint's attributes. Raises ``NotFound`` for one that is gone."""
        if EndpointArn not in self.endpoints:
            raise ClientError({"Error": {"Code": "NotFound", "Message": "no such endpoint"}}, "GetEndpointAttributes")
        return {"Attributes": {**self.endpoints[EndpointArn]}}

    def set_endpoint_attributes(self, *, EndpointArn: str, Attributes: dict[str, str]) -> dict[str, Any]:  # noqa: N803
        """Change an endpoint."""
        self.endpoints[EndpointArn] |= Attributes
        return {}

    def delete_endpoint(self, *, EndpointArn: str) -> dict[str, Any]:  # noqa: N803
        """Delete an endpoint, if it is there. Its subscriptions stay."""
        self.endpoints.pop(EndpointArn, None)
        return {}

    def delete_topic(self, *, TopicArn: str) -> dict[str, Any]:  # noqa: N803 - as SNS spells it
        """Delete a topic with its subscriptions."""
        self.subscriptions = {arn: place for arn, place in self.subscriptions.items() if place[0] != TopicArn}
        return {}

    def publish(self, **message: Any) -> dict[str, str]:  # noqa: ANN401 - as SNS takes them
        """Keep a message."""
        self.published.append(message)
        return {"MessageId": str(len(self.published))}

    @property
    def names(self) -> list[Message]:
        """Return the published messages in order, by event, recipient and channel."""
        return [named(message) for message in self.published]


def named(message: dict[str, Any]) -> Message:
    """Return a publication by its event, recipient and channel."""
    given = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    return given["event"], given["recipient"], given["channel"]


@dataclass
class FakeSqs:
    """A queue that keeps what it is sent."""

    bodies: list[str] = field(default_factory=list)

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> dict[str, Any]:  # noqa: N803
        """Take one message."""
        assert QueueUrl, "a queue has a URL"
        self.bodies.append(MessageBody)
        return {"MessageId": str(len(self.bodies))}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        """Take a batch of messages."""
        assert QueueUrl, "a queue has a URL"
        self.bodies += [entry["MessageBody"] for entry in Entries]
        return {"Successful": Entries}

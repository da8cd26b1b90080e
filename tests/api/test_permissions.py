"""Each function's policy allows its calls of AWS and no others, over a deployment's whole life in memory."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto import mock_aws

from chalicelib import aws, bootstrap, jobs, switches
from chalicelib.api.identity import rates
from chalicelib.api.live import chat_socket
from chalicelib.api.tracking import signatures
from chalicelib.domain.webhooks import Reply
from chalicelib.notify.webhooks import posting
from chalicelib.service.chat import CONNECTIONS_AT_MOST
from chalicelib.settings import settings
from chalicelib.store.files import CLEAN, SCAN_TAG
from chalicelib.switches import Switch, name_of
from infra.build import template
from localcloud.memory.table import MemoryTable
from tests.api.edge import DAY, Api, Clock, Names
from tests.api.samples import ANA, BEN, BUYER_CONTACTS, DEVICE, EVERY, IDS, MARKET, Stop, bring, path_of, sample_of
from tests.reliability.seam import Seam
from tests.store.tables import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.reliability.seam import Call, Carry

ROOT = Path(__file__).parents[2]
CONFIG = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
POLICIES = {name: ROOT / ".chalice" / it["iam_policy_file"] for name, it in CONFIG["lambda_functions"].items()}
REGION, ACCOUNT, STACK, FILES = "eu-west-1", "123456789012", "shop", "shop-files"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{NAME}"
SIGNS_A_FORM = "CreateBucket"
"""So botocore calls it, without a key: where forms reach, and that they need a right, is a test of the package."""
CHAT = "https://chat.execute-api.eu-west-1.amazonaws.com/api"
QUEUES = ("SweepQueue", "Undelivered", "WebhookQueue")
TOPICS = ("EventsTopic", "PaymentsTopic", "MediatorsTopic", "OperatorsTopic")
NAMED = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": STACK,
    "Table.Arn": TABLE,
    "Table.StreamArn": f"{TABLE}/stream/0",
    "FilesBucket.Arn": f"arn:aws:s3:::{FILES}",
    "WebsocketAPI": "chat",
    **{f"{name}.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in (*QUEUES, "UploadQueue")},
    **{f"{name}.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in ("StreamFailures", "JobFailures")},
    **{f"{it}.Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{it}" for it in ("SweepFailures", "UploadFailures", "WebhookFailures")},
    **{name: f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}" for name in TOPICS},
    "MailFrom": "shop@market.example",
}
"""What the names in policies stand for here."""


@dataclass(frozen=True, slots=True)
class Right:
    """The right that IAM checks for a call: the action, the resource, and the keys of the table."""

    action: str
    resource: str
    key: str = ""


TIED_TO_NOTHING = {("monitoring", "GetMetricData"): "cloudwatch:GetMetricData"}
"""The rights for calls that IAM ties to no resource."""


def rights_for(service: str, operation: str, given: dict[str, Any]) -> Iterator[Right]:
    """The rights that a call needs, as the services' authorization references say."""
    match service, operation:
        case "dynamodb", "TransactWriteItems":
            for kind, asked in (pair for item in given["TransactItems"] for pair in item.items()):
                yield from rights_for(service, f"{kind}Item", asked)
        case "dynamodb", _:
            values = given.get("ExpressionAttributeValues", {})
            asked_of = {"pk": values[":pk"]} if ":pk" in values else {}
            place = given.get("Key") or given.get("Item") or asked_of
            index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
            yield Right(f"dynamodb:{operation}", TABLE + index, place.get("pk", {}).get("S", ""))
        case "sns", _:
            named = given.get("TopicArn", given.get("PhoneNumber", ""))
            topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{given['Name']}" if "Name" in given else named

            yield Right(f"sns:{operation}", topic)
        case "sqs", _:
            queue = given["QueueUrl"].rpartition("/")[2]
            yield Right(f"sqs:{operation.removesuffix('Batch')}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
        case "s3", "CopyObject":
            yield from rights_for(service, "GetObject", given["CopySource"])
            yield from rights_for(service, "PutObject", given)
        case "s3", _:
            yield Right(f"s3:{operation}", f"arn:aws:s3:::{given['Bucket']}/{given['Key']}")
        case "execute-api", _:
            method = {"PostToConnection": "POST", "DeleteConnection": "DELETE"}[operation]
            api = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:chat/api"
            yield Right("execute-api:ManageConnections", f"{api}/{method}/@connections/{given['ConnectionId']}")
        case "secretsmanager" | "ssm", _:
            names = given.get("Names") or [f":secret:{given['SecretId']}-abcdef"]
            kind = "" if service == "secretsmanager" else ":parameter"
            yield from (Right(f"{service}:{operation}", f"arn:aws:{service}:{REGION}:{ACCOUNT}{kind}{it}") for it in names)
        case _:
            yield Right(TIED_TO_NOTHING[service, operation], "*")


def spelt(name: Any) -> str:  # noqa: ANN401 - a part of a template
    """A name in a policy, as it is in the deployment."""
    match name:
        case {"Ref": str(known)}:
            return NAMED[known]
        case {"Fn::GetAtt": [known, attribute]}:
            return NAMED[f"{known}.{attribute}"]
        case {"Fn::Sub": str(text)}:
            for known, value in NAMED.items():
                text = text.replace(f"${{{known}}}", value)
            assert "${" not in text
            return text
    return str(name)


def listed(some: Any) -> list[Any]:  # noqa: ANN401 - a part of a policy
    """One or several, as several."""
    return some if isinstance(some, list) else [some]


def allows(function: str, right: Right) -> bool:
    """Return whether the function's policy gives it the right."""
    return any(
        right.action in listed(it["Action"]) and _covers(it, right.resource) and _meets(it.get("Condition", {}), right)
        for it in statements_of(function)
    )


def statements_of(function: str) -> list[dict[str, Any]]:
    """Return the statements of a function's own policy and, as this deployment has push, of the policy for that."""
    own: list[dict[str, Any]] = json.loads(POLICIES[function].read_text(encoding="utf-8"))["Statement"]
    push: dict[str, Any] = template()["Resources"]["UsePush"]["Properties"]
    role = "".join(word.capitalize() for word in function.split("_")) + "Role"
    return own + (push["PolicyDocument"]["Statement"] if {"Ref": role} in push["Roles"] else [])


def _covers(statement: dict[str, Any], resource: str) -> bool:
    """Return whether a statement is about a resource: one that it names, or any but those that it names."""
    if "NotResource" in statement:
        return not any(fnmatchcase(resource, spelt(it)) for it in listed(statement["NotResource"]))
    return any(fnmatchcase(resource, spelt(it)) for it in listed(statement["Resource"]))


def _meets(condition: dict[str, Any], right: Right) -> bool:
    keys = condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
    return any(fnmatchcase(right.key, key) for key in keys)


@dataclass
class Deployment:
    """The product over a table in memory and moto, which keeps what each function asked of AWS. It is a stage for stories.

    It stands for botocore's session as well, which the product makes its clients of.
    """

    app: Any
    issuer: Any
    clock: Clock = field(default_factory=Clock)
    table: MemoryTable = field(default_factory=lambda: MemoryTable(NAME))
    session: Any = field(default_factory=botocore.session.Session)
    running: str = ""
    asked: dict[str, set[Right]] = field(default_factory=lambda: {name: set() for name in POLICIES})

    def __post_init__(self) -> None:
        """Nothing has been asked yet."""
        self.api = Api(self.app, self.table, self.clock, self.issuer, self.upload)
        self.session.register("provide-client-params.*.*", self.sent)

    def create_client(self, service: str, **options: Any) -> Any:  # noqa: ANN401 - as botocore's
        """A client whose calls are kept."""
        if service == "dynamodb":
            return Seam(service, self.table, lambda: self.reached)
        return self.session.create_client(service, **options)

    def sent(self, **emitted: Any) -> None:  # noqa: ANN401 - botocore's
        """Keep a call of one of botocore's clients."""
        model = emitted["model"]
        if model.name != SIGNS_A_FORM:
            self.note(model.service_model.signing_name, model.name, emitted["params"])

    def reached(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Keep a call of the table."""
        self.note(call.service, call.operation.title().replace("_", ""), call.arguments)
        return carry(call)

    def note(self, service: str, operation: str, given: dict[str, Any]) -> None:
        """Keep what the function that runs has asked for."""
        if self.running:
            self.asked[self.running] |= set(rights_for(service, operation, given))

    @contextmanager
    def function(self, name: str) -> Iterator[None]:
        """Be that function for a while."""
        before, self.running = self.running, name
        yield
        self.running = before

    @property
    def hook(self) -> dict[str, Any]:
        """The webhook endpoint that the stories register."""
        return self.api.hook

    def done(self, who: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Return the API's answer."""
        with self.function("api_handler"):
            return self.api.done(who, method, path, body)

    def upload(self, form: dict[str, Any], content: bytes) -> None:
        """Send a file by a form; a scan finds it clean, and storage tells of it."""
        key = form["fields"]["key"]
        with self.function(""):
            kind, marked = form["fields"]["Content-Type"], f"{SCAN_TAG}={CLEAN}"
            aws.client("s3").put_object(Bucket=FILES, Key=key, Body=content, ContentType=kind, Tagging=marked)
        body = {"Records": [{"s3": {"bucket": {"name": FILES}, "object": {"key": key}}}]}
        with self.function("upload_stored"):
            told = jobs.take_in_uploads([{"messageId": "1", "body": json.dumps(body)}])
        assert {"batchItemFailures": []} == told

    def stream(self) -> list[dict[str, Any]]:
        """Return the records of the table's stream, as Lambda hands them over."""
        images = [item for item in self.table.snapshot() if "publish" in item]
        return [
            {"eventID": str(n), "eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": str(n)}}
            for n, image in enumerate(images, 1)
        ]

    def sweep(self) -> None:
        """A minute's messages: each shard, and the erasures."""
        bodies = [*({"shard": n} for n in range(settings().deadline_shards)), {jobs.ERASURES: True}]
        with self.function("sweep_shard"):
            for body in bodies:
                told = jobs.sweep_messages([{"messageId": "1", "body": json.dumps(body)}], _Unhurried())
                assert {"batchItemFailures": []} == told


class _Unhurried:
    """A Lambda context with all the time in the world."""

    def get_remaining_time_in_millis(self) -> int:
        """A minute."""
        return 60_000


NOTED = {"list_notes": "o-5-d1", "get_case": "o-5-d1"}
"""The dispute that an operation reads, where it is not the one with evidence: it has come to a mediator."""


def of_the_api(it: Deployment) -> None:
    """People reach every route that reads, and the stories of five orders lead past those that write."""
    bring(it, Stop.UNCONFIRMED)
    it.clock.at = Clock().at
    bring(it, Stop.REACHED)
    bring(it, Stop.HOOKED)
    it.clock.at = Clock().at
    for number, stop in enumerate((Stop.PAYING, Stop.ATTACHED, Stop.SHOWN, Stop.DECIDED, Stop.NOTED), 1):
        bring(it, stop, f"o-{number}", parcel=number)
        it.clock.at = Clock().at
    it.done(MARKET, "DELETE", "/buyers/ana")
    it.done(MARKET, "DELETE", "/sellers/acme")
    it.clock.wait(10 * DAY)
    ids = {"order_id": "o-2", "message_id": "o-2-m3"}
    for endpoint in EVERY:
        if endpoint.method == "GET" and endpoint.roles:
            path = path_of(endpoint, **ids, dispute_id=NOTED.get(endpoint.operation, "o-3-d1"))
            it.done(sample_of(endpoint).who, "GET", path + sample_of(endpoint).query)
    for name in ("aftership", "17track"):
        aws.client("secretsmanager").create_secret(Name=f"{STACK}/webhooks/{name}", SecretString=f"{name}'s secret")
    for endpoint in EVERY:
        if endpoint.signature:
            with it.function("api_handler"):  # an old one: that is known once the secret has been read
                reply = it.api.call(sample_of(endpoint).who, "POST", endpoint.path, sample_of(endpoint).body)
            assert (401, "signature_expired") == reply.refused
    it.done(MARKET, "POST", f"/payment-instructions/{IDS['instruction_id']}/result", {"status": "settled", "reference": "r"})


def of_devices(it: Deployment) -> None:
    """A platform gives up a phone whose owner has had another address, and another device half registered."""
    it.done(ANA, "PUT", "/buyers/ana/contacts", BUYER_CONTACTS | {"email": "another@ana.example"})
    it.done(ANA, "POST", "/buyers/ana/devices", DEVICE)
    profile = bootstrap.services().people.profile("buyer", "ana")
    half = replace(profile.devices[0], id="half", token="token-of-a-tablet", endpoint="", subscription="")  # noqa: S106
    bootstrap.services().people.save(replace(profile, devices=(*profile.devices, half), version=profile.version + 1))
    endpoint = profile.devices[0].endpoint
    given_up = {"Enabled": "false", "CustomUserData": profile.devices[0].id}  # the latter moto has not kept
    aws.client("sns").set_endpoint_attributes(EndpointArn=endpoint, Attributes=given_up)
    with it.function("device_failed"):
        told = jobs.forget_devices([{"Sns": {"Message": json.dumps({"EndpointArn": endpoint})}}])
    assert {"forgotten": 1} == told


def of_erasures(it: Deployment) -> None:
    """Ben, who has bought nothing, is forgotten: he had another address, a device more, and one half registered."""
    for email in ("a@ben.example", "b@ben.example"):
        it.done(BEN, "PUT", "/buyers/ben/contacts", {"email": email})
    for token in ("token-of-a-phone", "token-of-a-tablet"):
        device = it.done(BEN, "POST", "/buyers/ben/devices", {"platform": "fcm", "token": token})
    it.done(BEN, "DELETE", f"/buyers/ben/devices/{device['id']}")
    people = bootstrap.services().people
    profile = people.profile("buyer", "ben")
    assert profile.ending
    (phone,) = profile.devices
    aws.client("sns").set_endpoint_attributes(EndpointArn=phone.endpoint, Attributes={"Enabled": "false"})
    half = replace(phone, endpoint="", subscription="")
    people.save(replace(profile, devices=(half,), version=profile.version + 1))
    it.done(MARKET, "DELETE", "/buyers/ben")
    it.sweep()
    assert "done" == it.done(BEN, "GET", "/buyers/ben/erasure")["status"]
    for _ in range(2):  # what is due, reminders among it
        it.clock.wait(40 * DAY)
        it.sweep()
    for instruction in it.done(MARKET, "GET", "/payment-instructions?limit=100")["items"]:
        it.done(MARKET, "POST", f"/payment-instructions/{instruction['id']}/result", {"status": "settled", "reference": "r"})
    it.clock.wait(40 * DAY)
    it.sweep()
    assert "done" == it.done(ANA, "GET", "/buyers/ana/erasure")["status"]


def of_held_payments(it: Deployment) -> None:
    """An operator holds payments back and lets them go, which the next sweep publishes."""
    before, it.clock.at = it.clock.at, Clock().at
    bring(it, Stop.PAYING, "o-6", parcel=6)
    it.clock.at = before
    held = name_of(f"/buyer-protection/{STACK}/", Switch.PAYOUTS_HELD)
    aws.client("ssm").put_parameter(Name=held, Value="on", Type="String", Overwrite=True)
    with it.function("publish"):
        assert {"batchItemFailures": []} == jobs.publish_stream(it.stream())
    assert [] != [item for item in it.table.snapshot() if item["pk"]["S"].startswith("OUT#payments:")]
    aws.client("ssm").put_parameter(Name=held, Value="off", Type="String", Overwrite=True)
    it.clock.wait(DAY)
    it.sweep()
    assert [] == [item for item in it.table.snapshot() if item["pk"]["S"].startswith("OUT#payments:")]


def of_streams(it: Deployment) -> None:
    """Publish the events and push them to live connections, of which one has expired."""
    records = it.stream()
    with it.function("publish"):
        assert {"batchItemFailures": []} == jobs.publish_stream(records)
    with it.function("chat"):
        jobs.push_stream(records)


def of_live_connections(it: Deployment) -> None:
    """One connection more than a person may have is opened, used and left."""

    def event(n: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as the gateway sends it
        return {"requestContext": {"connectionId": f"c-{n}"}, **more}

    for n in range(CONNECTIONS_AT_MOST + 1):
        ticket = it.done(ANA, "POST", "/chat/tickets", {})["ticket"]
        with it.function("websocket_connect"):
            assert {"statusCode": 200} == chat_socket.connect(event(n, queryStringParameters={"ticket": ticket}))
    with it.function("websocket_message"):
        for n in range(1, CONNECTIONS_AT_MOST + 1):
            for frame in ({"action": "subscribe", "order_id": "o-2"}, {"action": "ping"}):
                assert "error" not in chat_socket.message(event(n, body=json.dumps(frame)))["body"]
        chat_socket.message(event(1, body=json.dumps({"action": "unsubscribe", "order_id": "o-2"})))
    with it.function("websocket_disconnect"):
        chat_socket.disconnect(event(2))


def of_webhooks(it: Deployment) -> None:
    """A test that the queue lost is handed over by the sweep; its endpoint is gone, and is deleted in the end."""
    endpoint = f"/webhook-endpoints/{IDS['endpoint_id']}"
    it.done(MARKET, "PUT", endpoint, {"types": []})
    made = it.done(MARKET, "POST", f"{endpoint}/test", {})
    with it.function("publish"):
        assert {"batchItemFailures": []} == jobs.publish_stream(it.stream())
    it.clock.wait(DAY)
    it.sweep()
    with it.function("deliver_webhook"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting.Poster, "post", lambda *_: Reply(410))
        body = json.dumps({"endpoint": IDS["endpoint_id"], "delivery": made["id"]})
        assert {"batchItemFailures": []} == jobs.deliver_webhooks([{"messageId": "1", "body": body}])
        assert "gone" == it.done(MARKET, "GET", endpoint)["off_reason"]
        it.done(MARKET, "PUT", endpoint, {"types": []})
        it.done(MARKET, "POST", f"{endpoint}/deliveries/{made['id']}/redelivery", {})
        patch.setattr(posting.Poster, "post", lambda *_: Reply(500))
        assert {"batchItemFailures": []} == jobs.deliver_webhooks([{"messageId": "1", "body": body}])
    it.done(MARKET, "POST", f"{endpoint}/secret", {})
    it.done(MARKET, "DELETE", endpoint)


def of_the_schedule(it: Deployment) -> None:
    """The minute's messages."""
    with it.function("sweep"):
        jobs.fan_out()


def of_the_check(it: Deployment) -> None:
    """The daily check looks at all that the life has left, and finds nothing wrong."""
    with it.function("verify"):
        told = jobs.verify_table(_Unhurried())
    assert (0, True) == (told["faults"], told["done"])
    assert len(it.table) - 1 == told["items"]


LIFE: tuple[Callable[[Deployment], None], ...] = (
    of_the_schedule,
    of_the_api,
    of_live_connections,
    of_streams,
    of_webhooks,
    of_devices,
    of_held_payments,
    of_erasures,
    of_the_check,
)
CACHES = (
    *(settings, aws._session, aws.client, rates.rates, signatures.secrets),  # noqa: SLF001
    *(bootstrap.services, bootstrap.storage, bootstrap.message_queue, bootstrap.publishing),
    *(bootstrap.webhooks, bootstrap.delivering),
    *(bootstrap.switches, bootstrap.verification, bootstrap.progress),
    *(bootstrap.statistics, bootstrap.counting),
)


def forget_processes() -> None:
    """Let nothing be known of a process before."""
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture(scope="module")
def lived(app: object, issuer: object) -> Deployment:
    """A deployment whose functions have all done what they are for."""
    it = Deployment(app, issuer)
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        queues = {name: f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}" for name in QUEUES}
        environment = {
            "AWS_DEFAULT_REGION": REGION,
            "CALLS_A_MINUTE": "10000",
            "DEADLINE_SHARDS": "2",
            "CHAT_ENDPOINT": CHAT,
            "EVENTS_TOPIC_ARN": NAMED["EventsTopic"],
            "FILES_BUCKET": FILES,
            "MALWARE_SCAN": "guardduty",
            "MEDIATORS_TOPIC_ARN": NAMED["MediatorsTopic"],
            "PAYMENTS_TOPIC_ARN": NAMED["PaymentsTopic"],
            "PERSON_TOPIC_PREFIX": f"{STACK}-person-",
            "PUSH_FCM_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:app/GCM/{STACK}",
            "SWEEP_QUEUE_URL": queues["SweepQueue"],
            "UNDELIVERED_QUEUE_URL": queues["Undelivered"],
            "SWITCHES_PREFIX": f"/buyer-protection/{STACK}/",
            "WEBHOOK_SECRETS_PREFIX": f"{STACK}/webhooks/",
            "WEBHOOK_QUEUE_URL": queues["WebhookQueue"],
            "WATCHED_QUEUES": ",".join(f"{name}={url}" for name, url in queues.items()),
            "WATCHED_FUNCTIONS": "Publish=publish",
            "OPERATORS_TOPIC_ARN": NAMED["OperatorsTopic"],
        }
        for name, value in environment.items():
            patch.setenv(name, value)
        forget_processes()
        patch.setattr(bootstrap, "_clock", lambda: it.clock)
        patch.setattr(aws, "_session", lambda: it)
        patch.setattr(posting, "SystemResolver", Names)
        patch.setattr(switches, "FRESH_S", 0)  # here all functions are one process
        aws.client("s3").create_bucket(Bucket=FILES, CreateBucketConfiguration={"LocationConstraint": REGION})
        aws.client("sns").create_platform_application(Name=STACK, Platform="GCM", Attributes={"PlatformCredential": "key"})
        for name in TOPICS:
            aws.client("sns").create_topic(Name=name)
        for name in queues:
            aws.client("sqs").create_queue(QueueName=name)
        for part in LIFE:
            part(it)
    forget_processes()
    return it


@pytest.mark.parametrize("function", POLICIES)
def test_a_function_may_do_what_it_does(lived: Deployment, function: str) -> None:
    """I11, P2: no call that a function has made in a deployment's life is one that its policy denies."""
    assert lived.asked[function]
    assert [] == sorted({f"{it.action} {it.resource}" for it in lived.asked[function] if not allows(function, it)})


RUNTIMES = {
    *("logs:CreateLogStream", "logs:PutLogEvents"),
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"),
}
"""What Lambda does in a function's name before and after it runs."""
SELDOM = {
    "api_handler": {"s3:PutObject", "sns:SetEndpointAttributes"},  # who has a form uploads by it; a device takes messages again
    "chat": {"dynamodb:DeleteItem"},  # a connection is gone
    # a device half registered was disabled before; Lambda sets aside what failed three times
    "device_failed": {"sns:SetEndpointAttributes", "sqs:SendMessage"},
    "publish": {"ses:SendEmail"},  # mail goes through SES
    "sweep_shard": {"ses:SendEmail"},
    "upload_stored": {"s3:ListBucket"},  # without it, what is gone looks forbidden
}
"""Rights for what happens in no life here."""


@pytest.mark.parametrize("function", POLICIES)
def test_a_function_may_do_no_more(lived: Deployment, function: str) -> None:
    """I6: each right of a policy is one that the function uses, or that is known to be for something rare."""
    granted = {action for it in statements_of(function) for action in listed(it["Action"])}
    used = {it.action for it in lived.asked[function]}

    assert SELDOM.get(function, set()) == granted - used - RUNTIMES

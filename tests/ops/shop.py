"""A deployed stack in memory, as the operator's tools reach it: by CloudFormation, Lambda, the table, the bucket and SSM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.guarantees import Finding, OfferType
from chalicelib.domain.money import Money
from chalicelib.service import attachments, contacts, evidence, messages, notes, uploads_arrived
from chalicelib.service.execute import Request
from tests.domain.worlds import AT_HOME, BUYER, DAY, MEDIATOR, SELLER
from tests.service.bucket import JPEG, PDF
from tests.service.office import DISPUTE, NAME, ORDER, SHARDS, Office, once, read
from tests.switchboard import PREFIX, Switchboard

STACK, FILES = "shop", "shop-files"
SAID = {
    "buyer": "Лампа разбита, стекло в коробке.",
    "seller": "La lámpara salió en perfecto estado, señora.",
    "chinese": "商品已损坏，我要求全额退款。",
    "emoji": "Grrr \N{POUTING FACE} \N{ARABIC LETTER MEEM}",
    "note": "The seller has three such cases.",
    "rationale": "The photographs show the damage clearly.",
}
"""What people write, in letters that a report has to show."""


class Parameters(Switchboard):
    """Systems Manager, in which parameters can be written too."""

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool) -> dict[str, Any]:  # noqa: N803 - AWS's
        """Write a parameter."""
        assert ("String", True) == (Type, Overwrite)
        self.values[Name] = Value
        return {}


@dataclass
class Objects:
    """S3, over the office's bucket."""

    office: Office

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - AWS's words
        """Return an object, or say that there is none."""
        assert Bucket == FILES
        if Key not in self.office.bucket.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "no"}}, "GetObject")
        content = self.office.bucket.objects[Key][1]
        return {"Body": SimpleNamespace(read=lambda: content)}


@dataclass
class Shop:
    """The stack. It stands for botocore's session, which the tools make their clients of."""

    office: Office = field(default_factory=Office)
    ssm: Parameters = field(default_factory=Parameters)
    sandbox: bool = False
    clients: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=lambda: {"PublishFunction": "publish"})
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """The variables of its functions."""
        known = {
            "TABLE_NAME": NAME,
            "FILES_BUCKET": FILES,
            "DEADLINE_SHARDS": str(SHARDS),
            "SWITCHES_PREFIX": PREFIX,
            "SERVES": "jobs",
        }
        return known | ({"SANDBOX": "true"} if self.sandbox else {})

    def create_client(self, service: str, **_: object) -> Any:  # noqa: ANN401 - stands for a botocore client
        """Return the client of a service."""
        own = {
            "dynamodb": self.office.table,
            "ssm": self.ssm,
            "s3": Objects(self.office),
            "cloudformation": self,
            "lambda": self,
        }
        return (own | self.clients)[service]

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's words
        """Return the stack, or say that there is none."""
        if StackName != STACK:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")
        outputs = [{"OutputKey": name, "OutputValue": value} for name, value in self.outputs.items()]
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]
        return {"Stacks": [{"Outputs": outputs, "Parameters": given}]}

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - AWS's words
        """Return a function's variables."""
        assert FunctionName == "publish"
        return {"Environment": {"Variables": self.variables}}


def played(shop: Shop) -> None:
    """Play a dispute that a mediator has decided, with files, messages, notes and words in several languages."""
    office = shop.office
    office.watch.at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    office.disputed()
    register(office)
    add_evidence(office, EvidenceType.PHOTO, ContentType.JPEG, JPEG, SAID["buyer"])
    office.act(SELLER, c.AddEvidence(EvidenceType.STATEMENT, SAID["seller"]))
    add_evidence(office, EvidenceType.DOCUMENT, ContentType.PDF, PDF, SAID["chinese"])
    office.wait(DAY).act(SELLER, c.Propose(OfferType.REFUND, Money(1000, "USD"), SAID["seller"]))
    office.act(BUYER, c.Decline(note=SAID["chinese"]))
    attach(office, SAID["emoji"])
    messages.write_message(office.services, ORDER, office.request(SELLER), SAID["seller"])
    office.act(BUYER, c.Escalate())
    office.wait(DAY).act(MEDIATOR, c.Assign())
    notes.write_note(office.services, DISPUTE, office.request(MEDIATOR), once(MEDIATOR, "note", ""), SAID["note"])
    amount = office.services.cases.load(ORDER)
    assert amount
    full = amount.dispute(1).coverage.maximum
    office.act(MEDIATOR, c.Decide(OfferType.REFUND, full, Finding.NOT_AS_DESCRIBED, SAID["rationale"]))


def register(office: Office) -> None:
    """Let both parties register their contacts."""
    for who in (BUYER, SELLER):
        where = (AT_HOME,) if who == SELLER else ()
        known = contacts.Contacts(f"{who.id}@{who.id}.example", None, "ru", where)
        contacts.put_contacts(office.services, who.role, who.id, Request(who), known)


def add_evidence(office: Office, kind: EvidenceType, content_type: ContentType, content: bytes, note: str) -> None:
    """Let the buyer upload a file as evidence."""
    by = once(BUYER, f"upload {kind.value}")
    offer = evidence.Offer(kind, content_type, len(content), note)
    form = read(evidence.request_file(office.services, office.storage, DISPUTE, BUYER, by, offer))
    take_in(office, str(form["upload_id"]), content_type, content)


def attach(office: Office, text: str) -> None:
    """Let the buyer write a message with a photo."""
    by = once(BUYER, "attachment")
    form = read(attachments.request_file(office.services, office.storage, ORDER, BUYER, by, ContentType.JPEG, len(JPEG)))
    upload = str(form["upload_id"])
    take_in(office, upload, ContentType.JPEG, JPEG)
    files = lambda now: attachments.attached(office.storage, ORDER, BUYER, [upload], now)  # noqa: E731 - as the route does
    messages.write_message(office.services, ORDER, office.request(BUYER), text, files)


def take_in(office: Office, upload: str, content_type: ContentType, content: bytes) -> None:
    """Put a file where its form does, and let storage report it."""
    key = f"incoming/{ORDER}/buyer/{upload}"
    office.bucket.put(key, content_type.value, content)
    uploads_arrived.take_in(office.services, office.storage, key)

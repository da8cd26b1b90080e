"""The other steps of a restore: what is stopped and started, which table is completed, who is erased again."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.evidence import ContentType, File
from chalicelib.domain.people import Actor, Role
from chalicelib.service import erasure
from chalicelib.store.idempotency import Answer
from chalicelib.store.uploads import Purpose, Upload, UploadStatus, kept_at, shown_at
from infra.functions import FUNCTIONS
from localcloud.packaging.build import build
from ops import restore as command
from ops.restoring import files, pausing, people, table
from tests.domain.worlds import BUYER, PAID_AT, PLATFORM
from tests.service.office import NAME, ORDER, Office

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = Answer(201, "{}")
AT = datetime(2026, 11, 27, 10, tzinfo=UTC)


@dataclass
class Aws:
    """Every service of an account with one stack; it notes what is asked of it, and answers from a few tables."""

    reserved: dict[str, int] = field(default_factory=lambda: {"shop-APIHandler": 5})
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, _service: str) -> Aws:
        """Return the client of a service: this one serves all."""
        return self

    def get_paginator(self, _operation: str) -> Aws:
        """Return what pages through the stack's resources."""
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        """Yield the stack's resources, one a page."""
        kinds = {
            "APIHandler": pausing.FUNCTION,
            "Sweep": pausing.FUNCTION,
            "SweepRule": pausing.RULE,
            "Stream": pausing.MAPPING,
        }
        for name, kind in kinds.items():
            found = {"LogicalResourceId": name, "PhysicalResourceId": f"shop-{name}", "ResourceType": kind}
            yield {"StackResourceSummaries": [found]}

    def get_function_concurrency(self, *, FunctionName: str) -> dict[str, int]:  # noqa: N803 - AWS's words, here and below
        """Return what is reserved for a function."""
        known = self.reserved.get(FunctionName)
        return {} if known is None else {"ReservedConcurrentExecutions": known}

    def put_function_concurrency(self, *, FunctionName: str, ReservedConcurrentExecutions: int) -> None:  # noqa: N803
        """Reserve concurrency."""
        self.reserved[FunctionName] = ReservedConcurrentExecutions

    def delete_function_concurrency(self, *, FunctionName: str) -> None:  # noqa: N803
        """Reserve none."""
        del self.reserved[FunctionName]

    def disable_rule(self, *, Name: str) -> None:  # noqa: N803
        """Stop a schedule."""
        self.asked.append(("stopped", Name))

    def enable_rule(self, *, Name: str) -> None:  # noqa: N803
        """Start a schedule."""
        self.asked.append(("started", Name))

    def update_event_source_mapping(self, *, UUID: str, Enabled: bool) -> None:  # noqa: N803
        """Start or stop a mapping."""
        self.asked.append(("started" if Enabled else "stopped", UUID))


@pytest.mark.parametrize("reserved", [{}, {"shop-APIHandler": 5}])
def test_what_is_paused_goes_on_as_it_was(reserved: dict[str, int]) -> None:
    """Callers, schedule and mappings stop; each starts again, with the concurrency that it had."""
    aws = Aws(reserved=dict(reserved))
    before = pausing.pause("shop", aws)

    assert {"shop-APIHandler": 0} == aws.reserved
    assert [("stopped", "shop-SweepRule"), ("stopped", "shop-Stream")] == aws.asked
    pausing.resume("shop", before, aws)
    assert reserved == aws.reserved
    assert [("started", "shop-Stream"), ("started", "shop-SweepRule")] == aws.asked[2:]


def test_every_function_can_be_stopped() -> None:
    """A function is called by a schedule, a queue or the stream, or it is one of those whose concurrency is taken."""
    resources = json.loads(build("prod").template.read_text(encoding="utf-8"))["Resources"]
    events = {it.name: resources[it.name]["Properties"].get("Events", {}).values() for it in FUNCTIONS}
    stopped = {"Schedule", "DynamoDB", "SQS"}
    by_itself = {name for name, found in events.items() if any(it["Type"] in stopped for it in found)}

    assert events.keys() == by_itself | set(pausing.CALLED_FROM_OUTSIDE)
    assert set() == by_itself & set(pausing.CALLED_FROM_OUTSIDE)


class Taken(Exception):  # noqa: N818 - stands for DynamoDB's own
    """There is a table of that name."""


class OneTable:
    """DynamoDB with a table of that name already."""

    class exceptions:  # noqa: N801 - botocore's name
        """The errors of the client."""

        TableAlreadyExistsException = TableInUseException = Taken

    def __init__(self, summary: dict[str, Any]) -> None:
        """Say of the table what it was restored from."""
        self.summary = summary

    def restore_table_to_point_in_time(self, **_: object) -> None:
        """Refuse."""
        raise Taken

    def describe_table(self, **_: str) -> dict[str, Any]:
        """Describe the table."""
        return {"Table": {"RestoreSummary": self.summary} if self.summary else {}}


@pytest.mark.parametrize(
    "summary",
    [
        {},
        {"RestoreDateTime": datetime(2026, 11, 27, 9, tzinfo=UTC), "SourceTableArn": "arn:aws:dynamodb:x:1:table/shop"},
        {"RestoreDateTime": AT, "SourceTableArn": "arn:aws:dynamodb:x:1:table/other"},
    ],
)
def test_a_table_that_is_another_is_not_taken(summary: dict[str, Any]) -> None:
    """A name that is in use, for another table or another point in time, is refused, and nothing is changed."""
    with pytest.raises(ValueError, match="shop-restored is another table"):
        table.restore(OneTable(summary), "shop", "shop-restored", AT)


class Scanned:
    """A client over the office's table that scans as DynamoDB does, one item a page."""

    def __init__(self, office: Office) -> None:
        """Scan that office's table."""
        self._items = office.table.snapshot()

    def scan(self, *, ExclusiveStartKey: int = 0, ExpressionAttributeValues: dict[str, Any], **_: object) -> dict[str, Any]:  # noqa: N803
        """Return a page: the next item, if its sort key begins as asked."""
        item, (wanted,) = self._items[ExclusiveStartKey], ExpressionAttributeValues.values()
        page = {"Items": [item] if item["sk"]["S"].startswith(wanted["S"]) else []}
        more = ExclusiveStartKey + 1
        return page | ({"LastEvaluatedKey": more} if more < len(self._items) else {})

    def get_paginator(self, _operation: str) -> Scanned:
        """Return what pages through a scan."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - DynamoDB's arguments
        """Yield every page."""
        start: dict[str, Any] = {}
        while True:
            page = self.scan(**asked, **start)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def test_the_people_of_after_the_point_are_erased_again() -> None:
    """P2: who asked since the point is asked for again, who asked before or took it back is not; twice is one request."""
    before, after = Office().bought(), Office().bought()
    erasure.ask(before.services, Role.SELLER, "early", PLATFORM)
    before.wait(AT - PAID_AT)
    erasure.ask(before.services, Role.BUYER, BUYER.id, PLATFORM)
    erasure.ask(before.services, Role.BUYER, "sorry", Actor(Role.BUYER, "sorry"))
    erasure.withdraw(before.services, Role.BUYER, "sorry")

    found = list(people.erased_since(Scanned(before), NAME, AT))
    assert [(Role.BUYER, BUYER.id)] == found
    assert [f"buyer:{BUYER.id}"] * 2 == people.erase_again(after.services, found * 2)
    assert "pending" == erasure.status(after.services, Role.BUYER, BUYER.id)["status"]


def test_people_can_be_named_in_a_list() -> None:
    """P2: one a line, for a table that cannot be read any more; another line is refused as a whole."""
    assert [(Role.BUYER, "ann"), (Role.SELLER, "a:b")] == list(people.named(["buyer:ann", "", " seller:a:b \n"]))
    for line in ("ann", "mediator:mia", "buyer:"):
        with pytest.raises(ValueError, match="is no person"):
            list(people.named([line]))


class Objects:
    """A bucket with these objects."""

    def __init__(self, *names: str) -> None:
        """Hold them."""
        self._names = names

    def get_paginator(self, _operation: str) -> Objects:
        """Return what pages through them."""
        return self

    def paginate(self, *, Prefix: str, **_: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        """Yield an empty page, and one with all that begin so."""
        yield {}
        yield {"Contents": [{"Key": name} for name in self._names if name.startswith(Prefix)]}


def test_files_and_records_are_compared() -> None:
    """N6: a file that the table names and the bucket lacks is gone; one of which the table knows nothing is left."""
    office = Office().bought()
    for name, status in (("kept", "confirmed"), ("gone", "confirmed"), ("draft", "ready"), ("erased", "erased")):
        file = File(name, ContentType.JPEG, 4, "e")
        upload = Upload(
            id=name,
            order_id=ORDER,
            purpose=Purpose.MESSAGE,
            owner=BUYER,
            content_type=ContentType.JPEG,
            size=4,
            requested_at=AT,
            expires_at=AT,
            file=file,
        )
        storage = office.storage.uploads
        storage.add(upload, office.request(BUYER).once, ANSWER, 0)  # type: ignore[arg-type] # it has a key
        storage.finish(replace(upload, status=UploadStatus(status)), 0)
    at = {name: kept_at(ORDER, File(name, ContentType.JPEG, 4, "e")) for name in ("kept", "gone", "draft", "left")}

    copies = [shown_at(ORDER, File(name, ContentType.JPEG, 4, "e")) for name in ("kept", "left")]

    compared = files.compare(Scanned(office), Objects(at["kept"], at["draft"], at["left"], *copies), NAME, "bucket")
    assert ((at["gone"],), (at["left"], copies[1])) == (compared.gone, compared.left)


def test_a_moment_has_its_zone() -> None:
    """A time without a zone would be another one on each operator's machine."""
    assert AT == command._moment("2026-11-27T11:00:00+01:00") == command._moment("2026-11-27T10:00:00Z")  # noqa: SLF001
    with pytest.raises(argparse.ArgumentTypeError, match="is no time"):
        command._moment("yesterday")  # noqa: SLF001
    with pytest.raises(argparse.ArgumentTypeError, match="no time zone"):
        command._moment("2026-11-27T10:00:00")  # noqa: SLF001

"""The table in two engines: the project's own in memory, and moto's, made from the definition that is deployed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import boto3
from moto import mock_aws

from chalicelib.domain import orders
from chalicelib.domain.policy import published
from chalicelib.store.cases import Cases
from chalicelib.store.codec import dump
from infra.build import template
from localcloud.memory.table import MemoryTable
from tests.domain.worlds import PLATFORM, World, order_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.domain.case import Case
    from chalicelib.domain.changes import Changes
    from chalicelib.domain.order import OrderTerms

Client: TypeAlias = "MemoryTable | DynamoDBClient"

NAME = "table"
ENGINES = ("memory", "moto")
SHARDS = 8


def definition() -> dict[str, Any]:
    """Return the table as it is deployed, as arguments of ``create_table``."""
    properties = template()["Resources"]["Table"]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: properties[name] for name in wanted}


@contextmanager
def engine(name: str) -> Iterator[Client]:
    """Return a client of an empty table, in the engine called ``name``."""
    if name == "memory":
        yield MemoryTable(NAME)
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-1")
        client.create_table(TableName=NAME, **definition())
        yield client


def cases_in(client: Client, shards: int = SHARDS) -> Cases:
    """Return the cases in the client's table."""
    return Cases(lambda: client, NAME, published(), shards)


def whole_case(cases: Cases, order_id: str) -> Case | None:
    """Return the case of an order with all that its closed disputes said."""
    case = cases.load(order_id)
    return case and cases.load(order_id, *case.abridged)


def everything(client: Client) -> list[dict[str, Any]]:
    """Return every item of the table, in the order of the keys."""
    if isinstance(client, MemoryTable):
        return client.snapshot()
    found: list[dict[str, Any]] = [dict(item) for item in client.scan(TableName=NAME)["Items"]]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def as_kept_before(client: Client, case: Case, since: int = 1) -> None:
    """Let the first dispute's events, from that one on, carry it whole with all words, as releases before 0.3.0 wrote them."""
    for stored in everything(client):
        if "dispute" in stored and int(stored["seq"]["N"]) >= since:
            client.put_item(TableName=NAME, Item=stored | {"dispute": {"S": dump(case.dispute(1))}})


@dataclass
class KeptWorld(World):
    """A world that commits everything it records to a table."""

    cases: Cases = field(default_factory=lambda: cases_in(MemoryTable(NAME)))

    def keep(self, changes: Changes) -> None:
        """Record what a command recorded, here and in the table."""
        self.cases.commit(self.known, changes, None, None, 0)
        super().keep(changes)

    @classmethod
    def in_table(cls, client: Client, terms: OrderTerms | None = None) -> KeptWorld:
        """Return a world whose order, by default that of ``order_terms``, is in the client's table."""
        world = cls(cases=cases_in(client))
        world.import_order(terms or order_terms())
        return world

    def import_order(self, terms: OrderTerms) -> None:
        """The platform imports the order."""
        self.run(PLATFORM, lambda changes: orders.import_order(changes, terms))

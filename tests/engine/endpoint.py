"""The engine that the suite runs on: MiniStack unless ``DYNAMODB_ENDPOINT`` names another one, and a table of its own in it.

``DYNAMODB_ENDPOINT`` is an address, as of DynamoDB Local, or the word ``aws``: the account and region of the environment.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

from infra.build import template
from localcloud.layout import LOCAL
from localcloud.ministack import ACCESS_KEY, REGION, SECRET_KEY, MiniStack
from localcloud.ports import Ports

if TYPE_CHECKING:
    from collections.abc import Iterator

A_RUN_S = 3600.0
DEFINES = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass
class Endpoint:
    """A DynamoDB, and one empty table in it that no other test uses."""

    url: str | None
    name: str
    table: str = field(default_factory=lambda: f"buyer-protection-test-{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        self._session = botocore.session.Session()

    def client(self) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        """Return a new low-level client. Each thread has its own."""
        here: dict[str, Any] = {}
        if self.url:
            keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
            here = {"endpoint_url": self.url, "region_name": REGION, **keys}
        return self._session.create_client("dynamodb", config=CONFIG, **here)


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """The engine with its table, which is made as it is deployed, and is gone afterwards."""
    named = os.environ.get("DYNAMODB_ENDPOINT", "")
    if named:
        with _table(Endpoint(None if named == "aws" else named, named)) as made:
            yield made
        return
    LOCAL.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="engine-", dir=LOCAL) as directory:
        ministack = MiniStack(Path(directory), Ports.free().cloud, A_RUN_S)
        try:
            with _table(Endpoint(ministack.url, "MiniStack")) as made:
                yield made
        finally:
            ministack.stop()


@contextmanager
def _table(made: Endpoint) -> Iterator[Endpoint]:
    resources = template()["Resources"]
    properties = resources["Table"]["Properties"]
    client = made.client()
    client.create_table(TableName=made.table, **{name: properties[name] for name in DEFINES})
    try:
        client.get_waiter("table_exists").wait(TableName=made.table, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        yield made
    finally:
        client.delete_table(TableName=made.table)

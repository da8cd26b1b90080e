"""The table is restored to a point in time on the local cloud, with payments made since: docs/restore.md, step by step."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain.carriers import Carrier
from localcloud import ministack
from localcloud.cloud import STACK, LocalCloud
from localcloud.demo.api import Api
from localcloud.demo.market import PLATFORM, Market, Sale, days, money, wire
from localcloud.layout import ROOT
from localcloud.packaging.build import build
from localcloud.ports import Ports
from ops.restoring.table import complete
from tests.waiting import PATIENCE, awaited

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.deep
RESTORED = "shop-restored"
PRICE = {"r-refund": 5000, "r-release": 3000, "r-late": 2000}
KEPT = 1000
CARRIERS = {"r-refund": Carrier.DHL, "r-release": Carrier.UPS}
PAYMENTS = 4
"""A refund and the rest of its order, and two other orders."""
VERDICTS = [
    ("r-refund", "refund", "under_another_id"),
    ("r-refund", "release", "to_report"),
    ("r-release", "release", "to_report"),
    ("r-late", "refund", "without_order"),
]
CLOCK = {"pk": {"S": "CLOCK"}, "sk": {"S": "CLOCK"}}
Purpose = tuple[str, str, int, str]


@dataclass
class Bank:
    """A payment system that pays an id once, and answers without paying for what it is told was paid before."""

    cloud: LocalCloud
    market: Market
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By id, the message and its result."""
    paid: Counter[Purpose] = field(default_factory=Counter)
    before: dict[Purpose, str] = field(default_factory=dict)
    """What was paid before the restore, and its reference."""

    def told(self) -> list[dict[str, Any]]:
        """Return the messages on the payments topic that are new to it, one of each id."""
        topic = self.cloud.endpoints["payments_topic"].rpartition(":")[2]
        bodies = [json.loads(it["body"]) for it in self.market.api.outbox("systems.json") if it["topic"] == topic]
        return list({it["id"]: it for it in bodies if it["id"] not in self.known}.values())

    def work(self) -> None:
        """Pay each new instruction, and report its result."""
        for message in self.told():
            purpose = purpose_of(message)
            reference = self.before.pop(purpose, None)
            if reference is None:
                self.paid[purpose] += 1
                reference = f"bank-{message['id']}"
            self.known[message["id"]] = message | {"status": "settled", "reference": reference}
            result = {"status": "settled", "reference": reference}
            answer = self.market.api.call(PLATFORM, "POST", f"/payment-instructions/{message['id']}/result", result)
            assert answer.status in (200, 409), answer  # 409: the restore has reported it already

    def write(self, path: Path) -> None:
        """Write all that it knows, as the restore reads it."""
        path.write_text("".join(f"{json.dumps(it)}\n" for it in self.known.values()), encoding="utf-8")

    def take_over(self, path: Path) -> None:
        """Learn what was paid before the restore and is to be answered for, not paid."""
        for it in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            if it["verdict"] in ("paid_before", "under_another_id", "without_order"):
                self.before[it["order_id"], it["movement"], it["minor"], it["payee"]] = it["reference"]


def purpose_of(message: dict[str, Any]) -> Purpose:
    """What makes two payments the same money."""
    return message["order_id"], message["movement"], message["amount"]["minor"], message["payee"]


def step(cloud: LocalCloud, *arguments: str) -> tuple[int, list[str]]:
    """Run a step of the restore as an operator does, and return its exit code and what it printed."""
    environment = {
        "AWS_ENDPOINT_URL": cloud.endpoints["ministack"],
        "AWS_ACCESS_KEY_ID": ministack.ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ministack.SECRET_KEY,
        "AWS_DEFAULT_REGION": ministack.REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "ops", "restore", "--stack", STACK, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def answers(cloud: LocalCloud) -> int:
    """Return the status with which the API answers."""
    try:
        with urllib.request.urlopen(f"{cloud.api}/health", timeout=PATIENCE) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A local cloud of its own, since its table is replaced."""
    with LocalCloud(tmp_path_factory.mktemp("restore"), Ports.free(), max_life=1800.0) as running:
        yield running


def sell(market: Market, order_id: str, *, promised_in: float) -> None:
    """Import an order."""
    now = market.now()
    price = PRICE.get(order_id, KEPT)
    market.import_order(Sale(order_id, f"b-{order_id}", "r-shop", "EUR", [("lamp", 1, price)], 0, now, now + days(promised_in)))


def moved(cloud: LocalCloud, market: Market, by: float) -> None:
    """Move the clock, and sweep."""
    market.clock_moved(cloud.advance_clock(int(days(by).total_seconds()))["offset_seconds"])
    cloud.sweep_now()


def bought_and_claimed(market: Market, cloud: LocalCloud) -> str:
    """Have two orders bought and received, and one of them claimed; return the dispute's id."""
    market.register_seller("r-shop", "+15125550102", ("Austin", "US"))
    for order_id, carrier in CARRIERS.items():
        sell(market, order_id, promised_in=1)
        market.ship(order_id, carrier, market.now())
        market.api.post(f"buyer:b-{order_id}", f"/orders/{order_id}/receipt", {})
    moved(cloud, market, 1)
    claim = {"reason": "not_as_described", "issue": "damaged", "request_type": "refund", "request_amount": money(1500, "EUR")}
    return str(market.api.post("buyer:b-r-refund", "/orders/r-refund/disputes", claim)["id"])


def agreed_and_paid(market: Market, cloud: LocalCloud, bank: Bank, dispute_id: str) -> None:
    """Have a refund agreed, another order imported, all of them completed and paid, and a person erased."""
    moved(cloud, market, 0.1)
    market.api.post("seller:r-shop", f"/disputes/{dispute_id}/proposals/1/accept", {})
    sell(market, "r-late", promised_in=2)
    moved(cloud, market, 60)
    market.api.call(PLATFORM, "DELETE", "/buyers/b-r-release")
    awaited(lambda: len(bank.told()) == PAYMENTS)
    bank.work()


def test_nothing_is_paid_twice_after_a_restore(cloud: LocalCloud, tmp_path: Path) -> None:
    """M1, M2, P2: a refund, releases and an order of after the point are lost with the table, and each is paid once."""
    market = Market(Api(cloud.endpoints))
    dynamodb, own, bank = cloud.aws("dynamodb"), cloud.endpoints["table"], Bank(cloud, market)
    dispute_id = bought_and_claimed(market, cloud)
    # The engine keeps no history, so a backup stands for the point in time.
    point = wire(market.now())
    backup = dynamodb.create_backup(TableName=own, BackupName="point")["BackupDetails"]["BackupArn"]
    agreed_and_paid(market, cloud, bank, dispute_id)
    lost = set(bank.known)
    clock = dynamodb.get_item(TableName=own, Key=CLOCK)["Item"]
    cloud.aws("s3").put_object(Bucket=cloud.endpoints["files_bucket"], Key="kept/r-late/u-1/etag", Body=b"a photo")

    # Pause, restore, point the stack at the restored table.
    state, file, hand_over = (str(tmp_path / name) for name in ("paused.json", "payments.jsonl", "hand-over.jsonl"))
    assert 0 == step(cloud, "pause", "--state", state)[0]
    assert answers(cloud) in (429, 500, 502, 503)
    dynamodb.restore_table_from_backup(TargetTableName=RESTORED, BackupArn=backup)
    cloud.update(build("local"), **complete(dynamodb, own, RESTORED))
    dynamodb.put_item(TableName=RESTORED, Item=clock)  # real time does not go back, as a sandbox's clock does

    # People, payments, files. The clock has granted the claim that the seller had agreed to, at another time.
    asked = ["asked again: buyer:b-r-release", "1 people asked for again"]
    assert (0, asked) == step(cloud, "erasures", "--before", own, "--since", point)
    bank.write(tmp_path / "payments.jsonl")
    code, lines = step(cloud, "payments", "--file", file, "--report", "--hand-over", hand_over)
    assert sorted(VERDICTS) == sorted((it["order_id"], it["movement"], it["verdict"]) for it in map(json.loads, lines[:-1]))
    assert (1, "3 results reported") == (code, lines[-1])
    assert (1, ["left: kept/r-late/u-1/etag", "0 files gone, 1 left"]) == step(cloud, "files")

    # The payment system learns what was paid, all goes on, and the lost order is imported again.
    bank.take_over(tmp_path / "hand-over.jsonl")
    assert 0 == step(cloud, "resume", "--state", state)[0]
    awaited(lambda: answers(cloud) == 200)
    sell(market, "r-late", promised_in=2)
    moved(cloud, market, 60)
    awaited(lambda: {it["order_id"] for it in bank.told()} == {"r-refund", "r-late"})
    bank.work()

    assert PAYMENTS + 2 == len(bank.known) == len(lost) + 2
    assert dict.fromkeys(bank.paid, 1) == bank.paid
    for order_id, price in PRICE.items():
        assert price == sum(minor for order, _, minor, _ in bank.paid if order == order_id)
        ledger = market.api.get(PLATFORM, f"/orders/{order_id}/ledger")
        assert (0, {"settled"}) == (ledger["balance"]["held"]["minor"], {it["status"] for it in ledger["payment_instructions"]})
    erased = market.api.get(PLATFORM, "/buyers/b-r-release/erasure")
    assert (0, "done") == (erased["orders_going_on"], erased["status"])


def test_a_restored_table_is_completed(cloud: LocalCloud) -> None:
    """A restored table gets a stream, expiry, backups and protection, and the step says how to name it."""
    dynamodb = cloud.aws("dynamodb")
    code, lines = step(cloud, "table", "--to", "shop-again", "--at", "2026-11-27T10:00:00Z")
    made = dynamodb.describe_table(TableName="shop-again")["Table"]

    assert (0, ["ExistingTableName=shop-again", f"ExistingTableStream={made['LatestStreamLabel']}"]) == (code, lines)
    assert (True, {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}) == (
        made["DeletionProtectionEnabled"],
        made["StreamSpecification"],
    )
    expiry = dynamodb.describe_time_to_live(TableName="shop-again")["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName="shop-again")["ContinuousBackupsDescription"]
    assert ("ENABLED", "expires_at") == (expiry["TimeToLiveStatus"], expiry["AttributeName"])
    assert "ENABLED" == backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]


def test_a_new_stack_takes_back_what_a_deleted_one_left(cloud: LocalCloud) -> None:
    """The table and the files outlive their stack, and a new stack has the old one's orders and evidence."""
    cloudformation, dynamodb, s3 = (cloud.aws(it) for it in ("cloudformation", "dynamodb", "s3"))
    left = cloud.update(build("local"), "shop-left")
    table, bucket = left["TableName"], left["FilesBucketName"]
    sell(Market(api_of(cloud, left)), "r-kept", promised_in=1)
    s3.put_object(Bucket=bucket, Key="kept/r-kept/u-1/etag", Body=b"a photo", ContentType="image/jpeg")
    (stack,) = cloudformation.describe_stacks(StackName="shop-left")["Stacks"]

    cloudformation.delete_stack(StackName="shop-left")
    awaited(lambda: is_deleted(cloudformation, stack["StackId"]))
    outputs = cloud.update(build("local"), "shop-again", **complete(dynamodb, table, table))
    for it in s3.list_objects_v2(Bucket=bucket, Prefix="kept/")["Contents"]:
        source = {"Bucket": bucket, "Key": it["Key"]}
        s3.copy_object(Bucket=outputs["FilesBucketName"], Key=it["Key"], CopySource=source)

    again, written = api_of(cloud, outputs), {"text": "Is it on its way?"}
    read = s3.get_object(Bucket=outputs["FilesBucketName"], Key="kept/r-kept/u-1/etag")
    assert (table, "image/jpeg", b"a photo") == (outputs["TableName"], read["ContentType"], read["Body"].read())
    assert "b-r-kept" == again.get("buyer:b-r-kept", "/orders/r-kept")["buyer_id"]
    assert written["text"] == again.post("buyer:b-r-kept", "/orders/r-kept/messages", written)["text"]


def api_of(cloud: LocalCloud, outputs: dict[str, str]) -> Api:
    """Return the API of a stack beside the local cloud's own."""
    return Api(cloud.endpoints | {"api": f"{cloud.endpoints['ministack']}/_aws/execute-api/{outputs['RestAPIId']}/api"})


def is_deleted(cloudformation: Any, stack_id: str) -> bool:  # noqa: ANN401 - botocore's
    """Return whether a stack is gone. One that cannot be deleted fails the test."""
    (stack,) = cloudformation.describe_stacks(StackName=stack_id)["Stacks"]
    assert "FAILED" not in stack["StackStatus"], stack
    return bool(stack["StackStatus"] == "DELETE_COMPLETE")

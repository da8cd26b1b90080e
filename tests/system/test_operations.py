"""The operator's commands against the deployed product: they need the stack's name and nothing else."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.ministack import ACCESS_KEY, REGION, SECRET_KEY
from ops.cli import main
from ops.stack import forget
from tests.system.test_deployed import call, shown
from tests.waiting import awaited

Operate = Callable[..., int]
FOLLOWING = ("api_function", "publish_function", "sweep_shard_function")
"""The functions that follow the switches."""


@pytest.fixture
def operate(cloud: LocalCloud) -> Iterator[Operate]:
    """Run a command on the local cloud as an operator would, and return its exit code."""
    before = dict(os.environ)
    os.environ.update(AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY, AWS_DEFAULT_REGION=REGION)

    def run(command: str, *arguments: str) -> int:
        where = ("--stack", cloud.endpoints["stack"], "--endpoint-url", cloud.endpoints["ministack"])
        return main([command, *arguments, *where])

    yield run
    os.environ.clear()
    os.environ.update(before)
    forget()


def renew(cloud: LocalCloud) -> None:
    """Let every function begin a new process, which reads the switches at once and not within half a minute.

    Nothing is handed to them meanwhile: the message of a process that ends would come again only minutes later.
    """
    functions, names = cloud.aws("lambda"), [cloud.endpoints[it] for it in FOLLOWING]
    found = [functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"] for name in names]
    mappings = [it["UUID"] for some in found for it in some]
    for mapping in mappings:
        functions.update_event_source_mapping(UUID=mapping, Enabled=False)
    awaited(lambda: not being_swept(cloud))
    for name in names:
        memory = functions.get_function_configuration(FunctionName=name)["MemorySize"]
        functions.update_function_configuration(FunctionName=name, MemorySize=memory)
    for mapping in mappings:
        functions.update_event_source_mapping(UUID=mapping, Enabled=True)


def being_swept(cloud: LocalCloud) -> int:
    """Return how many shards are being swept."""
    name = "ApproximateNumberOfMessagesNotVisible"
    of = {"QueueUrl": cloud.endpoints["sweep_queue"], "AttributeNames": [name]}
    return int(cloud.aws("sqs").get_queue_attributes(**of)["Attributes"][name])


def smoke(cloud: LocalCloud, operate: Operate, capsys: pytest.CaptureFixture[str]) -> str:
    """Play the smoke test's story, and return its order."""
    assert 0 == operate("smoke", "--api", cloud.api, "--local-cloud", str(cloud.directory))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    return next(line[2] for line in lines if line[1] == "import")


def payments(cloud: LocalCloud, order_id: str) -> list[dict[str, Any]]:
    """Return what the payment system was told of an order."""
    return [it for it in shown(cloud, "systems") if it["topic"].endswith("-payments") and order_id in it["body"]]


def test_commands_do_what_they_are_for(
    cloud: LocalCloud, operate: Operate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Smoke, find, verify and export work on the packaged product, and so does the check in the stack, with its own rights."""
    order_id = smoke(cloud, operate, capsys)

    assert 0 == operate("find", f"{order_id}-d1")
    assert f"ORDER#{order_id} #DISPUTE#0001" in capsys.readouterr().out

    operate("verify", "--json")
    assert [] == [line for line in capsys.readouterr().out.splitlines() if order_id in line]

    assert 0 == operate("export-dispute", f"{order_id}-d1", "--out", str(tmp_path / "case"))
    content = json.loads((tmp_path / "case" / "dispute.json").read_text("utf-8"))
    assert ("resolved", 100) == (content["dispute"]["stage"], content["dispute"]["refund"]["minor"])
    assert (tmp_path / "case" / "dispute.pdf").read_bytes().startswith(b"%PDF-")

    event = dict.fromkeys(("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources"), "")
    reply = cloud.aws("lambda").invoke(FunctionName=cloud.endpoints["verify_function"], Payload=json.dumps(event).encode())
    said = json.loads(reply["Payload"].read())
    assert "FunctionError" not in reply, said
    assert said["done"]


def test_switches_reach_the_functions(cloud: LocalCloud, operate: Operate, capsys: pytest.CaptureFixture[str]) -> None:
    """With the stack's own parameters and rights, a held payment leaves after the release, and commands are refused."""
    assert 0 == operate("switch", "payouts-held", "on")
    renew(cloud)
    try:
        order_id = smoke(cloud, operate, capsys)
        waiting = {
            "TableName": cloud.endpoints["table"],
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": f"OUT#payments:{order_id}"}},
        }
        awaited(lambda: cloud.aws("dynamodb").query(**waiting)["Items"])
        assert [] == payments(cloud, order_id)
        assert 0 == operate("switch", "read-only", "on")
        renew(cloud)
        with pytest.raises(urllib.error.HTTPError) as refused:
            call(cloud, "platform:ops", "POST", "/carrier-events", {"events": []})
        with refused.value as answer:
            assert (503, "read_only", "60") == (answer.code, json.load(answer)["code"], answer.headers["Retry-After"])
        assert order_id == call(cloud, "platform:ops", "GET", f"/orders/{order_id}")["id"]
    finally:
        assert 0 == operate("switch", "payouts-held", "off")
        assert 0 == operate("switch", "read-only", "off")
        renew(cloud)
    cloud.advance_clock(6 * 60)
    cloud.sweep_now()
    awaited(lambda: payments(cloud, order_id))
    assert 1 == len(payments(cloud, order_id))

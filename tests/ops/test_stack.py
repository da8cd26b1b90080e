"""The commands find a stack by its name alone, and say what to do where they cannot; the switches are turned by name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.settings import settings
from chalicelib.switches import Switch
from ops import verify
from ops.cli import COMMANDS, main
from ops.stack import OperationError, connect
from tests.service.office import NAME, SHARDS
from tests.switchboard import PREFIX

if TYPE_CHECKING:
    from tests.ops.shop import Shop


def test_a_stack_is_all_that_has_to_be_named(shop: Shop) -> None:
    """Table, bucket, shards and the rest come from the function's variables; what the process is stays as it is."""
    stack = connect("shop")
    assert (NAME, SHARDS) == (settings().table_name, settings().deadline_shards)
    assert (PREFIX, False) == (stack.switches_prefix, stack.is_sandbox)
    assert "SERVES" not in os.environ
    shop.sandbox = True
    assert connect("shop").is_sandbox


def test_an_unknown_stack_is_said_to_be(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command that needs a stack says so, and exits with 2, before it writes anything."""
    del shop
    more = {"find": ["x"], "export-dispute": ["x", "--out", "x"], "export-person": ["x", "--out", "x"]}
    more |= {"redrive": ["--stream"], "restore": ["files"]}
    for command in COMMANDS:
        if command != "preflight":
            assert 2 == main([command, "--stack", "shopp", *more.get(command, [])])
            assert "there is no stack shopp" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_said_to_be(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped path is no finding: the command exits with 2 and names it."""
    del shop
    assert 2 == main(["restore", "--stack", "shop", "payments", "--file", "missing.jsonl"])
    assert "missing.jsonl" in capsys.readouterr().err
    assert 2 == main(["smoke", "--stack", "shop", "--yes-real-data", "--api", "http://127.0.0.1:9", "--local-cloud", "missing"])
    assert "no local cloud is running here" in capsys.readouterr().err


def test_another_stack_is_not_taken_for_ours(shop: Shop) -> None:
    """A stack without our outputs, or without switches, is named as such."""
    shop.outputs = {}
    with pytest.raises(OperationError, match="no output PublishFunction"):
        connect("shop")
    shop.outputs = {"PublishFunction": "publish"}
    stack = connect("shop")
    with pytest.raises(OperationError, match="no output StreamFailuresUrl"):
        stack.output("StreamFailuresUrl")
    with pytest.raises(OperationError, match="SWITCHES_PREFIX"):
        _ = type(stack)("shop", {}, {}).switches_prefix


def test_what_aws_refuses_is_said_in_a_line(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A right that the operator lacks is named with its call, without a traceback."""
    del shop

    def refused(_: str) -> Any:  # noqa: ANN401 - never returns
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "DescribeStacks")

    monkeypatch.setattr(verify, "connect", refused)
    assert 2 == main(["verify", "--stack", "shop"])
    assert "ops: AWS refused DescribeStacks: AccessDenied: not you\n" == capsys.readouterr().err


@pytest.mark.parametrize("switch", list(Switch))
def test_a_switch_is_turned_and_shown(shop: Shop, switch: Switch, capsys: pytest.CaptureFixture[str]) -> None:
    """On and off by name; the others stay, and a process follows."""
    assert 0 == main(["switch", "--stack", "shop"])
    assert ["off"] * 3 == [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert 0 == main(["switch", switch.value, "on", "--stack", "shop"])
    assert {f"{PREFIX}{it.value}": "on" if it is switch else "off" for it in Switch} == shop.ssm.values
    said = capsys.readouterr().out
    assert "within a minute" in said
    assert [switch.value] == [line.split()[0] for line in said.splitlines() if line.split()[1] == "on"]
    assert shop.ssm.switches().on(switch)
    assert 0 == main(["switch", switch.value, "off", "--stack", "shop"])
    assert {"off"} == set(shop.ssm.values.values())


def test_a_switch_without_a_state_is_refused(shop: Shop) -> None:
    """Naming a switch without on or off turns nothing."""
    assert 2 == main(["switch", "sms-off", "--stack", "shop"])
    assert {"off"} == set(shop.ssm.values.values())


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Each has a help text of its own, and wants a stack."""
    for command in COMMANDS:
        with pytest.raises(SystemExit) as left:
            main([command, "--help"])
        assert 0 == left.value.code
        assert "--stack" in capsys.readouterr().out
        with pytest.raises(SystemExit) as left:
            main([command])
        assert 2 == left.value.code
        capsys.readouterr()

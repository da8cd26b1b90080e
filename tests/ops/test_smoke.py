"""The smoke test refuses a stage with real people in it, and says what it needs; tests/api plays its story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops import smoke
from ops.cli import main
from ops.stack import OperationError
from ops.tokens import from_variables

if TYPE_CHECKING:
    from tests.ops.shop import Shop

BASE = "https://api.example/api"


def test_a_ledger_that_does_not_add_up_fails_it() -> None:
    """O3: the smoke test looks at the amounts, and not only at the statuses."""
    with pytest.raises(smoke.UnexpectedAnswer, match="the balance"):
        smoke.Story._check("the balance", {"held": 0}, {"held": 1})  # noqa: SLF001 - the check itself


def test_real_data_has_to_be_named(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a stage that is no sandbox nothing is sent unless --yes-real-data says so; a sandbox needs no word."""
    played: list[str] = []
    monkeypatch.setattr(smoke.Story, "play", lambda self: played.append(self.api.base))
    arguments = ["smoke", "--stack", "shop", "--api", f"{BASE}/"]
    assert 2 == main(arguments)
    assert "no sandbox" in capsys.readouterr().err
    assert [] == played
    assert 0 == main([*arguments, "--yes-real-data"])
    shop.sandbox = True
    assert 0 == main(arguments)
    assert [BASE, BASE] == played


def test_a_missing_token_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that a token has to be in is named."""
    with pytest.raises(OperationError, match="OPS_TOKEN_BUYER"):
        from_variables("buyer", "smoke-buyer")
    monkeypatch.setenv("OPS_TOKEN_BUYER", "token")
    assert "token" == from_variables("buyer", "smoke-buyer")

"""Find says where everything is that an id could name, and exits with 1 for an id that names nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.people import Role
from chalicelib.service import erasure
from ops.cli import main
from tests.domain.worlds import BUYER
from tests.ops.shop import register
from tests.ops.test_verify import settled
from tests.service.office import ORDER

if TYPE_CHECKING:
    from tests.ops.shop import Shop


def found(capsys: pytest.CaptureFixture[str], what: str) -> list[list[str]]:
    """Return the lines that are printed, each as its three columns."""
    assert 0 == main(["find", "--stack", "shop", what])
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


def test_an_order_a_dispute_and_a_payment(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Each by its own id, with its key and its state."""
    settled(shop)
    case = shop.office.services.cases.load(ORDER)
    assert case
    (payment,) = case.order.instructions
    assert [["order", "ORDER#order-1 #ORDER"]] == [line[:2] for line in found(capsys, ORDER)]
    assert [["dispute", "ORDER#order-1 #DISPUTE#0001"]] == [line[:2] for line in found(capsys, "order-1-d1")]
    ((kind, key, said),) = found(capsys, payment.id)
    assert ("payment", "ORDER#order-1 PAYMENT#0001") == (kind, key)
    assert said.startswith("refund of 10000 USD minor units to ana, settled")


@pytest.mark.parametrize("written", ["000000001", "000 000-001"])
def test_a_tracking_number_as_it_is_on_the_label(shop: Shop, capsys: pytest.CaptureFixture[str], written: str) -> None:
    """Spaces and hyphens make no difference; the order that it carries is named."""
    settled(shop)
    assert ["parcel", "TRACK#tnt#000000001 LOCK", "carries order order-1"] in found(capsys, written)


def test_a_person_by_all_that_is_listed_of_them(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """Profile, erasure, orders and disputes of a buyer."""
    settled(shop)
    lines = found(capsys, "ana")
    keys = [line[1] for line in lines]
    assert ["BUYER#ana PROFILE", "BUYER#ana ERASURE", "ORDER#order-1 #ORDER", "ORDER#order-1 #DISPUTE#0001"] == keys
    assert {"buyer"} == {line[0] for line in lines}


@pytest.mark.parametrize("what", ["nobody", "order-1-d9", "order-1-p9", "order-9-d1", "-d1", "-p1", "", "9" * 300])
def test_nothing_is_known(shop: Shop, capsys: pytest.CaptureFixture[str], what: str) -> None:
    """Whatever is asked for, an id that names nothing is told so."""
    settled(shop)
    assert 1 == main(["find", "--stack", "shop", "--", what])
    assert f"nothing is known under {what}\n" == capsys.readouterr().err


def test_a_request_that_was_taken_back_waits_for_nothing(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """P2: an erasure that the person took back is shown as such."""
    office = shop.office.disputed()
    register(office)
    erasure.ask(office.services, Role.BUYER, BUYER.id, BUYER)
    erasure.withdraw(office.services, Role.BUYER, BUYER.id)

    (said,) = [line[2] for line in found(capsys, BUYER.id) if line[1].endswith("ERASURE")]

    assert ", taken back " in said

"""Patterns in a person's disputes are seen from two cases on, name the cases, and are nothing else than what happened."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain import commands as c
from chalicelib.domain.dispute import Stage
from chalicelib.domain.people import Role
from chalicelib.domain.signals import Kind, Known, numbers_of, signals
from tests.domain.worlds import BUYER, DAY, PHOTO, World, disputed


def known(role: Role, *worlds: World) -> Known:
    """Return what is known of a person whose orders these are, each under an id of its own."""
    disputes, orders = [], {}
    for n, world in enumerate(worlds, 1):
        order = world.case.order
        orders[f"order-{n}"] = replace(order, terms=replace(order.terms, order_id=f"order-{n}"))
        disputes += [replace(it, id=f"order-{n}-d{it.number}") for it in world.case.disputes]
    return Known(role, tuple(disputes), orders)


def found(it: Known, world: World) -> dict[Kind, tuple[int, int, tuple[str, ...]]]:
    """Return the signals by their kind: how many, of how many, and the cases."""
    return {one.kind: (one.count, one.of, one.cases) for one in signals(it, world.now)}


def test_two_claims_of_one_kind_are_a_pattern_and_one_is_none() -> None:
    """Many claims of one kind are counted among the orders, and a single case is never a pattern."""
    world = disputed()
    assert {} == found(known(Role.BUYER, world), world)
    both = ("order-1-d1", "order-2-d1")
    assert (2, 2, both) == found(known(Role.BUYER, world, disputed()), world)[Kind.MANY_OF_ONE_KIND]


def test_refunds_without_a_return_just_after_the_delivery_are_seen() -> None:
    """Claims a day after the delivery that were refunded and kept are seen; refunds after a return are not."""
    kept = []
    for _ in range(2):
        world = disputed(Stage.NEGOTIATING)
        world.act(BUYER, c.Accept("2"))
        kept.append(world)
    assert 2 == found(known(Role.BUYER, *kept), kept[0])[Kind.REFUND_JUST_AFTER_DELIVERY][0]
    returned = [disputed(Stage.RESOLVED), disputed(Stage.RESOLVED)]
    assert Kind.REFUND_JUST_AFTER_DELIVERY not in found(known(Role.BUYER, *returned), returned[0])


def test_returns_that_no_carrier_has_scanned_are_seen_after_ten_days() -> None:
    """A return counts as never scanned ten days after it was said to be sent, and not before."""
    worlds = [disputed(Stage.RETURN_IN_TRANSIT), disputed(Stage.RETURN_IN_TRANSIT)]
    assert Kind.RETURN_NEVER_SCANNED not in found(known(Role.BUYER, *worlds), worlds[0])
    worlds[0].wait(11 * DAY)
    assert (2, 2) == found(known(Role.BUYER, *worlds), worlds[0])[Kind.RETURN_NEVER_SCANNED][:2]


def test_a_photo_in_two_disputes_is_seen_and_an_erased_one_is_not() -> None:
    """The same content in two disputes of one person is seen; of erased evidence nothing is left to compare."""
    worlds = [disputed(), disputed()]
    for world in worlds:
        world.act(BUYER, PHOTO)
    it = known(Role.BUYER, *worlds)
    assert (2, 2) == found(it, worlds[0])[Kind.PHOTO_USED_BEFORE][:2]
    assert Kind.PHOTO_USED_BEFORE not in found(known(Role.SELLER, *worlds), worlds[0])
    gone = [
        replace(one, evidence=tuple(replace(e, file=e.file and replace(e.file, etag="[erased]")) for e in one.evidence))
        for one in it.disputes
    ]
    assert Kind.PHOTO_USED_BEFORE not in found(replace(it, disputes=tuple(gone)), worlds[0])


def test_numbers_that_carry_orders_of_others_are_seen() -> None:
    """A seller's tracking numbers that other people's orders have too are seen in the disputes about those orders."""
    worlds = [disputed(), disputed()]
    it = known(Role.SELLER, *worlds)
    assert Kind.NUMBER_OF_OTHERS not in found(it, worlds[0])
    shared = replace(it, others=frozenset(numbers_of(it)))
    assert (2, 2) == found(shared, worlds[0])[Kind.NUMBER_OF_OTHERS][:2]


def test_a_seller_who_is_silent_twice_is_seen() -> None:
    """Disputes that ended because the seller said nothing are a seller's pattern."""
    worlds = [disputed(), disputed()]
    for world in worlds:
        world.wait(60 * DAY).sweep()
    kinds = found(known(Role.SELLER, *worlds), worlds[0])
    assert (2, 2) == kinds[Kind.SILENT][:2]

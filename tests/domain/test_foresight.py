"""What is said of the future comes true: at the deadline, by accepting, and within the options of each action (D1, D9, D10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.acting import allowed_actions, blocked_actions
from chalicelib.domain.changes import Changes
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.foresight import Foreseen, acceptance, on_deadline
from chalicelib.domain.guarantees import Finding, OfferType, Reason
from chalicelib.domain.money import Money
from chalicelib.domain.options import options
from chalicelib.domain.parcel import CarrierStatus
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, RETURN_ADDRESS_REQUIRED, RETURN_LABEL_REQUIRED
from chalicelib.domain.state_machine import GUARDS, STAGES, TABLE, Action, Lapse
from tests.domain.worlds import ABROAD, AT_HOME, BUYER, DAY, HOUR, MEDIATOR, SECOND, SELLER, disputed, money

if TYPE_CHECKING:
    from chalicelib.domain.options import Options
    from chalicelib.domain.people import Actor
    from tests.domain.worlds import World

OF_ROLE = {Role.BUYER: BUYER, Role.SELLER: SELLER, Role.MEDIATOR: MEDIATOR}


def ahead(world: World) -> Changes:
    """Return the case as it is now, from which the future is foreseen."""
    return Changes(world.as_of_now(), world.policies, world.addresses)


def options_of(world: World, action: Action, actor: Actor) -> Options:
    """Return the options of an action that has some."""
    found = options(ahead(world), 1, action, actor, world.now)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("stage", "what", "to", "refund"),
    [
        (Stage.OPENED, Lapse.REQUEST_GRANTED, Stage.AWAITING_RETURN, money(10000)),
        (Stage.NEGOTIATING, Lapse.ESCALATED, Stage.UNDER_REVIEW, None),
        (Stage.UNDER_REVIEW, Lapse.DECIDED_BY_DEFAULT, Stage.DECIDED, money(0)),
        (Stage.AWAITING_RETURN, Lapse.NOTHING_REFUNDED, Stage.RESOLVED, money(0)),
        (Stage.RETURN_IN_TRANSIT, Lapse.RETURN_JUDGED, Stage.UNDER_REVIEW, None),
        (Stage.AWAITING_REPLACEMENT, Lapse.REFUNDED_INSTEAD, Stage.RESOLVED, money(10000)),
        (Stage.DECIDED, Lapse.DECISION_CARRIED_OUT, Stage.RESOLVED, money(5000)),
    ],
)
def test_what_is_foreseen_of_silence_comes_true(stage: Stage, what: Lapse, to: Stage, refund: Money | None) -> None:
    """D9, section 4: each stage's deadline, what it brings about, and what the buyer gets by it."""
    world = disputed(stage)
    found = on_deadline(ahead(world), 1)
    assert found is not None
    assert (what, Foreseen(to, refund)) == (found.what, found.foreseen)

    after = world.go(found.at).as_of_now().dispute(1)
    assert to is after.stage
    assert refund in (after.refund, after.decision and after.decision.amount, after.grant and after.grant.amount, None)


def test_of_what_is_resolved_nothing_is_foreseen() -> None:
    """D9: a resolved dispute has no deadline, and its actions are neither allowed nor blocked."""
    world = disputed(Stage.RESOLVED)
    assert on_deadline(ahead(world), 1) is None
    for actor in OF_ROLE.values():
        assert () == blocked_actions(world.case, world.dispute(), actor, world.now)


def test_a_return_that_was_seen_is_refunded() -> None:
    """Section 4: once a carrier has the return, silence refunds it; what is foreseen follows the records."""
    world = disputed(Stage.RETURN_IN_TRANSIT)
    world.wait(DAY).report_return(CarrierStatus.DELIVERED)
    found = on_deadline(ahead(world), 1)
    assert found is not None
    assert (world.now + 10 * DAY, Foreseen(Stage.RESOLVED, money(10000))) == (found.at, found.foreseen)


@pytest.mark.parametrize(
    ("stage", "actor", "expected"),
    [
        (Stage.OPENED, SELLER, [("1", Foreseen(Stage.AWAITING_RETURN, money(10000)))]),
        (Stage.NEGOTIATING, BUYER, [("2", Foreseen(Stage.RESOLVED, money(1000)))]),
        (Stage.NEGOTIATING, SELLER, [("1", Foreseen(Stage.AWAITING_RETURN, money(10000)))]),
        (Stage.UNDER_REVIEW, BUYER, [("2", Foreseen(Stage.RESOLVED, money(1000)))]),
        (Stage.UNDER_REVIEW, SELLER, [("1", Foreseen(Stage.AWAITING_RETURN, money(10000)))]),
    ],
)
def test_what_is_foreseen_of_accepting_comes_true(stage: Stage, actor: Actor, expected: list[tuple[str, Foreseen]]) -> None:
    """D1: each proposal that can be accepted is named, with the stage it leads to and the refund; the seller's own is not."""
    world = disputed(stage)
    proposals = options_of(world, Action.ACCEPT, actor).proposals or ()
    assert expected == [(it.proposal_id, it.foreseen) for it in proposals]
    assert not any(it.needs_return_address or it.needs_return_label for it in proposals)

    world.act(actor, c.Accept(proposals[0].proposal_id))
    assert expected[0][1].to is world.dispute().stage


def test_one_acceptance_of_a_mediators_proposal_changes_nothing_yet() -> None:
    """D1: it takes both parties; the second one ends the dispute."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.Propose(OfferType.REFUND, money(3000)))
    assert Foreseen(Stage.UNDER_REVIEW, None) == _foreseen(world, BUYER, "3")
    world.act(BUYER, c.Accept("3"))
    assert Foreseen(Stage.RESOLVED, money(3000)) == _foreseen(world, SELLER, "3")


def _foreseen(world: World, actor: Actor, proposal_id: str) -> Foreseen | None:
    found = acceptance(ahead(world), 1, proposal_id, actor, world.now)
    return found.foreseen if found else None


def test_a_proposal_that_is_not_there_cannot_be_accepted() -> None:
    """D1: neither an unknown one nor one's own."""
    world = disputed(Stage.NEGOTIATING)
    assert _foreseen(world, BUYER, "9") is None
    assert _foreseen(world, SELLER, "2") is None


@pytest.mark.parametrize(
    ("on_file", "code"), [((), RETURN_ADDRESS_REQUIRED), ((ABROAD,), RETURN_LABEL_REQUIRED), ((AT_HOME,), "")], ids=str
)
def test_an_action_says_that_it_needs_a_return_address_or_a_label(on_file: tuple[object, ...], code: str) -> None:
    """D3, C3: exactly the offers with a return that the rules would refuse without one say so, and foresee all the same."""
    world = disputed(Stage.OPENED)
    world.put_on_file(*on_file)  # type: ignore[arg-type] # addresses
    (request,) = options_of(world, Action.ACCEPT, SELLER).proposals or ()
    assert Foreseen(Stage.AWAITING_RETURN, money(10000)) == request.foreseen
    needs = (code == RETURN_ADDRESS_REQUIRED, code == RETURN_LABEL_REQUIRED)
    assert needs == (request.needs_return_address, request.needs_return_label)
    for it in options_of(world, Action.PROPOSE, SELLER).offers or ():
        expected = needs if it.type.needs_return else (False, False)
        assert expected == (it.needs_return_address, it.needs_return_label), it.type
    if code:
        assert code == world.refused_act(SELLER, c.Accept("1")).code


GRANTS = [(Stage.OPENED, BUYER), (Stage.AWAITING_RETURN, SELLER), (Stage.NEGOTIATING, SELLER)]
CAN_OFFER = sorted(((at, role) for at, action, role in TABLE if action is Action.PROPOSE), key=str)


@pytest.mark.parametrize(("stage", "role"), CAN_OFFER)
def test_the_amounts_of_an_offer_are_those_that_are_taken(stage: Stage, role: Role) -> None:
    """D2: an offer is taken at its least and at its most, and a minor unit beyond either is refused; so are other types."""
    actor = OF_ROLE[role]
    offers = {it.type: it for it in options_of(disputed(stage), Action.PROPOSE, actor).offers or ()}
    assert offers
    for kind in OfferType:
        known = offers.get(kind)
        good = (known.minimum, known.maximum) if known else ()
        bad = (known.minimum.minor - 1, known.maximum.minor + 1) if known else (0, 1, 5000, 10000)
        for amount in good:
            disputed(stage).act(actor, c.Propose(kind, amount))
        for minor in (it for it in bad if it >= 0):
            assert INVALID == disputed(stage).refused_act(actor, c.Propose(kind, money(minor))).code, (kind, minor)


def test_the_findings_and_amounts_of_a_decision_are_those_that_are_taken() -> None:
    """D5: a decision can have each finding that is listed, none of the others, and each type from nothing to the maximum."""
    found = options_of(disputed(Stage.UNDER_REVIEW), Action.DECIDE, MEDIATOR)
    for finding in Finding:
        world, decision = disputed(Stage.UNDER_REVIEW), c.Decide(OfferType.REFUND, money(1), finding, "So.")
        if finding in (found.findings or ()):
            world.act(MEDIATOR, decision)
        else:
            assert INVALID == world.refused_act(MEDIATOR, decision).code
    assert [(it.type, 0, 10000) for it in found.offers or ()] == [(it, 0, 10000) for it in OfferType]
    assert Reason.NOT_AS_DESCRIBED is disputed(Stage.UNDER_REVIEW).dispute().coverage.reason


@pytest.mark.parametrize(
    ("stage", "actor"), [(Stage.OPENED, BUYER), (Stage.AWAITING_RETURN, SELLER), (Stage.NEGOTIATING, SELLER)]
)
def test_time_can_be_granted_until_the_latest(stage: Stage, actor: Actor) -> None:
    """D6: the very latest time is taken, a second more is not, and once all is granted the action is blocked."""
    world = disputed(stage)
    latest = options_of(world, Action.GRANT_TIME, actor).latest
    assert latest is not None
    assert INVALID == world.refused_act(actor, c.GrantTime(latest + SECOND)).code
    world.act(actor, c.GrantTime(latest))
    blocked = {it.action: it for it in blocked_actions(world.case, world.dispute(), actor, world.now)}
    assert "time_left_to_grant" == blocked[Action.GRANT_TIME].reason


def test_evidence_can_be_added_until_none_is_left() -> None:
    """N6: so many pieces as are left can be added, of every type; then the action is blocked."""
    world = disputed(Stage.OPENED)
    found = options_of(world, Action.ADD_EVIDENCE, BUYER)
    assert (20, tuple(EvidenceType)) == (found.left, found.types)
    for _ in range(found.left or 0):
        world.act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "See."))
    assert 0 == options_of(world, Action.ADD_EVIDENCE, BUYER).left
    assert LIMIT_REACHED == world.refused_act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "See.")).code
    assert [("add_evidence", "room_for_evidence")] == [
        (it.action.value, it.reason)
        for it in blocked_actions(world.case, world.dispute(), BUYER, world.now)
        if it.action is Action.ADD_EVIDENCE
    ]


@pytest.mark.parametrize("stage", [it for it in Stage if it is not Stage.RESOLVED])
@pytest.mark.parametrize("role", [*PARTIES, Role.MEDIATOR])
def test_every_action_of_a_stage_is_allowed_or_blocked(stage: Stage, role: Role) -> None:
    """D10: what the table gives a role in a stage is one or the other, and blocked by a guard of the table."""
    world, actor = disputed(stage), OF_ROLE[role]
    allowed = {it.action for it in allowed_actions(world.case, world.dispute(), actor, world.now)}
    blocked = blocked_actions(world.case, world.dispute(), actor, world.now)
    assert {action for at, action, who in TABLE if (at, who) == (stage, role)} == allowed | {it.action for it in blocked}
    assert not allowed & {it.action for it in blocked}
    assert {it.reason for it in blocked} <= set(GUARDS)
    assert (STAGES[stage].expiry is not None) is (on_deadline(ahead(world), 1) is not None)


def test_a_blocked_action_says_from_when_it_is_possible() -> None:
    """D6, section 4: the buyer of a silent seller can ask for a mediator after the days of the policy."""
    world = disputed(Stage.OPENED)
    (blocked,) = (it for it in blocked_actions(world.case, world.dispute(), BUYER, world.now) if it.action is Action.ESCALATE)
    assert ("seller_had_time", world.now + 3 * DAY) == (blocked.reason, blocked.opens_at)
    world.go(world.now + 3 * DAY)
    assert Action.ESCALATE in {it.action for it in allowed_actions(world.case, world.dispute(), BUYER, world.now)}


def test_foreseeing_changes_nothing() -> None:
    """D9: the rules are run on a copy."""
    world = disputed(Stage.OPENED).wait(HOUR)
    changes = ahead(world)
    before = changes.case
    on_deadline(changes, 1)
    for action in Action:
        options(changes, 1, action, SELLER, world.now)
    assert (before, []) == (changes.case, changes.events)

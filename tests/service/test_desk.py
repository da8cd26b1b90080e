"""The mediators' queue and the work of each come from the index, and a case comes whole in one answer (D4, D6)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api.disputes.requests import PutReplies
from chalicelib.domain import commands as c
from chalicelib.domain.evidence import EvidenceType
from chalicelib.domain.guarantees import Finding
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.review import EnteredBy
from chalicelib.service import case_file, desk, replies
from chalicelib.service.desk import QueueSort, QueueState, Tab, Wanted
from chalicelib.service.errors import Forbidden, NotFound, VersionMismatch
from chalicelib.service.replies import Whose
from chalicelib.store import keys
from chalicelib.store.audit import AuditEntry
from chalicelib.store.facts import facts_of
from chalicelib.store.replies import SavedText
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, MEDIATOR, OTHER_MEDIATOR, SELLER
from tests.domain.worlds import OPERATOR as OLA
from tests.service.office import DISPUTE, ORDER, Office

if TYPE_CHECKING:
    from chalicelib.service.views import Json
    from chalicelib.store.items import Item

LEAD = Actor(Role.MEDIATOR, "lea", lead=True)
MANY = 10_000


def queue(office: Office, actor: Actor = MEDIATOR, sort: QueueSort = QueueSort.AGE, limit: int = 100, **wanted: Any) -> Json:  # noqa: ANN401 - fields of Wanted
    """Return the first page of the queue."""
    return desk.mediation_queue(office.services, actor, Wanted(**wanted), sort, limit, None)


def ids(page: Json) -> list[str]:
    """Return the ids on a page."""
    return [it["id"] for it in page["items"]]


def escalated(office: Office | None = None, *, order_id: str = ORDER, number: str = "000000001", **terms: Any) -> Office:  # noqa: ANN401 - of the order
    """Add a case under review to an office."""
    office = office or Office()
    office.bought(order_id=order_id, paid_at=office.watch.at, deliver_by=office.watch.at + 30 * DAY, **terms)
    office.wait(DAY).ship(order_id, number)
    office.confirm(order_id)
    office.wait(HOUR).open(DAMAGED, order_id=order_id)
    office.act(SELLER, c.Decline(), dispute_id=f"{order_id}-d1")
    office.act(BUYER, c.Escalate(), dispute_id=f"{order_id}-d1")
    return office


def three() -> Office:
    """Three cases: in dollars, in yen and in dollars again, each a day after the one before; the second has its mediator."""
    office = escalated()
    escalated(office, order_id="order-2", number="000000002", currency="JPY")
    escalated(office, order_id="order-3", number="000000003")
    office.act(MEDIATOR, c.Assign(), dispute_id="order-2-d1")
    return office


def test_tabs_hold_the_callers_cases_those_of_others_and_those_of_nobody() -> None:
    """D4: each tab lists its cases, and the totals count them for this caller."""
    office = three()
    assert ["order-2-d1"] == ids(queue(office, tab=Tab.MINE))
    assert [DISPUTE, "order-3-d1"] == ids(queue(office, tab=Tab.UNASSIGNED))
    assert ["order-2-d1"] == ids(queue(office, LEAD, tab=Tab.OTHERS))
    assert {"mine": 1, "unassigned": 2, "others": 0, "appeals": 0, "all": 3} == queue(office)["totals"]


def test_amounts_of_one_currency_stand_together() -> None:
    """D6: sorted by amount, no amount is compared with one of another currency."""
    office = escalated(order_id="order-1")
    escalated(office, order_id="order-2", number="000000002", currency="JPY")
    escalated(office, order_id="order-3", number="000000003")
    rows = queue(office, sort=QueueSort.AMOUNT)["items"]
    assert ["JPY", "USD", "USD"] == [it["requested"]["currency"] for it in rows]
    assert ["order-3-d1"] == ids(queue(office, sort=QueueSort.AMOUNT, currency="USD"))[1:]


@pytest.mark.parametrize("sort", QueueSort)
def test_every_order_goes_on_where_a_page_ended(sort: QueueSort) -> None:
    """Section 7: the pages of each order hold every case once, in one order."""
    office = three()
    whole, pages, cursor = ids(queue(office, sort=sort)), [], None
    for _ in range(4):
        page = desk.mediation_queue(office.services, MEDIATOR, Wanted(), sort, 1, cursor)
        pages += ids(page)
        cursor = page["cursor"]
        if cursor is None:
            break
    assert whole == pages
    assert 3 == len(set(whole))


def test_filters_find_what_they_name() -> None:
    """D4, D6: cases are found by what they are about, when they are due, who has them, how they came, and by ids."""
    office = three()
    now = office.watch.at
    due = queue(office)["items"][0]["deadline"]
    assert due
    assert [] == ids(queue(office, due_before=now))
    assert 3 == len(ids(queue(office, due_before=now + 60 * DAY)))
    assert ["order-2-d1"] == ids(queue(office, mediator_id=MEDIATOR.id))
    assert ["order-3-d1"] == ids(queue(office, q="R-3-D"))
    assert 3 == len(ids(queue(office, q=BUYER.id, entered_by=EnteredBy.PARTY)))
    assert [] == ids(queue(office, idle_since=now))
    assert ["order-2-d1"] == ids(queue(office, idle_since=now + HOUR))


def test_a_row_says_who_may_take_it_and_an_appeal_bars_its_first_mediator() -> None:
    """D5: who decided a case cannot take its appeal, and the row says so."""
    office = escalated()
    office.act(MEDIATOR, c.Assign())
    assert [False] == [it["can_assign"] for it in queue(office, OTHER_MEDIATOR)["items"]]
    office.act(MEDIATOR, in_full(office))
    assert [] == ids(queue(office))
    office.wait(HOUR).act(SELLER, c.Appeal(EvidenceType.STATEMENT, "Look again."))
    rows = {who.id: queue(office, who)["items"][0] for who in (MEDIATOR, OTHER_MEDIATOR, OLA)}
    assert {"mia": False, "noor": True, "ola": False} == {who: row["can_assign"] for who, row in rows.items()}
    assert (EnteredBy.APPEAL.value, 1) == (rows["noor"]["entered_by"], queue(office)["totals"]["appeals"])


def test_what_was_decided_has_a_list_of_its_own() -> None:
    """D5: the decided cases are listed under who decided them."""
    office = escalated()
    office.act(MEDIATOR, c.Assign())
    office.act(MEDIATOR, in_full(office))
    for party in (BUYER, SELLER):
        office.act(party, c.AcceptDecision())
    assert [] == ids(queue(office))
    assert [DISPUTE] == ids(queue(office, state=QueueState.DECIDED, tab=Tab.MINE))
    assert [] == ids(queue(office, OTHER_MEDIATOR, state=QueueState.DECIDED, tab=Tab.MINE))


def in_full(office: Office) -> c.Decide:
    """Return the decision that grants what the buyer of the first case asks for."""
    case = office.services.cases.load(ORDER)
    assert case is not None
    asked = case.disputes[0].request
    return c.Decide(asked.type, asked.amount, Finding.NOT_AS_DESCRIBED, "The photos show it.")


def test_the_workload_counts_each_mediators_cases_and_decisions() -> None:
    """D4: what a mediator has, what is due or untouched, and what they decided, changed decisions among them."""
    office = three()
    office.act(MEDIATOR, c.Assign())
    office.wait(5 * HOUR).act(MEDIATOR, in_full(office))
    work = desk.workload(office.services, MEDIATOR)
    mia = work["people"][0]
    assert (1, 1, 1) == (work["unassigned"], mia["open"], mia["decided"])
    assert (0, 0) == (mia["untouched"], mia["appealed"])
    assert 1 == work["decided_by_day"][-1]["decided"]
    office.act(SELLER, c.Appeal(EvidenceType.STATEMENT, "Look again."))
    office.act(OTHER_MEDIATOR, c.Assign())
    whole = in_full(office)
    office.act(OTHER_MEDIATOR, replace(whole, amount=replace(whole.amount, minor=whole.amount.minor // 2)))
    office.wait(30 * HOUR)
    work = {it["mediator_id"]: it for it in desk.workload(office.services, LEAD)["people"]}
    assert {"lea", "mia", "noor"} == set(work)
    assert (1, 1, 1) == (work["mia"]["appealed"], work["mia"]["changed"], work["mia"]["untouched"])
    assert (1, 0) == (work["noor"]["decided"], work["noor"]["appealed"])


def test_what_an_older_release_listed_is_found_too() -> None:
    """I17: an entry that 0.2.0 wrote has no facts behind its place; its case is read, and nothing is missing."""
    office = three()
    before = (queue(office), desk.workload(office.services, MEDIATOR))
    for it in office.table.snapshot():
        if keys.facts_in(it.get("work_sk", {}).get("S", "")):
            office.table.put_item(TableName="table", Item=it | {"work_sk": {"S": keys.without_facts(it["work_sk"]["S"])}})
    assert before == (queue(office), desk.workload(office.services, MEDIATOR))


def _copies(office: Office, count: int) -> list[Item]:
    """Return the items of many orders like the first one, each escalated a second after the one before."""
    stored = [it for it in office.table.snapshot() if it["sk"]["S"] in ("#ORDER", "#DISPUTE#0001")]
    made = []
    for number in range(count):
        name = f"copy-{number}"
        for it in stored:
            text = json.dumps(it).replace(f"{ORDER}-d1", f"{name}-d1").replace(f'{ORDER}"', f'{name}"')
            made.append(json.loads(text.replace(f"ORDER#{ORDER}", f"ORDER#{name}").replace(f'\\"{ORDER}\\"', f'\\"{name}\\"')))
    return made


def test_the_first_page_of_ten_thousand_is_one_read_of_the_index() -> None:
    """D6: of 10,000 waiting cases the index is read once, in answers of a megabyte, and only the page's cases are read."""
    office = escalated()
    for it in _copies(office, MANY):
        office.table.put_item(TableName="table", Item=it)
    queries: list[Json] = []
    read: list[Json] = []
    query, batch = office.table.query, office.table.batch_get_item

    def counted_query(**asked: Any) -> Json:  # noqa: ANN401 - botocore's
        queries.append(asked)
        return query(**asked)

    def counted_batch(**asked: Any) -> Json:  # noqa: ANN401 - as above
        read.append(asked)
        return batch(**asked)

    office.table.query = counted_query  # type: ignore[method-assign]
    office.table.batch_get_item = counted_batch  # type: ignore[method-assign]
    for sort in QueueSort:
        queries.clear()
        read.clear()
        page = queue(office, sort=sort, limit=50)
        assert (50, MANY + 1) == (len(page["items"]), page["totals"]["unassigned"])
        assert {keys.MEDIATION_OPEN} == {it["ExpressionAttributeValues"][":pk"]["S"] for it in queries}
        assert 1 == sum("ExclusiveStartKey" not in it for it in queries)
        assert 50 * 2 + 2 >= sum(len(keys_of["Keys"]) for it in read for keys_of in it["RequestItems"].values())


def test_a_case_comes_whole_to_its_mediator_and_in_summary_to_others() -> None:
    """D4, section 1: who has the case gets all of it in one answer; another mediator gets the summary and nothing else."""
    office = escalated()
    office.act(MEDIATOR, c.Assign())
    whole = case_file.get_case(office.services, office.storage, DISPUTE, MEDIATOR)
    assert ("whole", ORDER, EnteredBy.PARTY.value) == (whole["dispute"]["shown"], whole["order"]["id"], whole["entered_by"])
    assert ["buyer", "seller"] == [it["role"] for it in whole["parties"]]
    assert whole["timeline"][-1]["type"] == "mediator_assigned"
    assert whole["records"][0]["arrival"] == "before"
    summary = case_file.get_case(office.services, office.storage, DISPUTE, OTHER_MEDIATOR)
    told = {name for name, it in summary.items() if it is not None}
    assert ({"dispute", "entered_by", "present", "as_of"}, "summary") == (told, summary["dispute"]["shown"])
    with pytest.raises(NotFound):
        case_file.get_case(office.services, office.storage, "order-9-d1", MEDIATOR)


def test_a_case_tells_the_history_of_both_parties() -> None:
    """D4: the other disputes of each party within 180 days are counted by outcome, reason and finding."""
    office = three()
    office.act(MEDIATOR, c.Assign())
    office.act(MEDIATOR, in_full(office))
    seen = case_file.get_case(office.services, office.storage, "order-2-d1", MEDIATOR)["parties"]
    assert [(2, 0, 2), (2, 0, 2)] == [(it["open"], it["closed"], it["reasons"][0]["count"]) for it in seen]
    assert [{"finding": "not_as_described", "count": 1}] == seen[1]["findings"]
    assert ["order-3-d1", DISPUTE] == [it["id"] for it in seen[0]["recent"]]


def test_a_case_says_who_else_has_it_open_for_a_minute_and_a_half() -> None:
    """D4: whoever of the staff has read the case within 90 seconds is said to have it open, and not the reader."""
    office = escalated()
    for actor in (MEDIATOR, LEAD):
        entry = AuditEntry(f"a-{actor.id}", office.watch.at, actor, case_file.OPERATION, order_id=ORDER, dispute_id=DISPUTE)
        office.services.audit.add(entry)

    def seen() -> list[str]:
        return [it["id"] for it in case_file.get_case(office.services, office.storage, DISPUTE, MEDIATOR)["present"]]

    assert [LEAD.id] == seen()
    office.wait(case_file.PRESENT_FOR)
    assert [] == seen()


def test_facts_stay_within_a_key() -> None:
    """Section 7: DynamoDB takes sort keys of 1,024 bytes; the facts with the longest ids fit."""
    office = Office()
    longest = ("o" * 64, "b" * 128, "s" * 128)
    escalated(office)
    case = office.services.cases.load(ORDER)
    assert case is not None
    facts = facts_of(case, case.disputes[0])
    decided = tuple(("m" * 128, "2026-03-20T12:00:00Z", True) for _ in range(2))
    text = json.dumps([*longest, "m" * 128, decided, *json.loads(facts.text)[2:]], separators=(",", ":"))
    assert len(f"2026-03-20T12:00:00Z#{'o' * 64}-d9999#{text}".encode()) <= 1024


TEXT = (SavedText("Ask for the box", {"en": "Please show the box of {item}.", "es": "Muestra la caja de {item}."}),)


def test_a_mediator_keeps_replies_of_their_own_and_leads_those_of_all() -> None:
    """D4: each mediator has saved replies of their own; those of all are read by everyone and written by leads."""
    office = Office()
    replies.put_replies(office.services, Whose.OWN, office.request(MEDIATOR), TEXT)
    with pytest.raises(Forbidden):
        replies.put_replies(office.services, Whose.SHARED, office.request(MEDIATOR), TEXT)
    replies.put_replies(office.services, Whose.SHARED, office.request(LEAD), TEXT)
    seen = {who.id: replies.get_replies(office.services, who) for who in (MEDIATOR, OTHER_MEDIATOR)}
    assert {"mia": (1, 1), "noor": (0, 1)} == {who: (it["own"]["version"], it["shared"]["version"]) for who, it in seen.items()}
    assert seen["mia"]["own"]["items"] == seen["noor"]["shared"]["items"]


def test_a_new_mediator_has_saved_replies_in_five_languages() -> None:
    """D4: until a lead saves others, all share replies that fit what may be saved, and name only facts that apps know."""
    office = Office()
    answer = replies.get_replies(office.services, MEDIATOR)
    items = answer["shared"]["items"]
    assert len(items) >= 5
    assert PutReplies.model_validate_json(json.dumps({"items": items})).replies() == replies.starters()
    for it in items:
        assert ["en", "es", "pt", "ru", "zh"] == sorted(it["texts"]), it["name"]
        named = {frozenset(re.findall(r"{(\w+)}", text)) for text in it["texts"].values()}
        assert 1 == len(named), it["name"]
        assert next(iter(named)) <= set(answer["variables"])
    replies.put_replies(office.services, Whose.SHARED, office.request(LEAD, if_match=0), ())
    assert [] == replies.get_replies(office.services, MEDIATOR)["shared"]["items"]


def test_replies_that_somebody_else_has_saved_meanwhile_are_not_overwritten() -> None:
    """I4: replies are replaced only at the version that the writer has seen."""
    office = Office()
    replies.put_replies(office.services, Whose.SHARED, office.request(LEAD, if_match=0), TEXT)
    with pytest.raises(VersionMismatch):
        replies.put_replies(office.services, Whose.SHARED, office.request(LEAD, if_match=0), ())
    assert 1 == replies.get_replies(office.services, LEAD)["shared"]["version"]

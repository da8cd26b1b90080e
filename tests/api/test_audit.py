"""Every request of staff and of the marketplace's systems leaves one entry in the audit, and operators read them (P5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api.endpoint import ENDPOINTS, Audited, Endpoint
from chalicelib.api.identity.scopes import Scope
from chalicelib.api.routing import Resource, route
from chalicelib.domain import commands as c
from chalicelib.domain.people import PARTIES, Role
from chalicelib.service import audit, chat
from chalicelib.service.audit import Wanted, list_entries
from chalicelib.service.errors import NotFound
from chalicelib.store.audit import DAY_S, AuditEntry, AuditLog
from chalicelib.store.connections import Connection
from chalicelib.store.lists import BadCursor
from localcloud.memory.expressions import failure
from tests.api.edge import DAY, HOUR, NOON, at
from tests.api.samples import ACME, ANA, BY_SIGNATURE, EVERY, IDS, LEA, MARKET, MIA, NOTE, OLA, Stop, bring, path_of, sample_of
from tests.domain.worlds import BUYER, MEDIATOR, SELLER
from tests.service.office import ORDER, Office
from tests.store.tables import ENGINES, NAME, engine
from tests.system.rights import RIGHTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.memory.table import MemoryTable
    from tests.api.edge import Api
    from tests.system.rights import May

OF_MAX = "?limit=1&actor=mediator:max"
OWN = {"mediator": MIA, "lead": LEA, "operator": OLA}
OF_STAFF = [
    (operation, column)
    for operation, columns in RIGHTS.items()
    for column in columns
    if column not in PARTIES  # the parties' requests are not recorded
]


def endpoint_of(operation: str) -> Endpoint:
    """The route of an operation."""
    return next(it for it in EVERY if it.operation == operation)


def recorded(table: MemoryTable) -> list[dict[str, Any]]:
    """Every entry in the table, oldest first."""
    found = [it for it in table.snapshot() if it["pk"]["S"].startswith("AUDIT#")]
    return sorted(found, key=lambda it: it["sk"]["S"])


def last(api: Api, query: str = "?limit=1") -> dict[str, Any]:
    """The newest entry, as an operator sees it."""
    found: dict[str, Any] = api.done(OLA, "GET", f"/audit{query}")["items"][0]
    return found


def request(api: Api, operation: str, column: str, may: May, **headers: str) -> Any:  # noqa: ANN401 - a reply
    """Send the request that the table of rights gives to a column."""
    endpoint, sample = endpoint_of(operation), sample_of(endpoint_of(operation))
    body = sample.body if may.body is None else may.body
    path = path_of(endpoint, **{"message_id": "o-1-m1"} | dict(may.ids)) + (f"?{may.query}" if may.query else "")
    return api.call(OWN.get(column, f"{column}:market"), endpoint.method, path, body, **headers)


@pytest.mark.parametrize(("operation", "column"), OF_STAFF)
def test_every_request_of_staff_and_systems_leaves_its_entry(api: Api, operation: str, column: str) -> None:
    """P5: one request, one entry: who, what, of which case or person, and whether it was answered."""
    may = RIGHTS[operation][column]
    bring(api, may.stop)
    before = {it["sk"]["S"] for it in recorded(api.table)}
    reply = request(api, operation, column, may)
    assert may.answers == reply.status
    new = [it for it in recorded(api.table) if it["sk"]["S"] not in before]
    assert 1 == len(new)
    told = last(api, "?limit=1")
    named, audited = endpoint_of(operation).ids, endpoint_of(operation).audit
    outcome = "asked" if audited is Audited.BEFORE else "done" if reply.status < 400 else reply.problem
    role, _, who = OWN.get(column, f"{column.partition('/')[0]}:market").replace("lead:", "mediator:").partition(":")
    assert (operation, outcome, {"role": role, "id": who}) == (told["operation"], told["outcome"], told["actor"])
    assert ("o-1" if {"order_id", "dispute_id", "instruction_id"} & set(named) else None) == told["order_id"]
    assert ("o-1-d1" if "dispute_id" in named else None) == told["dispute_id"]
    ids = IDS | dict(may.ids)
    people = {"seller_id": f"seller:{ids['seller_id']}", "buyer_id": f"buyer:{ids['buyer_id']}"}
    person = next((people[name] for name in (*named, may.query.partition("=")[0]) if name in people), None)
    assert person == told["person"]


@pytest.mark.parametrize("endpoint", BY_SIGNATURE, ids=lambda it: it.operation)
def test_a_tracking_service_s_webhook_leaves_an_entry(api: Api, endpoint: Endpoint) -> None:
    """P5: what a service that signs has posted is recorded under the service's name."""
    sample = sample_of(endpoint)
    bring(api, sample.stop)
    api.done(sample.who, "POST", endpoint.path, sample.body)
    told = last(api)
    assert (endpoint.operation, "asked", "platform") == (told["operation"], told["outcome"], told["actor"]["role"])


def test_the_parties_leave_no_entry(api: Api) -> None:
    """P5: what buyers and sellers do in their own cases is on the timeline, and costs no entry."""
    bring(api, Stop.DISPUTED)
    before = len(recorded(api.table))
    for who in (ANA, ACME):
        for path in ("/orders", "/orders/o-1", "/disputes/o-1-d1", "/disputes/o-1-d1/timeline", "/orders/o-1/messages"):
            api.done(who, "GET", path)
    api.done(ACME, "POST", "/disputes/o-1-d1/decline", {})
    assert before == len(recorded(api.table))


@pytest.mark.parametrize("roles", [(Role.MEDIATOR,), (Role.OPERATOR,), (Role.PLATFORM,)], ids=lambda it: it[0].value)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_route_of_staff_without_its_audit_is_not_declared(roles: tuple[Role, ...], method: str) -> None:
    """P5: forgetting the audit, or recording a read like a command, stops the import; nothing is declared."""
    known, scopes = len(ENDPOINTS), tuple(Scope) if Role.PLATFORM in roles else ()
    blueprint = Resource("new", "new")
    wrong = Audited.COMMAND if method == "GET" else Audited.READ

    def look(_: object) -> None:
        """Look at a case."""

    def declare(kind: Audited | None) -> None:
        route(blueprint, method, "/new", roles=roles, scopes=scopes, audit=kind, answers=None, versioned=False)(look)

    for kind in (None, wrong):
        with pytest.raises(ValueError, match="has to say how it is in the audit"):
            declare(kind)
    assert known == len(ENDPOINTS)


def test_a_route_of_parties_declares_no_audit() -> None:
    """P5: a declaration that would record nothing is a mistake as well."""
    blueprint = Resource("new", "new")
    with pytest.raises(ValueError, match="has to say how it is in the audit"):
        route(blueprint, "GET", "/new", roles=(Role.BUYER,), audit=Audited.READ, answers=None)(lambda _: None)


KEYED = [(operation, column) for operation, column in OF_STAFF if endpoint_of(operation).keyed]


@pytest.mark.parametrize(("operation", "column"), [it for it in KEYED if RIGHTS[it[0]][it[1]].answers < 400])
def test_the_same_request_again_leaves_no_second_entry(api: Api, operation: str, column: str) -> None:
    """I5: a retry with the same Idempotency-Key gets the first answer, and the audit holds the request once."""
    may = RIGHTS[operation][column]
    bring(api, may.stop)
    first = request(api, operation, column, may, idempotency_key="once")
    kept = recorded(api.table)
    again = request(api, operation, column, may, idempotency_key="once")
    assert (first.status, first.body) == (again.status, again.body)
    assert kept == recorded(api.table)


def test_a_refused_request_is_recorded_with_its_problem(api: Api) -> None:
    """P5: a mediator who reads what is not theirs, or guesses ids, is in the audit with the answer's code."""
    bring(api, Stop.ASSIGNED)
    assert (404, "not_found") == api.call("mediator:max", "GET", "/disputes/o-1-d1/evidence").refused
    assert ("list_evidence", "not_found") == tuple(last(api, OF_MAX)[it] for it in ("operation", "outcome"))
    assert (409, "wrong_party") == api.call("mediator:max", "DELETE", "/disputes/o-1-d1/assignment").refused
    assert ("give_back", "wrong_party") == tuple(last(api, OF_MAX)[it] for it in ("operation", "outcome"))
    assert (404, "not_found") == api.call("mediator:max", "GET", "/disputes/o-999-d1").refused
    assert ("not_found", "o-999") == tuple(last(api, OF_MAX)[it] for it in ("outcome", "order_id"))


def test_a_list_is_one_entry_with_the_ids_on_its_page(api: Api) -> None:
    """P5: what a list across cases has shown is recorded in one entry; what it has not shown is not."""
    bring(api, Stop.ESCALATED)
    shown = [it["id"] for it in api.done(MIA, "GET", "/mediation/queue?limit=5")["items"]]
    assert (["o-1-d1"], None) == (shown, last(api)["order_id"])
    api.done(MIA, "GET", "/mediation/queue?limit=5")
    assert shown == last(api)["listed"]


def test_acts_can_be_read_without_the_reads_between_them(api: Api) -> None:
    """P5: of a night's requests, those that may have changed something are listed alone, refused ones included."""
    bring(api, Stop.ASSIGNED)
    since = f"from={at(api.clock.at)}"
    for path in ("/operations", "/audit", "/orders/o-1"):
        api.done(OLA, "GET", path)
    api.done(MIA, "POST", "/disputes/o-1-d1/notes", NOTE)
    assert (409, "wrong_party") == api.call("mediator:max", "DELETE", "/disputes/o-1-d1/assignment").refused
    found = [it["operation"] for it in api.done(OLA, "GET", f"/audit?kind=acts&limit=2&{since}")["items"]]
    assert ["give_back", "write_note"] == found


class Unwritable:
    """Lets the table refuse every write of an entry."""

    def __init__(self, table: MemoryTable, patch: pytest.MonkeyPatch) -> None:
        """Refuse writes of the audit, alone or in a transaction."""
        for name in ("put_item", "transact_write_items"):
            patch.setattr(table, name, self.refusing(getattr(table, name)))

    @staticmethod
    def refusing(write: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``write``, which fails where an entry is among what it writes."""

        def refuse(**given: Any) -> Any:  # noqa: ANN401 - DynamoDB arguments
            if "AUDIT#" in str(given):
                raise failure("ThrottlingException", "too many", "PutItem")
            return write(**given)

        return refuse


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        (MIA, "GET", "/disputes/o-1-d1", None),
        (OLA, "GET", "/audit", None),
        (MARKET, "GET", "/orders/o-1", None),
        (MIA, "GET", "/disputes/o-99-d1", None),
        (MIA, "POST", "/disputes/o-1-d1/notes", NOTE),
        (MIA, "DELETE", "/disputes/o-1-d1/assignment", None),
        (MARKET, "DELETE", "/buyers/ana", None),
        ("mediator:max", "POST", "/disputes/o-1-d1/decision", {**sample_of(endpoint_of("decide")).body}),
    ],
    ids=lambda it: str(it)[:24],
)
def test_what_cannot_be_recorded_is_not_answered_and_not_done(
    api: Api, monkeypatch: pytest.MonkeyPatch, who: str, method: str, path: str, body: object
) -> None:
    """P5: without its entry a read is a 503, and a command or a refusal too; nothing has changed then."""
    bring(api, Stop.ASSIGNED)
    before = api.table.snapshot()
    Unwritable(api.table, monkeypatch)
    reply = api.call(who, method, path, body)
    assert (503, "temporarily_unavailable") == (reply.status, reply.problem)
    assert before == api.table.snapshot()


def visits(api: Api) -> list[str]:
    """Two people read two orders, an hour apart, seven times in all; the entries' ids, newest first."""
    bring(api, Stop.SOLD)
    bring(api, Stop.SOLD, "o-2", 2)
    began = api.clock.at
    for number in range(7):
        api.clock.at = began + (number + 1) * HOUR
        api.done(OLA if number % 2 else "operator:tom", "GET", f"/orders/o-{1 + number % 3 // 2}")
    api.clock.at += HOUR
    return [it["id"] for it in api.done(OLA, "GET", f"/audit?limit=7&from={at(began + HOUR)}")["items"]]


def pages(api: Api, query: str, limit: int) -> list[list[str]]:
    """The ids on every page, by cursor."""
    found, cursor = [], ""
    while True:
        page = api.done(OLA, "GET", f"/audit?limit={limit}&{query}" + (f"&cursor={cursor}" if cursor else ""))
        found.append([it["id"] for it in page["items"]])
        if page["cursor"] is None:
            return found
        cursor = page["cursor"]


@pytest.mark.parametrize("limit", [1, 3, 6, 7, 8])
def test_the_audit_comes_in_pages_newest_first(api: Api, limit: int) -> None:
    """P5: pages join without gap or repeat, and the last page says that it is the last."""
    all_of_them = visits(api)
    assert 7 == len(set(all_of_them))
    window = f"from={at(NOON + HOUR)}&to={at(NOON + 8 * HOUR)}"  # until before the reading of the audit itself
    read = pages(api, window, limit)
    assert [all_of_them[first : first + limit] for first in range(0, 7, limit)] == read


def test_the_filters_of_actor_case_and_time_hold_together(api: Api) -> None:
    """P5: an actor's, an order's, both; from is the first moment that counts and to the first that does not."""
    ids = visits(api)
    window = f"from={at(NOON + HOUR)}&to={at(NOON + 8 * HOUR)}"
    by_ola = [it for number, it in enumerate(reversed(ids)) if number % 2][::-1]
    of_second = [it for number, it in enumerate(reversed(ids)) if number % 3 == 2][::-1]
    assert [by_ola] == pages(api, f"{window}&actor=operator:ola", 20)
    assert [of_second] == pages(api, f"{window}&case=o-2", 20)
    assert [[it for it in of_second if it in by_ola]] == pages(api, f"{window}&case=o-2&actor=operator:ola", 20)
    assert [ids[1:3]] == pages(api, f"from={at(NOON + 5 * HOUR)}&to={at(NOON + 7 * HOUR)}", 20)
    assert [[]] == pages(api, f"{window}&actor=mediator:ola", 20)
    assert [[]] == pages(api, f"{window}&case=o-3", 20)
    assert [[]] == pages(api, f"from={at(NOON + 7 * HOUR)}&to={at(NOON + 5 * HOUR)}", 20)


def test_a_dispute_s_entries_are_among_its_order_s(api: Api) -> None:
    """P5: case= takes the id of an order, with what was asked of its disputes, or that of one dispute."""
    bring(api, Stop.ASSIGNED)
    api.done(OLA, "GET", "/orders/o-1")
    dispute = {it["operation"] for it in api.done(OLA, "GET", "/audit?case=o-1-d1&limit=100")["items"]}
    order = {it["operation"] for it in api.done(OLA, "GET", "/audit?case=o-1&limit=100")["items"]}
    assert {"assign"} == dispute
    assert {"assign", "get_order", "import_order"} <= order


def test_the_months_of_an_actor_and_of_all_are_one_list(api: Api) -> None:
    """P5: entries of several months, with empty months between, come as one list, newest first."""
    moments = [NOON, NOON + 40 * DAY, NOON + 130 * DAY, NOON + 400 * DAY]
    bring(api, Stop.SOLD)
    for moment in moments:
        api.clock.at = moment
        api.done("operator:tom", "GET", "/orders/o-1")
    seen = [it["at"] for it in api.done(OLA, "GET", "/audit?actor=operator:tom")["items"]]
    assert [at(it) for it in reversed(moments)] == seen
    seen = [it["at"] for it in api.done(OLA, "GET", "/audit?limit=3")["items"] if it["operation"] == "get_order"]
    assert [at(it) for it in reversed(moments)][: len(seen)] == seen


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(case=ORDER), Wanted(actor=f"mediator:{MEDIATOR.id}")], ids=["all", "case", "actor"]
)
def test_the_longest_page_is_full(engine_name: str, wanted: Wanted) -> None:
    """P5: a hundred entries come on one page, with the cursor of the rest, in every engine."""
    office = Office()
    with engine(engine_name) as client:
        log = AuditLog(lambda: client, NAME)
        office.services = replace(office.services, audit=log)
        for number in range(103):
            log.add(AuditEntry(f"{number:024x}", office.watch.at, MEDIATOR, "get_order", order_id=ORDER))
        first = list_entries(office.services, wanted, 100, None)
        rest = list_entries(office.services, wanted, 100, first["cursor"])
    found = [it["id"] for page in (first, rest) for it in page["items"]]
    assert ([f"{number:024x}" for number in reversed(range(103))], None) == (found, rest["cursor"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("actor=buyer:ana", "actor"),
        ("actor=ola", "actor"),
        ("case=o%201", "case"),
        ("from=yesterday", "from"),
        ("to=2026-02-30T00:00:00Z", "to"),
        ("to=2026-03-02T12:00:00%2B01:00", "to"),
        ("limit=101", "limit"),
        ("who=ola", "who"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(api: Api, query: str, field: str) -> None:
    """P5: a filter that names nothing that could be there is a 422 that names it."""
    reply = api.call(OLA, "GET", f"/audit?{query}")
    assert (422, "validation_failed") == reply.refused
    assert [field] == [it["field"] for it in reply.json["errors"]]


@pytest.mark.parametrize("cursor", ["2026-03-02T12:00:00Z_../../x", "x", "2026-03-02"])
def test_a_place_that_no_page_gave_is_refused(cursor: str) -> None:
    """P5: a cursor that was made up reads nothing outside of the audit's order."""
    with pytest.raises(BadCursor):
        list_entries(Office().services, Wanted(), 5, cursor)


def test_a_search_that_takes_too_long_goes_on_with_a_cursor() -> None:
    """P5: one request makes a bounded number of queries; its cursor goes on where it stopped, and finds the rest."""
    office = Office()
    log, now = office.services.audit, office.watch.at
    for number in range(audit.SEARCHED * 2 + 5):
        who = SELLER if number else MEDIATOR
        log.add(AuditEntry(f"{number:024x}", now, who, "get_order", order_id=ORDER))
    wanted = Wanted(actor=f"mediator:{MEDIATOR.id}", case=ORDER)
    first = list_entries(office.services, wanted, 1, None)
    assert ([], True) == (first["items"], first["cursor"] is not None)
    second = list_entries(office.services, wanted, 1, first["cursor"])
    assert ["0" * 24] == [it["id"] for it in second["items"]]


def test_an_entry_expires_after_the_days_that_the_deployment_says() -> None:
    """P5: time alone removes an entry, and its end is in it from the beginning."""
    office = Office()
    log = AuditLog(lambda: office.table, "table", kept_days=3, epoch=lambda: 1000.0)
    log.add(AuditEntry("a" * 24, office.watch.at, MEDIATOR, "get_order"))
    assert [str(1000 + 3 * DAY_S)] == [it["expires_at"]["N"] for it in recorded(office.table)]
    gone = list_entries(office.services, Wanted(until=office.watch.at - timedelta(days=800)), 5, None)
    assert {"items": [], "cursor": None} == gone


def test_a_mediator_who_listens_to_a_thread_is_recorded() -> None:
    """P5, N5: a live connection shows messages without requests, so listening is what is recorded; a party's is not."""
    office = Office().disputed()
    until = int(office.epoch) + 60
    for number, who in enumerate((MEDIATOR, SELLER)):
        connection = Connection(f"c-{number}", who, int(office.epoch), until)
        office.services.connections.add(connection)
        if who is MEDIATOR:
            with pytest.raises(NotFound):
                chat.subscribe(office.services, connection, ORDER)
            for actor, command in ((SELLER, c.Decline()), (BUYER, c.Escalate()), (MEDIATOR, c.Assign())):
                office.act(actor, command)
        chat.subscribe(office.services, connection, ORDER)
    found = list_entries(office.services, Wanted(case=ORDER), 5, None)["items"]
    assert [("subscribe", "mediator")] == [(it["operation"], it["actor"]["role"]) for it in found]

"""The rows of the conformance table of idempotency: key, caller, route, body, state and age (I5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.service.execute import ATTEMPTS
from chalicelib.store.transaction import ANSWERS_KEPT_S
from tests.api.edge import DAY, NOON, at
from tests.api.samples import ACME, ANA, CLAIM, IDS, MARKET, MIA, OFFER, ORDER, Stop, shipped_with
from tests.engine.desk import ONCE, Ask, Desk
from tests.service.office import cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

REPLAY = "replay"
"""The first answer, byte for byte, and no effect."""
NEW, REUSED, BUSY, BAD_KEY = "new", "422 idempotency_key_reused", "409 in_progress", "400 idempotency_key_required"

DISPUTE = "/disputes/o-1-d1"
EVIDENCE = Ask()
OTHER = Ask(body={"note": "y"})
ESCALATE = Ask(path=f"{DISPUTE}/escalate", body={})
WITHDRAW = Ask(path=f"{DISPUTE}/withdraw", body={})
OPEN = Ask(path="/orders/o-1/disputes", body=CLAIM)
PROPOSE = Ask(ACME, f"{DISPUTE}/proposals", OFFER)
ACCEPT = Ask(ANA, f"{DISPUTE}/proposals/2/accept", {})
SHIP = Ask(ACME, "/orders/o-1/shipments", shipped_with(7))
RECEIPT = Ask(path="/orders/o-1/receipt", body={})
PAID = Ask(MARKET, f"/payment-instructions/{IDS['instruction_id']}/result", {"status": "settled", "reference": "r"})
CARRIER = Ask(MARKET, "/carrier-events", {"events": [shipped_with(1) | {"status": "in_transit", "occurred_at": at(NOON)}]})
CONFLICT = cancelled("TransactionConflict", "None", "None")
MOVED = cancelled("ConditionalCheckFailed", "None", "None")
IN_PROGRESS = ClientError({"Error": {"Code": "TransactionInProgressException", "Message": ""}}, "TransactWriteItems")
BROKEN = ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "TransactWriteItems")


def nothing(_: Desk) -> None:
    """Do nothing."""


def days(real: float, moved: float = 0) -> Callable[[Desk], None]:
    """Let real time pass, and move the product's clock by as much, or as far as a sandbox moves it."""

    def pass_by(desk: Desk) -> None:
        desk.epoch += real * 86_400
        desk.clock.wait((moved or real) * DAY)

    return pass_by


def seconds(real: int) -> Callable[[Desk], None]:
    """Let only real time pass, by which answers are kept."""

    def pass_by(desk: Desk) -> None:
        desk.epoch += real

    return pass_by


def asked(*others: Ask) -> Callable[[Desk], None]:
    """Send other requests in between, under keys of their own."""

    def ask(desk: Desk) -> None:
        for n, it in enumerate(others):
            assert desk.ask(replace(it, key=f"between-{n}"))[0] == NEW

    return ask


def failing(*errors: ClientError) -> Callable[[Desk], None]:
    """Let the next transactions fail."""
    return lambda desk: desk.table.fail(*errors)


def sold_again(desk: Desk) -> None:
    """Import a second order."""
    terms = ORDER | {"paid_at": at(desk.clock.at), "deliver_by": at(desk.clock.at + 30 * DAY)}
    desk.api.done(MARKET, "PUT", "/orders/o-2", terms)


def expire_by_table(desk: Desk) -> None:
    """Remove from the table what has expired, as its time to live does some time later."""
    desk.epoch += ANSWERS_KEPT_S + 1
    for key, (item, _) in list(desk.table._items.items()):  # noqa: SLF001 - MemoryTable has no deletion, the product none either
        if "expires_at" in item and int(item["expires_at"]["N"]) < desk.epoch:
            del desk.table._items[key]  # noqa: SLF001
            desk.table._table.partitions[key[0]].clear()  # noqa: SLF001


def replayed_late(desk: Desk) -> None:
    """Replay the request on the second day, and let more time pass."""
    desk.epoch += 86_400
    assert desk.ask(EVIDENCE)[0] == "nothing"
    desk.epoch += 86_400 + 1


@dataclass(frozen=True)
class Row:
    """A state, a first request with its result, an event in between, and a second request with its result."""

    stop: Stop
    first: Ask
    second: Ask
    told: str
    between: Callable[[Desk], None] = nothing
    first_told: str = NEW
    before: Callable[[Desk], None] = nothing


def same(ask: Ask, stop: Stop, between: Callable[[Desk], None] = nothing) -> Row:
    """Return a row in which the same request comes twice: a replay."""
    return Row(stop, ask, ask, REPLAY, between)


def key(written: str | None, told: str) -> Row:
    """Return a row of a request under one key after a request under another."""
    return Row(Stop.DISPUTED, EVIDENCE, replace(OTHER, key=written), told)


def refused(first: Ask, first_told: str, stop: Stop, between: Callable[[Desk], None], second: Ask | None = None) -> Row:
    """Return a row of a request that is refused at first, and succeeds when it is sent again."""
    return Row(stop, first, second or first, NEW, between, first_told)


def busy(error: ClientError, then: Ask = EVIDENCE) -> Row:
    """Return a row of a request that never gets through at first, and succeeds later because nothing of it was kept."""
    return Row(Stop.DISPUTED, EVIDENCE, then, NEW, nothing, BUSY, failing(*[error] * ATTEMPTS))


D, N = Stop.DISPUTED, Stop.NEGOTIATING
ROWS = {
    "replay: the same request": same(EVIDENCE, D),
    "replay: an opening, though a dispute is open now": same(OPEN, Stop.DELIVERED),
    "replay: a withdrawal, though there is nothing left to withdraw": same(WITHDRAW, D),
    "replay: an acceptance, though the proposal is settled": same(ACCEPT, N),
    "replay: a batch of carrier events": same(CARRIER, Stop.DELIVERED),
    "replay: the result of a payment": same(PAID, Stop.PAYING),
    "replay: a receipt": same(RECEIPT, Stop.SOLD),
    "replay: after others have acted": same(EVIDENCE, D, asked(PROPOSE)),
    "replay: after the dispute has ended": same(EVIDENCE, D, asked(WITHDRAW)),
    "replay: after the deadline": same(PROPOSE, D, days(1, 6)),
    "replay: in another spelling": Row(
        D,
        replace(EVIDENCE, body={"type": "photo", "note": "\u00e9"}),
        replace(EVIDENCE, raw=b'{ "note" : "\\u00e9",\n "type":"photo" }'),
        REPLAY,
    ),
    "replay: no body is an empty object": Row(Stop.SOLD, RECEIPT, replace(RECEIPT, raw=b""), REPLAY),
    "replay: whatever If-Match says": Row(D, EVIDENCE, replace(EVIDENCE, headers={"if-match": '"1"'}), REPLAY),
    "replay: though transactions fail now": same(EVIDENCE, D, failing(CONFLICT)),
    "other body: refused": Row(D, EVIDENCE, OTHER, REUSED),
    "other body: another amount": Row(
        D, PROPOSE, replace(PROPOSE, body=OFFER | {"amount": {"minor": 1001, "currency": "EUR"}}), REUSED
    ),
    "other body: one field more": Row(D, EVIDENCE, replace(EVIDENCE, body={"note": "x", "type": "photo"}), REUSED),
    "other body: though the state refuses it too": Row(
        D, PROPOSE, replace(PROPOSE, body=OFFER | {"note": "!"}), REUSED, asked(WITHDRAW)
    ),
    "other body: a malformed one is told so": Row(D, EVIDENCE, replace(EVIDENCE, body={"note": 1}), "422 validation_failed"),
    "other body: of a batch": Row(
        Stop.DELIVERED, CARRIER, replace(CARRIER, body={"events": CARRIER.body["events"] * 2}), REUSED
    ),
    "in flight: another transaction is under way": busy(CONFLICT),
    "in flight: the same transaction is under way": busy(IN_PROGRESS),
    "in flight: others are always first": busy(MOVED),
    "in flight: nothing is kept, so another body will do": busy(CONFLICT, OTHER),
    "in flight: an event of a batch": Row(D, CARRIER, CARRIER, NEW, nothing, "nothing", failing(*[CONFLICT] * ATTEMPTS)),
    "in flight: a batch whose answer cannot be kept": Row(
        Stop.SOLD, CARRIER, CARRIER, NEW, nothing, BUSY, failing(*[CONFLICT] * ATTEMPTS)
    ),
    "not kept: malformed": refused(replace(EVIDENCE, body={"note": ""}), "422 validation_failed", D, nothing, EVIDENCE),
    "not kept: too early": refused(ESCALATE, "409 too_early", D, days(3)),
    "not kept: wrong state": refused(replace(WITHDRAW, body={}), "404 not_found", Stop.DELIVERED, asked(OPEN)),
    "not kept: not there yet": refused(replace(RECEIPT, path="/orders/o-2/receipt"), "404 not_found", Stop.SOLD, sold_again),
    "not kept: another version": refused(
        replace(EVIDENCE, headers={"if-match": '"9"'}), "412 version_mismatch", D, nothing, EVIDENCE
    ),
    "not kept: a refusal, whatever comes after it": refused(
        ESCALATE, "409 too_early", D, days(3), replace(ESCALATE, body={"note": "!"})
    ),
    "not kept: no token": refused(replace(EVIDENCE, who=""), "401 unauthenticated", D, nothing, EVIDENCE),
    "not kept: the table fails": Row(D, EVIDENCE, EVIDENCE, NEW, nothing, "503 temporarily_unavailable", failing(BROKEN)),
    "unrelated: another buyer": Row(D, EVIDENCE, replace(EVIDENCE, who="buyer:ben"), "404 not_found"),
    "unrelated: the other party": Row(D, EVIDENCE, replace(EVIDENCE, who=ACME), NEW),
    "unrelated: another role of the same id": Row(
        Stop.SOLD, SHIP, replace(SHIP, who="platform:acme", body=shipped_with(8)), NEW
    ),
    "unrelated: another mediator": Row(
        Stop.ESCALATED,
        Ask(MIA, f"{DISPUTE}/assignment", {}),
        Ask("mediator:noor", f"{DISPUTE}/assignment", {}),
        "409 wrong_state",
    ),
    "other route: refused": Row(N, EVIDENCE, ESCALATE, REUSED),
    "other route: another order": Row(Stop.SOLD, RECEIPT, replace(RECEIPT, path="/orders/o-2/receipt"), REUSED, sold_again),
    "other route: another proposal": Row(N, ACCEPT, replace(ACCEPT, path=f"{DISPUTE}/proposals/1/accept"), REUSED),
    "age: a second before two days": same(EVIDENCE, D, seconds(ANSWERS_KEPT_S - 1)),
    "age: two days": same(EVIDENCE, D, seconds(ANSWERS_KEPT_S)),
    "age: a second after two days": Row(D, EVIDENCE, EVIDENCE, NEW, seconds(ANSWERS_KEPT_S + 1)),
    "age: other body, two days": Row(D, EVIDENCE, OTHER, REUSED, seconds(ANSWERS_KEPT_S)),
    "age: other body, a second after": Row(D, EVIDENCE, OTHER, NEW, seconds(ANSWERS_KEPT_S + 1)),
    "age: refused after two days as it would be anew": Row(
        Stop.DELIVERED, OPEN, OPEN, "409 not_covered", seconds(ANSWERS_KEPT_S + 1)
    ),
    "age: when the table has removed it": Row(D, EVIDENCE, EVIDENCE, NEW, expire_by_table),
    "age: a replay does not prolong it": Row(D, EVIDENCE, EVIDENCE, NEW, replayed_late),
    "age: a sandbox's clock does not shorten it": same(EVIDENCE, D, days(1, 60)),
    "key: none": key(None, BAD_KEY),
    "key: empty": key("", BAD_KEY),
    "key: 255 characters": key("k" * 255, NEW),
    "key: 256 characters": key("k" * 256, BAD_KEY),
    "key: a space in it": key("a b", BAD_KEY),
    "key: a control character": key("a\x01", BAD_KEY),
    "key: beyond ASCII": key("cl\u00e9", BAD_KEY),
    "key: every sign there is": key("".join(map(chr, range(0x21, 0x7F))), NEW),
    "key: capitals are other keys": key(ONCE.upper(), NEW),
    "key: quotes are part of it": key(f'"{ONCE}"', NEW),
    "key: a beginning of it is another": key(ONCE[:-1], NEW),
}

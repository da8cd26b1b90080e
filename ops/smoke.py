"""Play one small story against a deployed stage over HTTP, and check that the money adds up.

An order is imported, shipped, reported as delivered, disputed, settled by a refund, and its ledger is read. The people are
`smoke-buyer` and `smoke-seller`. On a stage that is no sandbox the order and a payment instruction of 1.00 EUR stay for
good, and your payment system is told of it: `--yes-real-data` says that you know. Tokens come from the variables
OPS_TOKEN_BUYER, OPS_TOKEN_SELLER and OPS_TOKEN_PLATFORM, or with `--local-cloud DIR` from a local cloud.
"""

from __future__ import annotations

import json
import secrets
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops import tokens
from ops.stack import OperationError, connect

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

BUYER, SELLER, PLATFORM = ("buyer", "smoke-buyer"), ("seller", "smoke-seller"), ("platform", "smoke")
PRICE = 100
"""Minor units."""
PATIENCE_S = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--api", help="the API's address; by default the stack's output ApiUrl")
    parser.add_argument("--local-cloud", type=Path, metavar="DIR", help="log in at the local cloud whose state is there")
    parser.add_argument("--yes-real-data", action="store_true", help="play it on a stage that is no sandbox")


def run(options: argparse.Namespace) -> int:
    """Play the story. Return 1 where an answer is not as it has to be."""
    stack = connect(options.stack)
    if not stack.is_sandbox and not options.yes_real_data:
        msg = f"{stack.name} is no sandbox: the story would leave an order and a payment there; --yes-real-data plays it"
        raise OperationError(msg)
    token = tokens.from_local_cloud(options.local_cloud) if options.local_cloud else tokens.from_variables
    api = Api((options.api or stack.output("ApiUrl")).rstrip("/"), token)
    try:
        Story(api, f"smoke-{secrets.token_hex(6)}").play()
    except UnexpectedAnswer as wrong:
        sys.stdout.write(f"FAILED  {wrong}\n")
        return 1
    sys.stdout.write("The story was played, and the ledger adds up.\n")
    return 0


class UnexpectedAnswer(Exception):  # noqa: N818 - it says what it is
    """The API answered otherwise than the story expects."""


@dataclass(frozen=True, slots=True)
class Api:
    """The deployed API, as several people call it."""

    base: str
    token: Callable[[str, str], str]

    def ask(self, who: tuple[str, str], method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Send one request and return the body of a good answer. Raises ``UnexpectedAnswer`` for any other."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token(*who)}"}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}{path}", method=method, headers=headers, data=data)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:  # noqa: S310 - the operator's own address
                return json.loads(reply.read())
        except urllib.error.HTTPError as error:
            with error:
                told = error.read().decode(errors="replace")[:500]
            raise UnexpectedAnswer(f"{method} {path} as {who[0]}: {error.code} {told}") from error
        except OSError as error:
            raise UnexpectedAnswer(f"{method} {path}: no answer: {error}") from error


@dataclass(frozen=True, slots=True)
class Story:
    """The story of one order."""

    api: Api
    order_id: str

    def play(self) -> None:
        """Play it step by step. Raises ``UnexpectedAnswer`` at the first one that goes wrong."""
        now = datetime.now(UTC).replace(microsecond=0)
        self._done("import", self.api.ask(PLATFORM, "PUT", f"/orders/{self.order_id}", self._order(now)))
        parcel = {"carrier": "tnt", "tracking_number": f"{secrets.randbelow(10**9):09d}"}
        shipped = {**parcel, "shipped_at": _at(now - timedelta(days=2))}
        self._done("ship", self.api.ask(SELLER, "POST", f"/orders/{self.order_id}/shipments", shipped))
        record = {**parcel, "status": "delivered", "occurred_at": _at(now - timedelta(days=1))}
        self._done("deliver", self.api.ask(PLATFORM, "POST", "/carrier-events", {"events": [record]}))
        claim = {"reason": "not_as_described", "issue": "damaged", "description": "A smoke test of the deployment."}
        dispute = self.api.ask(BUYER, "POST", f"/orders/{self.order_id}/disputes", claim)
        self._done("dispute", dispute)
        path = f"/disputes/{dispute['id']}"
        offer = {"type": "refund", "amount": {"minor": PRICE, "currency": "EUR"}}
        proposed = self.api.ask(SELLER, "POST", f"{path}/proposals", offer)
        self._done("propose", proposed)
        accepted = self.api.ask(BUYER, "POST", f"{path}/proposals/{proposed['current_proposal']['id']}/accept", {})
        self._done("accept", accepted)
        self._check("the dispute's stage", "resolved", accepted["stage"])
        ledger = self.api.ask(PLATFORM, "GET", f"/orders/{self.order_id}/ledger")
        balance = {name: amount["minor"] for name, amount in ledger["balance"].items()}
        self._check("the balance", {"paid": PRICE, "held": 0, "refunded": PRICE, "released": 0}, balance)
        self._check("the entries", ["hold", "refund"], [it["movement"] for it in ledger["entries"]])
        self._check("the payments", [PRICE], [it["amount"]["minor"] for it in ledger["payment_instructions"]])
        self._done("ledger", ledger)

    def _order(self, now: datetime) -> dict[str, Any]:
        price = {"minor": PRICE, "currency": "EUR"}
        return {
            "buyer_id": BUYER[1],
            "seller_id": SELLER[1],
            "currency": "EUR",
            "lines": [{"id": "1", "title": "Smoke test", "quantity": 1, "unit_price": price}],
            "shipping_fee": {"minor": 0, "currency": "EUR"},
            "paid_at": _at(now - timedelta(days=3)),
            "destination_country": "ES",
            "deliver_by": _at(now + timedelta(days=7)),
        }

    def _done(self, step: str, answer: dict[str, Any]) -> None:
        sys.stdout.write(f"ok      {step:8}{answer.get('id', self.order_id)}\n")

    @staticmethod
    def _check(what: str, expected: object, actual: object) -> None:
        if expected != actual:
            raise UnexpectedAnswer(f"{what}: {actual}, and not {expected}")


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

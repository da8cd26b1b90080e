"""The faults of one AWS call, as the product's code sees them after botocore's three attempts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from tests.reliability.small_cloud import Killed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reliability.seam import Call, Carry


class Kind(StrEnum):
    """A fault. One ``after`` happens when the call has been carried out."""

    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"
    REQUEST_LOST = "request lost"
    REPLY_LOST = "reply lost"
    ERROR_BEFORE = "500"
    ERROR_AFTER = "500 after"
    THROTTLED = "throttled"
    CONFLICT = "TransactionConflict"

    def applies_to(self, call: Call) -> bool:
        """Return whether a fault of this kind can happen to the call: only a transaction conflicts with another."""
        return self is not Kind.CONFLICT or call.operation == "transact_write_items"


_AFTER = (Kind.KILLED_AFTER, Kind.REPLY_LOST, Kind.ERROR_AFTER)


def _error(kind: Kind, call: Call) -> BaseException:
    match kind:
        case Kind.KILLED_BEFORE | Kind.KILLED_AFTER:
            return Killed()
        case Kind.REQUEST_LOST:
            return ConnectTimeoutError(endpoint_url="https://aws")
        case Kind.REPLY_LOST:
            return ReadTimeoutError(endpoint_url="https://aws")
        case Kind.ERROR_BEFORE | Kind.ERROR_AFTER:
            return ClientError({"Error": {"Code": "InternalServerError", "Message": "try again"}}, call.operation)
        case Kind.THROTTLED:
            return ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, call.operation)
        case Kind.CONFLICT:
            none = [{"Code": "None"} for _ in call.arguments["TransactItems"][1:]]
            reasons: Any = [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}, *none]
            error: Any = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled"}
            return ClientError({"Error": error, "CancellationReasons": reasons}, call.operation)


@dataclass
class Fault:
    """Fails the call numbered ``at``, once, in one way."""

    at: int
    kind: Kind
    met: int = 0

    def __call__(self, call: Call, carry: Carry) -> Any:  # noqa: ANN401 - an AWS reply
        """Count the call; fail it if it is the one."""
        self.met += 1
        if self.met - 1 != self.at:
            return carry(call)
        if self.kind in _AFTER:
            carry(call)
        raise _error(self.kind, call)


def faults_of(calls: list[Call]) -> Iterator[Fault]:
    """Return every fault of every call."""
    for at, call in enumerate(calls):
        yield from (Fault(at, kind) for kind in Kind if kind.applies_to(call))

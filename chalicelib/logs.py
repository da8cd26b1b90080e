"""Write logs: one JSON object a line, with ids but no personal data (P1)."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

IDS = (
    "request_id",
    "method",
    "route",
    "role",
    "order_id",
    "dispute_id",
    "instruction_id",
    "message_id",
    "shard",
    "event",
    "recipient",
    "channel",
    "person",
    "fault",
    "key",
)
"""The ids and codes that a log line may carry beside its message, for operators to search by."""
MEASURES = (
    "status",
    "duration_ms",
    "oldest_due_s",
    "sms_sent",
    "sms_capped",
    "sms_left_out",
    "undelivered",
    "payouts_held",
    "ledger_faults",
)
"""The numbers that a log line may carry; the stack makes metrics of them."""
OWN = ("chalicelib", "app")
"""The loggers whose messages hold no personal data: constants, ids and counts."""
_FRAMES = 25

_about: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Add these ids, and what ``learn`` adds, to every line that is logged inside."""
    token = _about.set(ids)
    try:
        yield
    finally:
        _about.reset(token)


def learn(**ids: object) -> None:
    """Add ids to the lines of the present request; outside of a request this does nothing."""
    known = _about.get()
    if known is not None:
        known.update(ids)


class JsonFormatter(logging.Formatter):
    """Format one record as one line. Line breaks in texts are escaped, so that nobody can forge a line.

    Of an exception it writes the type, the place and the AWS error code, but not the message, which may quote what a person
    wrote. Of a record from another library it writes only the constant part, for the same reason.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        own = record.name.partition(".")[0] in OWN
        entry: dict[str, Any] = {"level": record.levelname, "logger": record.name}
        entry["message"] = record.getMessage() if own else str(record.msg)
        known = (_about.get() or {}) | vars(record)
        entry |= {name: known[name] for name in (*IDS, *MEASURES) if known.get(name) is not None}
        if record.exc_info and record.exc_info[1]:
            entry["exception"] = list(_told(record.exc_info[1]))
        return json.dumps(entry, default=str)


def _told(error: BaseException) -> Iterator[dict[str, Any]]:
    """Yield an exception and its causes, the latest first."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        told: dict[str, Any] = {"type": f"{type(cause).__module__}.{type(cause).__qualname__}"}
        response = getattr(cause, "response", None)
        if isinstance(response, dict):
            told |= {"code": response.get("Error", {}).get("Code"), "operation": getattr(cause, "operation_name", None)}
        frames = traceback.extract_tb(cause.__traceback__)[-_FRAMES:]
        told["at"] = [f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]
        yield told
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def configure(level: str) -> None:
    """Send every log of this process to standard output as JSON, through the runtime's handler where it has one."""
    root = logging.getLogger()
    root.setLevel(level)
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout))
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter())

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
)
"""What a log line may carry besides its words: ids and codes that an operator looks things up by,"""
MEASURES = ("status", "duration_ms", "oldest_due_s", "sms_sent", "sms_capped", "undelivered")
"""and numbers that the stack makes metrics of."""
OWN = ("chalicelib", "app")
"""The loggers whose words are known: constants, ids and counts."""
_FRAMES = 25

_about: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Everything logged inside carries these, and what ``learn`` adds."""
    token = _about.set(ids)
    try:
        yield
    finally:
        _about.reset(token)


def learn(**ids: object) -> None:
    """Add to what the lines of the present request carry; outside of one it is nobody's."""
    known = _about.get()
    if known is not None:
        known.update(ids)


class JsonFormatter(logging.Formatter):
    """One line per record; line breaks in texts are escaped, so nothing can forge a line.

    An exception is told by its type, its place and, if AWS gave it, its code. Its message is not: it may quote what a person
    wrote. Of what others log only the constant part is, for the same reason.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        own = record.name.partition(".")[0] in OWN
        entry: dict[str, Any] = {"level": record.levelname, "logger": record.name}
        entry["message"] = record.getMessage() if own else str(record.msg)
        known = (_about.get() or {}) | vars(record)
        entry |= {name: known[name] for name in (*IDS, *MEASURES) if known.get(name) is not None}
        if record.exc_info and record.exc_info[1]:
            entry["exception"] = list(_told(record.exc_info[1]))
        return json.dumps(entry, default=str)


def _told(error: BaseException) -> Iterator[dict[str, Any]]:
    """An exception and what it came from, the latest first."""
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

"""Write logs: one JSON object a line, with ids but no personal data (P1)."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import count
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from chalicelib.metrics import SERVICE, embedded
from chalicelib.settings import trace_id

if TYPE_CHECKING:
    from collections.abc import Iterator

IDS = (
    "function",
    "function_request_id",
    "cold_start",
    "trace_id",
    "request_id",
    "method",
    "route",
    "role",
    "caller",
    "code",
    "order_id",
    "dispute_id",
    "instruction_id",
    "message_id",
    "shard",
    "event",
    "recipient",
    "channel",
    "person",
    "upload_id",
    "quota",
    "item",
    "reason",
    "endpoint",
    "fault",
    "key",
)
"""The ids and codes that a log line may carry beside its message, for operators to search by. Ids are opaque (P1)."""
MEASURES = ("status", "duration_ms")
"""The numbers that a log line may carry beside its metrics (``metrics.METRICS``)."""
OWN = ("chalicelib", "app")
"""The loggers whose messages hold no personal data: constants, ids and counts."""
LOUD = ("botocore", "urllib3")
"""Libraries that tell at INFO what nobody looks for, such as where each cold start found its credentials."""
_FRAMES = 25
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_ALLOWED = frozenset((*IDS, *MEASURES))
_RELEASE = Path(__file__).with_name("release.txt")
RELEASE = _RELEASE.read_text(encoding="utf-8").strip() if _RELEASE.is_file() else "development"
"""The build that runs, as ``git describe`` named it when it was packaged."""

_invocations = count()
_about: ContextVar[dict[str, object] | None] = ContextVar("about", default=None)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Add these ids, and what ``learn`` adds, to every line that is logged inside."""
    token = _about.set((_about.get() or {}) | ids)
    try:
        yield
    finally:
        _about.reset(token)


@contextmanager
def invocation(context: object) -> Iterator[None]:
    """Add to every line what tells this call of the function from others, and whether it is the process's first.

    ``context`` is the runtime's; the ids join these lines with the runtime's own and with those of X-Ray.
    """
    with about(
        function=getattr(context, "function_name", None),
        function_request_id=getattr(context, "aws_request_id", None),
        cold_start=next(_invocations) == 0,
        trace_id=trace_id(),
    ):
        yield


def learn(**ids: object) -> None:
    """Add ids to the lines of the present request; outside of a request this does nothing."""
    known = _about.get()
    if known is not None:
        known.update(ids)


class JsonFormatter(logging.Formatter):
    """Format one record as one line. Line breaks in texts are escaped, so that nobody can forge a line.

    Of an exception it writes the type, the place and the AWS error code, but not the message, which may quote what a person
    wrote. Of a record from another library it writes only the constant part, for the same reason. Of a field that is not
    among ``IDS`` and ``MEASURES`` it writes the name below ``left_out``, so that nobody misses the value without knowing.
    """

    def __init__(self, namespace: str = SERVICE) -> None:
        """Write metrics to that namespace of CloudWatch's."""
        super().__init__()
        self._namespace = namespace

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        own = record.name.partition(".")[0] in OWN
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        entry: dict[str, Any] = {"timestamp": at, "level": record.levelname, "logger": record.name}
        entry["message"] = record.getMessage() if own else str(record.msg)
        entry |= {"service": SERVICE, "version": RELEASE}
        known = (_about.get() or {}) | {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        entry |= {name: known[name] for name in (*IDS, *MEASURES) if known.get(name) is not None}
        it: Any = known.pop("measured", None) if own else None
        if it:
            entry |= embedded(self._namespace, int(record.created * 1000), it)
        if own and (left_out := sorted(known.keys() - _ALLOWED)):
            entry["left_out"] = left_out
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


def configure(level: str, namespace: str = SERVICE) -> None:
    """Send every log of this process to standard output as JSON, through the runtime's handler where it has one.

    ``namespace`` is where CloudWatch keeps the metrics that the lines carry.
    """
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    root.setLevel(level)
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout))
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter(namespace))

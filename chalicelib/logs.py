"""Logs: one JSON object a line, ids but no personal data."""

from __future__ import annotations

import json
import logging
import sys

IDS = ("order_id", "dispute_id", "shard", "event", "request_id")
"""What a log line may carry besides its words: ids that an operator looks things up by,"""
MEASURES = ("oldest_due_s",)
"""and numbers that the stack makes metrics of."""


class JsonFormatter(logging.Formatter):
    """One line per record; line breaks in texts are escaped, so nothing can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        entry = {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        entry |= {name: value for name in (*IDS, *MEASURES) if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


def configure(level: str) -> None:
    """Send every log of this process to standard output as JSON, through the runtime's handler where it has one."""
    root = logging.getLogger()
    root.setLevel(level)
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout))
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter())

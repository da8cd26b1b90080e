"""Which version of a thing a request is made for, as If-Match names it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chalicelib.api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.api.endpoint import Endpoint

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{16})?"')
_DEVICES = {f"{verb}_{role}_device" for verb in ("register", "remove") for role in ("buyer", "seller")}
_WITHOUT_VERSION = frozenset(
    {
        "import_order",
        "record_carrier_events",
        "report_result",
        "request_upload",
        "request_attachment",
        "advance_clock",
        "erase_buyer",
        "erase_seller",
        "write_message",
        "mark_read",
        "open_ticket",
        *_DEVICES,
    }
)
"""Writes that do not look at If-Match: imports never change what is there, carriers report on many orders, a payment
result names its attempt, a form alone changes nothing, whoever wants to be forgotten means every version, and a device,
or what is said or read in a thread, does not depend on what changes meanwhile."""


def honours_if_match(endpoint: Endpoint) -> bool:
    """Whether the route changes one thing that has a version, and only at the version that If-Match names."""
    return endpoint.method != "GET" and endpoint.signature is None and endpoint.operation not in _WITHOUT_VERSION


def if_match(endpoint: Endpoint, headers: Mapping[str, str]) -> int | None:
    """The version asked for; None for any, and where the route does not look at it. Raises ``Problem`` for what is none."""
    written = headers.get("if-match") if honours_if_match(endpoint) else None
    if written is None or written.strip() == "*":
        return None
    match = _ETAG.fullmatch(written.strip())
    if match is None:
        raise Problem("malformed_request", 'If-Match is a version in quotes, as ETag gave it: "3".')
    return int(match.group(1))

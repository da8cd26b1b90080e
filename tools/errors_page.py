"""The problem codes as a page, from ``api.problems``."""

from __future__ import annotations

from chalicelib.api.problems import CATALOGUE

_HEAD = """# Problems

Every error is `application/problem+json` (RFC 9457) with a stable `code`. This page is made
from `chalicelib/api/problems.py` (`make docs`); `openapi.json` says which route gives which.

| code | status | meaning | what to do |
|---|---|---|---|
"""


_MEMBERS = """
## What a refusal carries

Beside `type`, `title`, `status`, `code` and `detail`, a problem has the facts an app needs to go on:

- `errors`: with `validation_failed`, every field at fault; `field` with `invalid`.
- With every refusal of an action in a dispute, and with a 412 there: `dispute_id`, `dispute_status`, `stage`, `turn`,
  `deadline` (with `too_late` the one that has passed, else the one that comes next), `current_proposal`,
  `allowed_actions` of this caller now, and `current_version`.
- `opens_at` with `too_early` and `not_yet_covered`; `exclusion` and `line_id` with `not_covered`.
- `current_version` with `version_mismatch`; `limit` with `too_many_requests` and with `limit_reached` where it is a count;
  `open_disputes` with a `limit_reached` that one of them has to end for; `carrier` with
  `unknown_carrier`.

`title` and `detail` come in the language that Accept-Language prefers, as `Content-Language` says; the other members are the
same in all.
"""


def page() -> str:
    """The page, in Markdown."""
    rows = (
        f"| `{code}` | {kind.status.value} {kind.status.phrase} | {kind.meaning} | {kind.remedy} |\n"
        for code, kind in CATALOGUE.items()
    )
    return _HEAD + "".join(rows) + _MEMBERS

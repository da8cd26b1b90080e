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

- `errors`: with `validation_failed`, every field at fault; `field` with `invalid`, `attestation_required` and
  `upload_pending`, and with `invalid` what it may be where that is known (`maximum`, `latest`, `remedies` and the like).
- With every refusal of an action in a dispute, and with a 412 there: `dispute_id`, `dispute_status`, `stage`, `turn`,
  `deadline` (with `too_late` the one that has passed, else the one that comes next), `current_proposal`,
  `allowed_actions` of this caller now, and `current_version`.
- `opens_at` with `too_early`, `not_yet_covered` and `too_many_messages`; `exclusion` with `not_covered`, and `line_id` with
  both refusals of a claim.
- `current_version` with `version_mismatch`; `limit` with `too_many_requests`, `too_many_messages` and with `limit_reached`
  where it is a count; `open_disputes` with a `limit_reached` that one of them has to end for.
- `carrier` with `unknown_carrier`, and with `tracking_number` with `invalid_tracking_number`; `country` with
  `return_address_required`, null where any will do; with a `conflict`, the `tracking_number` or number of `attempts` on record.

What each code's example in `openapi.json` shows is what comes with it; codes whose example has no further member carry none.

## What the gateway answers by itself

Some requests never reach the service, and API Gateway answers them: `not_found` for an address that is not there or does not
take the method (there is no 405, and no answer to `HEAD` or `OPTIONS`), `too_many_requests` above what the stage takes,
`body_too_large` above its 10 MB, `bad_gateway` and `gateway_timeout` when the service gives it no answer. They are in
English, and have their `X-Request-Id` as `request_id` in the body too. Kinds of answers that AWS may add come as
`malformed_request` or `internal_error` without `status`: go by the status of the response.

## In which language

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

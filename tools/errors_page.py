"""Make the page of the problem codes, from ``api.problems``."""

from __future__ import annotations

from chalicelib.api.problems import CATALOGUE

_HEAD = """# Problems

Every error is `application/problem+json` (RFC 9457) with a stable `code`.
This page is made from `chalicelib/api/problems.py` (`make docs`).
`openapi.json` says which route gives which code.

| code | status | meaning | what to do |
|---|---|---|---|
"""


_MEMBERS = """
## What a refusal carries

Beside `type`, `title`, `status`, `code` and `detail`, a problem has the facts an app needs to go on:

| members | with |
|---|---|
| `errors`: every field at fault | `validation_failed` |
| `field` | `invalid`, `attestation_required`, `upload_pending` |
| what the field may be, where that is known: `maximum`, `latest`, `remedies` and the like | `invalid` |
| the dispute as it is now (below) | every refusal of an action in a dispute, and a 412 there |
| `opens_at` | `too_early`, `not_yet_covered`, `too_many_messages` |
| `exclusion` | `not_covered` |
| `line_id` | `not_covered`, `not_yet_covered` |
| `current_version` | `version_mismatch` |
| `limit` | `too_many_requests`, `too_many_messages`, and `limit_reached` where it is a count |
| `open_disputes` | a `limit_reached` that ends when one of them ends |
| `carrier` | `unknown_carrier` |
| `carrier`, `tracking_number` | `invalid_tracking_number` |
| `country`, null where any will do | `return_address_required` |
| the `tracking_number` or the number of `attempts` on record | `conflict` |

The dispute as it is now is:

- `dispute_id`, `dispute_status`, `stage`, `turn` and `current_version`;
- `current_proposal`, and the `allowed_actions` of this caller;
- `deadline`: with `too_late` the one that has passed, otherwise the one that comes next.

The example of each code in `openapi.json` shows what comes with it.
A code whose example has no further member carries none.

## What the gateway answers by itself

Some requests never reach the service, and API Gateway answers them:

| code | when |
|---|---|
| `not_found` | no such address, or it does not take the method (there is no 405, nor an answer to `HEAD` or `OPTIONS`) |
| `too_many_requests` | more than the stage takes |
| `body_too_large` | above the gateway's 10 MB |
| `bad_gateway`, `gateway_timeout` | the service gives it no answer |

They are in English, and have their `X-Request-Id` as `request_id` in the body too.
Kinds of answers that AWS may add come as `malformed_request` or `internal_error` without `status`.
Go by the status of the response.

## In which language

`title` and `detail` come in the language that Accept-Language prefers, as `Content-Language` says.
The other members are the same in all languages.
"""


def page() -> str:
    """The page, in Markdown."""
    rows = (
        f"| `{code}` | {kind.status.value} {kind.status.phrase} | {kind.meaning} | {kind.remedy} |\n"
        for code, kind in CATALOGUE.items()
    )
    return _HEAD + "".join(rows) + _MEMBERS

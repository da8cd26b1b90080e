"""The texts, headers and parameters of the API's description that no model holds."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from chalicelib.api.call import KEY
from chalicelib.api.parameters import PATH_IDS
from chalicelib.languages import LANGUAGES

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint

INTRODUCTION = """\
Orders in escrow, disputes with a mediator and a clock.

**Values.** Amounts are whole minor units with an ISO 4217 currency and, in answers, its decimals (exponent): 1050 EUR is
10.50 euros. Times are UTC. Unknown fields of a request are refused. Ignore members of an answer that you do not know: new ones
may come, as may new values of a field with an x-extensible-enum. The words of an enum change only with the version of this
description.

**Once.** Every POST carries an Idempotency-Key. Whatever happens to the connection, send the same request with the same key
again: it happens once, and for 48 hours the first answer comes again.

**Refusals** are problem+json (RFC 9457) with a stable code. In a dispute they say where it stands now: stage, deadline,
current_proposal, and the allowed_actions of this caller. An address that is not there, or does not take the method, is a 404.

**Versions.** Every read but the page of /docs has an ETag. Sent back as If-None-Match, it makes an answer of which nothing has
changed a 304 without a body. Sent as If-Match with a write of the same thing, it makes sure that the thing is still as it was
seen: else a 412. A bare version in quotes ("3") does as well. The ETag changes with the version and with all else that is said:
what you may do changes with time.

**Lists** are newest first, up to 100 a page, in short forms without details. A cursor goes on where its page ended,
even if there are new entries since; it belongs to one list of one caller.

**Languages.** Texts for people (title and detail of a refusal, and the explanations of what is covered) come in
the language that Accept-Language prefers, of those that its description lists. English says most; codes and facts are the same.

**Limits.** A body has at most 65,536 bytes; a buyer has at most 50 disputes open; a person writes at most 20 messages a
minute in a thread. A person makes at most 300 requests a minute, a system of the marketplace 6,000, unless the deployment
says otherwise; the gateway takes 200 requests a second in all, in bursts of 400. More is answered with a 429, and
Retry-After says how many seconds to wait, or opens_at until when.

**Asking us.** Every answer has an X-Request-Id. Quote it to report a problem: the log has its line.
Every answer also has X-Content-Type-Options (nosniff) and Strict-Transport-Security.

**Compression.** The gateway compresses answers of 1,024 bytes and more for clients that send Accept-Encoding: gzip.
"""
SERVERS = [
    {
        "url": "https://{host}/{stage}",
        "variables": {"host": {"default": "api.example.com"}, "stage": {"default": "api"}},
    }
]
TAGS = {
    "orders": "Orders, their parcels, protection and money (O1-O9).",
    "disputes": "Disputes, from the claim to the refund (D1-D12).",
    "evidence": "Files as evidence: uploaded straight to storage, read by short-lived links (N6).",
    "messages": "The thread of an order, before and during its disputes (N5).",
    "chat": "Live connections, over which new messages come at once (N5).",
    "mediation": "The mediator's desk (D4, D5).",
    "payments": "What is to be paid out, and what became of it (M1, M2).",
    "people": "How people are reached, and on which devices (N1-N3).",
    "privacy": "Being forgotten (P2).",
    "audit": "What staff and the marketplace's systems asked for, for operators (P5).",
    "statistics": "How disputes were counted, for operators, and for sellers their own.",
    "operations": "How the deployment does, for operators: what is due, what waits and what failed.",
    "signals": "Unusual patterns in a person's disputes, for people to judge. Nothing follows from them by itself.",
    "webhooks": "What tracking services post about parcels (O4-O6). Not there where no secret is set up.",
    "webhook endpoints": "Where the marketplace's systems are posted events, signed (N7).",
    "meta": "The service itself.",
    "sandbox": "The clock of a sandbox. Production has none of it.",
}
HEADERS: dict[str, dict[str, Any]] = {
    name: {"description": description, "schema": {"type": "string"} | more}
    for name, description, more in (
        ("X-Request-Id", "Quote it to report a problem; the log has its line.", {}),
        ("ETag", "For If-None-Match; names the version where there is one.", {}),
        (
            "Cache-Control",
            "Reads: for the caller alone, asked about every time; the description: for anyone. Refusals: not to be kept.",
            {},
        ),
        ("Content-Language", "The words' language.", {"enum": list(LANGUAGES)}),
        ("Vary", "Accept-Language.", {}),
        ("Retry-After", "With too_many_requests and every 503: how many seconds to wait.", {"pattern": "^[0-9]+$"}),
        ("WWW-Authenticate", "What is wrong with the token or signature.", {}),
        ("Content-Security-Policy", "The page loads nothing and runs nothing.", {}),
    )
}
"""Every header of an answer. All that a response names are there whenever this service answers, but for
a 429's Retry-After, which goes with one of its codes."""

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Makes the request happen once: the same key and body get the first answer again, for 48 hours.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
    "example": "9f1c2f0e-5b0e-4a53-8e0c-2f3a1c7d5e11",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The version this request is made for, as ETag gave it. Another current version is a 412.",
    "schema": {"type": "string"},
    "example": '"3"',
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what the caller has. An answer of which nothing has changed is a 304.",
    "schema": {"type": "string"},
    "example": 'W/"3-8d969eef6ecad3c2"',
}
_ACCEPT_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": f"In which language words for people come, those of refusals above all: {', '.join(LANGUAGES)}.",
    "schema": {"type": "string"},
    "example": "pt-BR, es;q=0.8",
}
_ASKED_ABOUT = ("X-Request-Id",)
_IN_LANGUAGE = ("Content-Language", "Vary")
_PAGE = ("Cache-Control", "Content-Security-Policy")
_WITH_STATUS = {
    HTTPStatus.UNAUTHORIZED: ("WWW-Authenticate",),
    HTTPStatus.TOO_MANY_REQUESTS: ("Retry-After",),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Retry-After",),
}


def parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    """The path's ids, the query, and the headers that the route looks at."""
    made: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{PATH_IDS[name].pattern.pattern}$"},
            "example": PATH_IDS[name].example,
        }
        for name in endpoint.ids
    ]
    made += [
        {"name": it.name, "in": "query", "required": False, "description": it.description, "schema": it.schema()}
        for it in endpoint.query
    ]
    if endpoint.keyed:
        made.append(_KEY)
    if endpoint.versioned:
        made.append(_IF_MATCH)
    if endpoint.method == "GET" and endpoint.answers:
        made.append(_IF_NONE_MATCH)
    return [*made, _ACCEPT_LANGUAGE]


def answer_headers(endpoint: Endpoint) -> dict[str, Any]:
    """The headers of a good answer."""
    if endpoint.answers is None:
        return _described(*_ASKED_ABOUT, *_PAGE)
    words = _IN_LANGUAGE if endpoint.worded else ()
    if endpoint.method == "GET":
        return _described(*_ASKED_ABOUT, "ETag", "Cache-Control", *words)
    return _described(*_ASKED_ABOUT, *(("ETag",) if "version" in endpoint.answers().model_fields else ()), *words)


def problem_headers(status: HTTPStatus) -> dict[str, Any]:
    """The headers of a problem with this status."""
    return _described(*_ASKED_ABOUT, "Cache-Control", *_IN_LANGUAGE, *_WITH_STATUS.get(status, ()))


def _described(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}

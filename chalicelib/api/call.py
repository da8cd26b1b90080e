"""Reads one call of a route: the caller, the parameters, the body and the preconditions."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.api import cursors
from chalicelib.api.endpoint import Audited
from chalicelib.api.identity.auth import authenticate
from chalicelib.api.identity.rates import rates
from chalicelib.api.parameters import PATH_IDS
from chalicelib.api.problems import READ_ONLY, Problem, not_valid
from chalicelib.api.recording import entry_of
from chalicelib.api.versions import version_of
from chalicelib.bootstrap import services, switches
from chalicelib.languages import ENGLISH
from chalicelib.logs import learn
from chalicelib.service.errors import Forbidden, NotFound
from chalicelib.service.execute import Request as ServiceRequest
from chalicelib.store.idempotency import Once
from chalicelib.switches import Switch

if TYPE_CHECKING:
    from chalice.app import Request

    from chalicelib.api.endpoint import Endpoint, Signature
    from chalicelib.domain.people import Actor
    from chalicelib.service.services import Services
    from chalicelib.store.audit import AuditEntry
    from chalicelib.store.items import Item

WORKED_ON_S = 60
"""Seconds after which a caller may try again who was refused because the operator's switch says read-only."""
ANY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,139}")
"""The form of every id of this API."""
_REPLACED = "\ufffd".encode()
"""The gateway hands over a body as text, with this in the place of bytes that are not UTF-8. No person types it."""
KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a route: the caller, the parameters and the body, and the conditions under which it is carried out."""

    actor: Actor
    services: Services
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    """The value of every parameter that the route declares: as given, or its default."""
    scope: str = ""
    """Identifies the list that the caller asks for: its owner, its route and its parameters."""
    once: Once | None = None
    if_match: int | None = None
    language: str = ENGLISH
    entry: AuditEntry | None = None
    """The audit's entry of the call; None for a caller whose requests it does not hold."""
    also: tuple[Item, ...] = ()
    """The other writes of the transaction that carries it out."""

    @property
    def is_lead(self) -> bool:
        """True if the caller is a mediator who leads the others."""
        return self.actor.lead

    @property
    def request(self) -> ServiceRequest:
        """The call as services take it."""
        return ServiceRequest(self.actor, self.once, self.if_match, () if self.once else self.also)

    @property
    def limit(self) -> int:
        """The page size asked for."""
        limit: int = self.query["limit"]
        return limit

    @property
    def cursor(self) -> str | None:
        """The place in the list that the caller wants to go on from; None for its beginning."""
        return self.query["cursor"] or None

    def expect_once(self) -> Once:
        """The idempotency of a route that always has one."""
        if self.once is None:
            raise Problem("idempotency_key_required")
        return self.once


def bind(endpoint: Endpoint, request: Request, ids: dict[str, str], language: str) -> Call | None:
    """The call, or None for a route that anyone may ask and that has no caller.

    All that the description states is checked here, before a service reads anything from the table. So a request that is
    not valid gets the same answer for every version.
    """
    if endpoint.signature:
        return _signed(endpoint, endpoint.signature, request)
    if not endpoint.roles:
        return None
    caller = authenticate(request.headers.get("authorization"))
    actor = caller.actor
    learn(role=actor.role.value, caller=actor.id)
    rates().count(actor)
    if not endpoint.lets_in(caller):
        raise Forbidden
    _check_writable(endpoint)
    _check_ids(endpoint, ids)
    raw = _raw(endpoint, request)
    if _REPLACED in raw:
        raise Problem("malformed_request", "The body is not text in UTF-8, or has U+FFFD, which stands for what is not.")
    if endpoint.replaces and not raw:
        raise Problem("malformed_request", "A PUT needs a body: it says all that is kept from now on. Send {} to keep nothing.")
    raw = raw or b"{}"
    written = _query(endpoint, request)
    query = _values(endpoint, written)
    model = endpoint.body
    body = model.model_validate_json(raw) if model else None
    content = _content(raw) if model else ""
    once = _once(request, actor, ids, content) if endpoint.keyed else None
    scope = json.dumps([actor.role.value, actor.id, endpoint.path, ids, {**written, "cursor": "", "limit": ""}], sort_keys=True)
    if query.get("cursor"):
        query["cursor"] = cursors.opened(query["cursor"], scope)
    version = version_of(request.headers.get("if-match")) if endpoint.versioned else None
    rates().report(actor)
    entry = entry_of(services(), endpoint, actor, ids, query, body)
    also = (services().audit.put(entry),) if entry and endpoint.audit is Audited.COMMAND else ()
    once = replace(once, also=also) if once else None
    return Call(actor, services(), body, query, scope, once, version, language, entry, also)


def _signed(endpoint: Endpoint, signature: Signature, request: Request) -> Call:
    """The call of a system that signs what it sends. Nothing of the body is read before the signature is found good."""
    raw = _raw(endpoint, request)
    _query(endpoint, request)
    signature.check(raw, request.headers.get(signature.header, ""))
    learn(caller=signature.signer.id)
    _check_writable(endpoint)
    rates().count(signature.signer)
    model = endpoint.body
    body = model.model_validate_json(raw) if model else None
    rates().report(signature.signer)
    return Call(signature.signer, services(), body, entry=entry_of(services(), endpoint, signature.signer, {}, {}))


def _check_writable(endpoint: Endpoint) -> None:
    """Raise ``Problem`` for a command while the operator's switch says read-only."""
    if endpoint.method != "GET" and switches().on(Switch.READ_ONLY):
        raise Problem(READ_ONLY, headers={"Retry-After": str(WORKED_ON_S)})


def _check_ids(endpoint: Endpoint, ids: dict[str, str]) -> None:
    """Raise ``NotFound`` for a path whose ids are not the kind the description states.

    A PUT may name something new: for it a text that could be an id, but not of this kind, is not valid.
    """
    for name, value in ids.items():
        pattern = PATH_IDS[name].pattern
        if pattern.fullmatch(value):
            continue
        if endpoint.replaces and ANY_ID.fullmatch(value):
            raise not_valid(f"{name} has to match {pattern.pattern}.", name)
        raise NotFound


def _query(endpoint: Endpoint, request: Request) -> dict[str, str]:
    """The query as it came. Raises ``Problem`` for a parameter that the route does not have, or that comes twice."""
    given = request.query_params
    written = dict(given or {})
    repeated = sorted(name for name in written if given and len(given.getlist(name)) > 1)
    if repeated:
        raise not_valid(f"Given more than once: {', '.join(repeated)}.", *repeated, message="Given more than once.")
    names = endpoint.query_names
    unknown = sorted(written.keys() - set(names))
    if unknown:
        known = f"Known here: {', '.join(names)}." if names else "None is known here."
        raise not_valid(f"Unknown parameters: {', '.join(unknown)}. {known}", *unknown, message=f"Not known. {known}")
    return written


def _values(endpoint: Endpoint, written: dict[str, str]) -> dict[str, Any]:
    """The value of every parameter. Raises ``Problem`` for one that is not as described."""
    return {it.name: it.read(written[it.name]) if it.name in written else it.default for it in endpoint.query}


def _raw(endpoint: Endpoint, request: Request) -> bytes:
    """The body as it came. Raises ``Problem`` for one that is no text, or longer than the route takes."""
    try:
        raw = request.raw_body
    except UnicodeError as error:
        raise Problem("malformed_request", "The body is not text in UTF-8.") from error
    content = raw.encode() if isinstance(raw, str) else raw
    if len(content) > endpoint.body_at_most:
        raise Problem("body_too_large")
    return content


def _content(raw: bytes) -> str:
    """The content of a JSON body in one spelling. Raises ``Problem`` if it gives a field twice."""
    return json.dumps(json.loads(raw, object_pairs_hook=_fields), sort_keys=True)


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Problem("malformed_request", "The body gives a field twice.")
    return fields


def _once(request: Request, actor: Actor, ids: dict[str, str], content: str) -> Once:
    key = request.headers.get("idempotency-key", "")
    if not KEY.fullmatch(key):
        raise Problem("idempotency_key_required")
    # A key is the caller's for one request. What is asked is in the fingerprint: Chalice's path is the route's, and only
    # with the ids does it say what the request is about.
    scope = json.dumps([actor.role.value, actor.id, key])
    asked = json.dumps([request.method, request.path, ids, content], sort_keys=True)
    return Once(hashlib.sha256(scope.encode()).hexdigest(), hashlib.sha256(asked.encode()).hexdigest())

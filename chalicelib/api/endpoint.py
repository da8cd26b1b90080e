"""The seam between Chalice and the services: every route is declared through here, and behaves alike."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib.api import caching, cursors, problems
from chalicelib.api.identity.auth import authenticate
from chalicelib.api.identity.rates import rates
from chalicelib.api.language import preferred
from chalicelib.api.problems import Problem, not_valid
from chalicelib.api.versions import if_match
from chalicelib.bootstrap import services
from chalicelib.languages import ENGLISH
from chalicelib.logs import learn
from chalicelib.service.errors import Forbidden, NotFound
from chalicelib.service.execute import Request as ServiceRequest
from chalicelib.store.idempotency import Answer, Once

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from chalicelib.domain.people import Actor, Role
    from chalicelib.service.services import Services

BODY_AT_MOST = 65_536
LIMIT_DEFAULT, LIMIT_AT_MOST = 20, 100
PATH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,139}")
KEY = re.compile(r"[\x21-\x7e]{1,255}")

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Signature:
    """A system that signs what it sends instead of carrying a token: who it is, and the header its signature is in.

    ``check`` takes the body as it came and what the header says, and raises ``Problem`` unless they belong together.
    """

    signer: Actor
    header: str
    check: Callable[[bytes, str], None]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route as declared: what documentation, role matrix and API description are made from."""

    method: str
    path: str
    roles: tuple[Role, ...]
    body: type[BaseModel] | None
    query: tuple[str, ...]
    status: int
    summary: str
    operation: str
    tag: str = ""
    """The group of operations it belongs to in the API's description."""
    signature: Signature | None = None
    """How the caller signs what it sends, where it has no token."""
    worded: bool = False
    """Whether a good answer has words for people in it, which come in the language they prefer."""

    @property
    def keyed(self) -> bool:
        """Whether the caller names the request by an Idempotency-Key. Who signs repeats the same bytes, and sends none."""
        return self.method == "POST" and self.signature is None

    @property
    def replaces(self) -> bool:
        """Whether its body is all that is kept from then on, so that one has to come, if with nothing in it.

        Elsewhere no body is one without members.
        """
        return self.method == "PUT"


ENDPOINTS: list[Endpoint] = []


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a route: who, with which body and query, once by which key, if at which version."""

    actor: Actor
    services: Services
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    scope: str = ""
    """The list that the caller asks for: whose, which, and with what parameters."""
    once: Once | None = None
    if_match: int | None = None
    language: str = ENGLISH

    @property
    def request(self) -> ServiceRequest:
        """The call as services take it."""
        return ServiceRequest(self.actor, self.once, self.if_match)

    @property
    def limit(self) -> int:
        """The page size asked for. Raises ``Problem`` unless it is a number from 1 to 100."""
        written = self.query.get("limit", str(LIMIT_DEFAULT))
        if not re.fullmatch(r"[0-9]{1,3}", written) or not 1 <= int(written) <= LIMIT_AT_MOST:
            raise not_valid(f"limit is a number from 1 to {LIMIT_AT_MOST}.", "limit")
        return int(written)

    def choice(self, name: str, kinds: type[Choice], default: str = "") -> Choice:
        """The query parameter ``name`` as one of ``kinds``. Raises ``Problem`` for another word."""
        written = self.query.get(name, default)
        if written not in {kind.value for kind in kinds}:
            allowed = ", ".join(kind.value for kind in kinds)
            raise not_valid(f"{name} is one of {allowed}.", name)
        return kinds(written)

    def expect_once(self) -> Once:
        """The idempotency of a route that always has one."""
        if self.once is None:
            raise Problem("idempotency_key_required")
        return self.once


class Resource(Blueprint):
    """A blueprint whose routes form one group of the API's description, under its tag."""

    def __init__(self, import_name: str, tag: str) -> None:
        """Name the module that declares the routes, and the tag."""
        super().__init__(import_name)
        self.tag = tag


def route(  # noqa: PLR0913 - as many as a route has sides
    blueprint: Resource,
    method: str,
    path: str,
    *,
    roles: tuple[Role, ...] = (),
    body: type[BaseModel] | None = None,
    query: tuple[str, ...] = (),
    status: int = 200,
    signature: Signature | None = None,
    worded: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Declare a route. The handler gets a ``Call`` and the path's ids, and returns JSON-ready data or an ``Answer``.

    The first sentence of its docstring becomes the summary. Neither roles nor a signature means anyone, without a token,
    and the handler gets no call.
    """

    def declare(handler: Callable[..., Any]) -> Callable[..., Response]:
        summary = (handler.__doc__ or "").split("\n", 1)[0].rstrip(".")
        endpoint = Endpoint(
            method, path, roles, body, query, status, summary, handler.__name__, blueprint.tag, signature, worded
        )
        ENDPOINTS.append(endpoint)

        def view(**ids: str) -> Response:
            language = preferred(blueprint.current_request.headers.get("accept-language", ""))
            try:
                call = _call(endpoint, blueprint.current_request, ids, language)
                result = handler(call, **ids) if call else handler(**ids)
                result = _page(call, result) if call and "cursor" in query else result
                return _success(endpoint, blueprint.current_request, result, language)
            except Exception as error:  # noqa: BLE001 - the one place where every error becomes a problem
                return problems.response(error, language)

        types = ["application/json"] if body else []  # of what is not read, the type is of no matter
        blueprint.route(path, methods=[method], name=f"{method}-{handler.__name__}", content_types=types)(view)
        return view

    return declare


def _call(endpoint: Endpoint, request: Request, ids: dict[str, str], language: str) -> Call | None:
    """The call, where the route wants one: what anyone may ask has no caller."""
    if endpoint.signature:
        return _signed_call(endpoint, endpoint.signature, request)
    if not endpoint.roles:
        return None
    actor = authenticate(request.headers.get("authorization"))
    rates().count(actor)
    learn(role=actor.role.value)
    if actor.role not in endpoint.roles:
        raise Forbidden
    if not all(PATH_ID.fullmatch(value) for value in ids.values()):
        raise NotFound
    raw = _raw(request)
    if endpoint.replaces and not raw:
        raise Problem("malformed_request", "A PUT needs a body: it says all that is kept from now on. Send {} to keep nothing.")
    raw = raw or b"{}"
    query = _query(endpoint, request)
    body = endpoint.body.model_validate_json(raw) if endpoint.body else None
    content = _content(raw) if endpoint.body else ""
    once = _once(request, actor, ids, content) if endpoint.keyed else None
    scope = json.dumps([actor.role.value, actor.id, endpoint.path, ids, {**query, "cursor": "", "limit": ""}], sort_keys=True)
    if query.get("cursor"):
        query["cursor"] = cursors.opened(query["cursor"], scope)
    version = if_match(endpoint, request.headers)
    rates().report(actor)
    return Call(actor, services(), body, query, scope, once, version, language)


def _signed_call(endpoint: Endpoint, signature: Signature, request: Request) -> Call:
    """The call of a system that signs what it sends: nothing of the body is read before the signature holds."""
    raw = _raw(request)
    _query(endpoint, request)
    signature.check(raw, request.headers.get(signature.header, ""))
    rates().count(signature.signer)
    body = endpoint.body.model_validate_json(raw) if endpoint.body else None
    rates().report(signature.signer)
    return Call(signature.signer, services(), body)


def _query(endpoint: Endpoint, request: Request) -> dict[str, str]:
    query = dict(request.query_params or {})
    unknown = sorted(query.keys() - set(endpoint.query))
    if unknown:
        known = f"Known here: {', '.join(endpoint.query)}." if endpoint.query else "None is known here."
        raise not_valid(f"Unknown parameters: {', '.join(unknown)}. {known}", *unknown, message=f"Not known. {known}")
    return query


def _page(call: Call, page: dict[str, Any]) -> dict[str, Any]:
    """A page of a list, its cursor good for this caller and these parameters alone; a caller may change the limit."""
    return page | {"cursor": cursors.sealed(page["cursor"], call.scope)} if page["cursor"] else page


def _raw(request: Request) -> bytes:
    """The body as it came."""
    try:
        raw = request.raw_body
    except UnicodeError as error:
        raise Problem("malformed_request", "The body is not text in UTF-8.") from error
    content = raw.encode() if isinstance(raw, str) else raw
    if len(content) > BODY_AT_MOST:
        raise Problem("body_too_large")
    return content


def _content(raw: bytes) -> str:
    """What a JSON body says, whatever its spelling. Raises ``Problem`` for one that says two things at once."""
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
    # Chalice's path is the route's; only with the ids does it say what the request is about.
    scope = json.dumps([actor.role.value, actor.id, request.method, request.path, ids, key], sort_keys=True)
    return Once(hashlib.sha256(scope.encode()).hexdigest(), hashlib.sha256(content.encode()).hexdigest())


def _success(endpoint: Endpoint, request: Request, result: Any, language: str) -> Response:  # noqa: ANN401 - JSON-ready data
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(endpoint.status, msgspec.json.encode(result).decode())
    read = endpoint.method == "GET"
    tag = caching.tag(answer.body, read=read)
    headers: dict[str, str | list[str]] = {"ETag": tag} if tag else {}
    if read:
        headers["Cache-Control"] = caching.REVALIDATE
    if endpoint.worded:
        headers |= {"Content-Language": language, "Vary": "Accept-Language"}
    if read and tag and caching.has_it(request.headers, tag):
        return Response(body="", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Type"] = "application/json"
    return Response(body=answer.body, status_code=answer.status, headers=headers)

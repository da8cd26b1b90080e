"""Declares routes with Chalice, so that all of them behave alike."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec
from chalice.app import Blueprint, Request, Response

from chalicelib.api import caching, cursors, problems
from chalicelib.api.call import bind
from chalicelib.api.endpoint import BODY_AT_MOST, ENDPOINTS, Endpoint
from chalicelib.api.language import preferred
from chalicelib.api.recording import recorded
from chalicelib.store.idempotency import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from chalicelib.api.call import Call
    from chalicelib.api.endpoint import Audited, Signature
    from chalicelib.api.identity.scopes import Scope
    from chalicelib.api.parameters import Parameter
    from chalicelib.domain.people import Role


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
    answers: Callable[[], type[BaseModel]] | None,
    roles: tuple[Role, ...] = (),
    scopes: tuple[Scope, ...] = (),
    leads: bool = False,
    audit: Audited | None = None,
    signature: Signature | None = None,
    body: type[BaseModel] | None = None,
    body_at_most: int = BODY_AT_MOST,
    query: tuple[Parameter, ...] = (),
    refuses: tuple[str, ...] = (),
    versioned: bool | None = None,
    status: int = 200,
    repeated: str = "",
    worded: bool = False,
    public: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Declare a route; the members of ``Endpoint`` say what each argument means.

    The handler gets a ``Call`` and the path's ids, and returns JSON-ready data or an ``Answer``. The first sentence of its
    docstring becomes the summary. Neither roles nor a signature means anyone, without a token, and the handler gets no call.
    A write by somebody with a token has to say whether it is versioned: forgetting it would let one caller overwrite what
    another has just changed.
    """

    def declare(handler: Callable[..., Any]) -> Callable[..., Response]:
        if versioned is None and roles and method != "GET":
            raise TypeError(f"{handler.__name__} does not say whether it is versioned")
        endpoint = Endpoint(
            method=method,
            path=path,
            operation=handler.__name__,
            tag=blueprint.tag,
            summary=(handler.__doc__ or "").split("\n", 1)[0].rstrip("."),
            answers=answers,
            roles=roles,
            scopes=scopes,
            leads=leads,
            audit=audit,
            signature=signature,
            takes=body,
            body_at_most=body_at_most,
            query=query,
            refuses=refuses,
            versioned=bool(versioned),
            status=status,
            repeated=repeated,
            worded=worded,
            public=public,
        )
        ENDPOINTS.append(endpoint)

        def view(**ids: str) -> Response:
            language = preferred(blueprint.current_request.headers.get("accept-language", ""))
            try:
                call = bind(endpoint, blueprint.current_request, ids, language)
                result = recorded(call.services, endpoint, call.entry, lambda: handler(call, **ids)) if call else handler(**ids)
                result = _page(call, result) if call and endpoint.paged else result
                return _success(endpoint, blueprint.current_request, result, language)
            except Exception as error:  # noqa: BLE001 - the one place where every error becomes a problem
                return problems.response(error, language)

        types = ["application/json"] if body is not None else []  # without a body its type does not matter
        blueprint.route(path, methods=[method], name=f"{method}-{handler.__name__}", content_types=types)(view)
        return view

    return declare


def _page(call: Call, page: dict[str, Any]) -> dict[str, Any]:
    """A page of a list, with a cursor that is good for this caller and these parameters only. The limit may change."""
    return page | {"cursor": cursors.sealed(page["cursor"], call.scope)} if page["cursor"] else page


def _success(endpoint: Endpoint, request: Request, result: Any, language: str) -> Response:  # noqa: ANN401 - JSON-ready data
    if isinstance(result, Response):
        return result
    answer = result if isinstance(result, Answer) else Answer(endpoint.status, msgspec.json.encode(result).decode())
    read = endpoint.method == "GET"
    tag = caching.tag(answer.body, read=read)
    headers: dict[str, str | list[str]] = {"ETag": tag} if tag else {}
    if read:
        headers["Cache-Control"] = caching.PUBLIC if endpoint.public else caching.REVALIDATE
    if endpoint.worded:
        headers |= {"Content-Language": language, "Vary": "Accept-Language"}
    if read and tag and caching.has_it(request.headers, tag):
        return Response(body="", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers["Content-Type"] = "application/json"
    return Response(body=answer.body, status_code=answer.status, headers=headers)

"""A route as it is declared. The API's description and the tests are made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from chalicelib.api.lazily import Later
from chalicelib.api.parameters import CURSOR, PATH_IDS
from chalicelib.api.problems import CATALOGUE
from chalicelib.domain.people import STAFF, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from chalicelib.api.identity.scopes import Caller, Scope
    from chalicelib.api.parameters import Parameter
    from chalicelib.domain.people import Actor


class Audited(Enum):
    """The way in which a route records the requests of staff and of the marketplace's systems in the audit (P5)."""

    READ = "read"
    """When the answer is known, and before it is given."""
    COMMAND = "command"
    """In the transaction that carries it out, or, where it is refused, before that is said."""
    BEFORE = "before"
    """Before it is carried out: it is not one transaction."""


BODY_AT_MOST = 65_536
"""Bytes of a request's body, unless its route takes more."""

AUDITED_ROLES = (*STAFF, Role.PLATFORM)
"""The roles whose requests are in the audit."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A system that signs its requests instead of carrying a token, and the header that holds its signature.

    ``check`` takes the body as it came and the header, and raises ``Problem`` unless the signature is that of the body.
    """

    signer: Actor
    header: str
    check: Callable[[bytes, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One route and all that it declares. Raises ``ValueError`` for a declaration that cannot be kept."""

    method: str
    path: str
    operation: str
    tag: str
    """The group of operations it belongs to in the API's description."""
    summary: str
    answers: Callable[[], type[BaseModel]] | None
    """Loads the model of a good answer; None for a page of HTML. Requests never call it: they need no such model."""
    roles: tuple[Role, ...] = ()
    scopes: tuple[Scope, ...] = ()
    """The scopes of which a token of the platform needs one; none where the platform is not among the roles."""
    leads: bool = False
    """True if, of mediators, only leads may."""
    audit: Audited | None = None
    """The way in which it is in the audit; None for a route of parties or of anyone."""
    signature: Signature | None = None
    """The signature that replaces a token; None for callers with one."""
    takes: type[BaseModel] | Later | None = None
    """The model of a request's body, perhaps not imported yet."""
    body_at_most: int = BODY_AT_MOST
    """The most bytes of a request's body."""
    query: tuple[Parameter, ...] = ()
    refuses: tuple[str, ...] = ()
    """The problem codes it can give beside those that all routes of its kind give."""
    versioned: bool = False
    """True if it changes one resource that has a version, and only at the version that If-Match names."""
    status: int = 200
    repeated: str = ""
    """The meaning of a 200 for a PUT that can also answer ``status``; empty for other routes."""
    worded: bool = False
    """True if a good answer has text for people in it, which comes in the language they prefer."""
    public: bool = False
    """True if anyone may keep a good answer for a while, such as a cache in front of the API."""

    def __post_init__(self) -> None:
        """Check that codes and ids are known, that roles and signature do not exclude each other, and that scopes are named.

        A route of staff or of the marketplace's systems has to say how it is in the audit, so that no new one is left out.
        """
        unknown = [*(set(self.refuses) - CATALOGUE.keys()), *(set(self.ids) - PATH_IDS.keys())]
        if unknown or (self.roles and self.signature):
            raise ValueError(f"{self.operation} declares what is not known here: {unknown or 'a signature beside roles'}")
        if (Role.PLATFORM in self.roles) is not bool(self.scopes):
            raise ValueError(f"{self.operation} names scopes without the platform, or the platform without scopes")
        audited = self.signature is not None or not set(AUDITED_ROLES).isdisjoint(self.roles)
        if audited is not bool(self.audit) or (self.audit is Audited.READ) is not (audited and self.method == "GET"):
            raise ValueError(f"{self.operation} has to say how it is in the audit: READ for a GET, else COMMAND or BEFORE")

    def lets_in(self, caller: Caller) -> bool:
        """Return whether the caller's token gives the right to call it."""
        actor = caller.actor
        if actor.role not in self.roles or (self.leads and actor.role is Role.MEDIATOR and not actor.lead):
            return False
        return actor.role is not Role.PLATFORM or not caller.scopes.isdisjoint(self.scopes)

    @property
    def body(self) -> type[BaseModel] | None:
        """The model of a request's body; the first request imports it."""
        return self.takes.model() if isinstance(self.takes, Later) else self.takes

    @property
    def ids(self) -> list[str]:
        """The names of the ids in its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def query_names(self) -> list[str]:
        """The names of the parameters of its query."""
        return [it.name for it in self.query]

    @property
    def paged(self) -> bool:
        """True if it answers with one page of a list."""
        return CURSOR in self.query

    @property
    def keyed(self) -> bool:
        """True if a request carries an Idempotency-Key. A service that signs sends none: it repeats the same bytes."""
        return self.method == "POST" and self.signature is None

    @property
    def replaces(self) -> bool:
        """True if its body replaces what is stored: then a body is required, even an empty one.

        For other routes a missing body means one without members.
        """
        return self.method == "PUT"


ENDPOINTS: list[Endpoint] = []
"""Every route that has been declared in this process."""

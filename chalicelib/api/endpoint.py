"""A route as it is declared: what the role matrix, the API's description and the tests are made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.api.parameters import CURSOR, PATH_IDS
from chalicelib.api.problems import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel

    from chalicelib.api.parameters import Parameter
    from chalicelib.domain.people import Actor, Role


@dataclass(frozen=True, slots=True)
class Signature:
    """A system that signs what it sends instead of carrying a token: who it is, and the header its signature is in.

    ``check`` takes the body as it came and what the header says, and raises ``Problem`` unless they belong together.
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
    signature: Signature | None = None
    """How the caller signs what it sends, where it has no token."""
    body: type[BaseModel] | None = None
    query: tuple[Parameter, ...] = ()
    refuses: tuple[str, ...] = ()
    """The problem codes it can give beside those that all routes of its kind give."""
    versioned: bool = False
    """Whether it changes one resource that has a version, and only at the version that If-Match names."""
    status: int = 200
    repeated: str = ""
    """What it means when a PUT answers 200 instead of ``status``; empty where it never does."""
    worded: bool = False
    """Whether a good answer has text for people in it, which comes in the language they prefer."""

    def __post_init__(self) -> None:
        """Check that codes and ids are known, and that roles and signature do not exclude each other."""
        unknown = [*(set(self.refuses) - CATALOGUE.keys()), *(set(self.ids) - PATH_IDS.keys())]
        if unknown or (self.roles and self.signature):
            raise ValueError(f"{self.operation} declares what is not known here: {unknown or 'a signature beside roles'}")

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
        """Whether it answers with one page of a list."""
        return CURSOR in self.query

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
"""Every route that has been declared in this process."""

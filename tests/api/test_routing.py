"""A route declares all that it is, and an incomplete declaration is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from chalicelib.api.endpoint import ENDPOINTS
from chalicelib.api.routing import Resource, route
from chalicelib.domain.people import Role
from tests.api.samples import EVERY


class Shape(BaseModel):
    """The shape of an answer."""


def declare(**more: Any) -> None:  # noqa: ANN401 - whatever a route can declare
    """Declare a route with these arguments."""
    given: dict[str, Any] = {"method": "POST", "path": "/things", "roles": (Role.BUYER,), "answers": lambda: Shape} | more
    known = list(ENDPOINTS)
    try:
        route(Resource(__name__, "things"), given.pop("method"), given.pop("path"), **given)(lambda _: {})
    finally:
        ENDPOINTS[:] = known


def test_a_write_says_whether_it_is_versioned() -> None:
    """A write that forgets If-Match would overwrite what somebody else has just changed: it is an error at import."""
    declare(versioned=True)
    declare(versioned=False)
    declare(method="GET")
    for method in ("POST", "PUT", "DELETE"):
        with pytest.raises(TypeError, match="versioned"):
            declare(method=method)


@pytest.mark.parametrize("unknown", [{"refuses": ("bad_luck",)}, {"path": "/things/{thing_id}"}])
def test_codes_and_ids_are_known(unknown: dict[str, Any]) -> None:
    """A problem code outside the catalogue, or an id without a pattern, is an error at import."""
    with pytest.raises(ValueError, match=r"(bad_luck|thing_id)"):
        declare(versioned=True, **unknown)


def test_every_answer_has_a_shape() -> None:
    """Every route names a model for its answer, except the page of HTML."""
    assert ["docs"] == [endpoint.operation for endpoint in EVERY if endpoint.answers is None]
    for endpoint in EVERY:
        assert endpoint.answers is None or issubclass(endpoint.answers(), BaseModel)

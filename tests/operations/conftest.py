"""Share the API of the edge's tests."""

from tests.api.conftest import api, app, issuer, new_api

__all__ = ["api", "app", "issuer", "new_api"]

"""Set Schemathesis up for the deployed product: a good token for each operation's role."""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis

TOKENS = "FUZZING_TOKENS"
"""The environment variable that holds a token for each operation, as JSON."""


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """The token of somebody who may call the operation."""

    def get(self, case: schemathesis.Case[Any], _: schemathesis.AuthContext) -> str:
        """The token for this case's operation; none for what asks for none."""
        known: dict[str, str] = json.loads(os.environ[TOKENS])
        return known.get(case.operation.definition.raw["operationId"], "")

    def set(self, case: schemathesis.Case[Any], data: str, _: schemathesis.AuthContext) -> None:
        """Send it."""
        if data:
            case.headers["Authorization"] = f"Bearer {data}"

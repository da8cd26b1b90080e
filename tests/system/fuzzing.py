"""Hooks of Schemathesis: they give it good tokens and choose the boundaries that it sends."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

import schemathesis

TOKENS = "FUZZING_TOKENS"
"""The environment variable that holds a token for each operation, as JSON."""
EACH = "FUZZING_EACH"
"""The environment variable that says which boundaries are sent: 1 is all, 8 is the first, the ninth and so on."""
_boundaries: Counter[str] = Counter()


@schemathesis.auth(refresh_interval=None)
class Bearer:
    """The token of somebody who may call the operation."""

    def get(self, case: schemathesis.Case[Any], _: schemathesis.AuthContext) -> str:
        """Return the token for this case's operation, or nothing for an operation that asks for none."""
        known: dict[str, str] = json.loads(os.environ[TOKENS])
        return known.get(case.operation.definition.raw["operationId"], "")

    def set(self, case: schemathesis.Case[Any], data: str, _: schemathesis.AuthContext) -> None:
        """Send it."""
        if data:
            case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def filter_case(_: schemathesis.HookContext, case: schemathesis.Case[Any]) -> bool:
    """Return whether to send this request: of an operation's boundaries every nth only, of the rest everything."""
    if case.meta is None or case.meta.phase.name != "coverage":
        return True
    nth = _boundaries[case.operation.label]
    _boundaries[case.operation.label] += 1
    return nth % int(os.environ[EACH]) == 0

"""Get bearer tokens for a smoke test: from variables, or from the local cloud's own login."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ops.stack import OperationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROLES = ("buyer", "seller", "platform")


def from_variables(role: str, person_id: str) -> str:
    """Return the token in ``OPS_TOKEN_BUYER``, ``OPS_TOKEN_SELLER`` or ``OPS_TOKEN_PLATFORM``. Raises ``OperationError``."""
    name = f"OPS_TOKEN_{role.upper()}"
    token = os.environ.get(name, "")
    if not token:
        msg = f"put a token of {role} {person_id} of your identity provider into the variable {name}"
        raise OperationError(msg)
    return token


def from_local_cloud(directory: Path) -> Callable[[str, str], str]:
    """Return a function that logs people in at the local cloud whose state is in ``directory``."""
    from localcloud import cognito  # noqa: PLC0415 - only a local cloud needs it
    from localcloud.layout import LocalCloudError, read_endpoints  # noqa: PLC0415 - as above

    try:
        endpoints = read_endpoints(directory)
    except LocalCloudError as error:
        raise OperationError(str(error)) from error
    return lambda role, person_id: cognito.token(endpoints, role, person_id)

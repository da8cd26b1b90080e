"""Make AWS clients: low-level ones, one per service and process, when first needed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.settings import settings

if TYPE_CHECKING:
    from botocore.session import Session

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 3
ATTEMPTS = 3
"""Connect, read and attempts together stay well inside the gateway's 29 seconds. No other layer retries transport errors."""
PATIENCE = {"ssm": (0.5, 0.5, 1), "cloudwatch": (0.5, 2, 1)}
"""Shorter limits for services whose answer the product can do without: connect, read, attempts."""


@lru_cache(maxsize=1)
def _session() -> Session:
    from botocore.session import Session  # noqa: PLC0415 - a quarter of the import time; jobs without AWS calls skip it

    return Session()


@lru_cache(maxsize=8)
def client(service: str, endpoint: str | None = None) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
    """Return the process's client of ``service``.

    Credentials, region and, unless one is given, the endpoint come from the environment.
    """
    from botocore.config import Config  # noqa: PLC0415 - as above

    # A link signed for S3 must name the region and use the newest signature; other services do so by default.
    signing: dict[str, Any] = {"signature_version": "s3v4", "s3": {"addressing_style": settings().s3_addressing}}
    connect, read, attempts = PATIENCE.get(service, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S, ATTEMPTS))
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_extra="buyer-protection",
        **(signing if service == "s3" else {}),
    )
    return _session().create_client(service, config=config, endpoint_url=endpoint)

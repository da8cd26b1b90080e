"""Make AWS clients: low-level ones, one per service and process, when first needed."""

from __future__ import annotations

import os
import threading
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
DIRECT = ("dynamodb", "sqs", "ssm")
"""The services that ``chalicelib.direct`` reaches without botocore's clients."""
OF_A_FUNCTION = ("AWS_LAMBDA_FUNCTION_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""The variables that Lambda sets. Elsewhere, and after a restore from a snapshot, botocore finds the credentials."""
OTHERWISE = (
    "AWS_CA_BUNDLE",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_PROFILE",
    "HTTPS_PROXY",
    "https_proxy",
)
"""The variables of an environment in which only botocore knows the way to AWS."""
USUAL = ("af-", "ap-", "ca-", "eu-", "il-", "me-", "mx-", "sa-", "us-")
"""The beginnings of the regions whose endpoints are below ``amazonaws.com``; ``us-iso`` and its like are others."""


_MAKING = threading.Lock()
"""Held while a client of botocore is made: its session makes one at a time."""


@lru_cache(maxsize=1)
def _session() -> Session:
    from botocore.session import Session  # noqa: PLC0415 - a quarter of the import time; jobs without AWS calls skip it

    return Session()


@lru_cache(maxsize=8)
def client(service: str, endpoint: str | None = None) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
    """Return the process's client of ``service``.

    Credentials, region and, unless one is given, the endpoint come from the environment.
    """
    connect, read, attempts = PATIENCE.get(service, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S, ATTEMPTS))
    place = endpoint_of(service) if endpoint is None and service in DIRECT else None
    if place:
        from chalicelib.direct import DirectClient  # noqa: PLC0415 - jobs without AWS calls skip it

        return DirectClient(service, *place, (connect, read), attempts)
    from botocore.config import Config  # noqa: PLC0415 - as above

    # A link signed for S3 must name the region and use the newest signature; other services do so by default.
    signing: dict[str, Any] = {"signature_version": "s3v4", "s3": {"addressing_style": settings().s3_addressing}}
    config = Config(
        connect_timeout=connect,
        read_timeout=read,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent_extra="buyer-protection",
        **(signing if service == "s3" else {}),
    )
    with _MAKING:
        return _session().create_client(service, config=config, endpoint_url=endpoint)


def endpoint_of(service: str) -> tuple[str, str] | None:
    """Return the endpoint of a service, and the region that requests to it are signed for.

    Return None where this is no Lambda function whose credentials and endpoints are as usual: botocore then finds them.
    """
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
    usual = region.startswith(USUAL) and not region.startswith("us-iso")
    if not (usual and all(os.environ.get(name) for name in OF_A_FUNCTION)) or any(os.environ.get(name) for name in OTHERWISE):
        return None
    named = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get("AWS_ENDPOINT_URL")
    return named or f"https://{service}.{region}.amazonaws.com", region

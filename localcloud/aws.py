"""Make AWS clients that can only reach the local cloud."""

from typing import Any

import botocore.session
from botocore.config import Config

from localcloud.ministack import ACCESS_KEY, REGION, SECRET_KEY
from localcloud.ports import HOST

# botocore makes a client's methods when it runs, so there is no class to name.
Client = Any


def client(service: str, endpoint: str) -> Client:
    """Return a client with the local root credentials; ValueError for any endpoint beyond loopback."""
    if not endpoint.startswith(f"http://{HOST}:"):
        message = f"not a loopback address: {endpoint}"
        raise ValueError(message)
    session = botocore.session.Session()
    return session.create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(
            connect_timeout=2,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 2},
            s3={"addressing_style": "path"},
        ),
    )

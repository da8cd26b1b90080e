"""The connections that API Gateway holds: frames are sent through it (N5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from chalicelib.aws import client
from chalicelib.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable


class Gone(Exception):  # noqa: N818 - it is an answer
    """The connection does not exist any more."""


class Gateway(Protocol):
    """Sends frames to live connections and closes them."""

    def send(self, connection_id: str, frame: bytes) -> None:
        """Send a frame. Raises ``Gone``, or botocore's errors when the gateway does not take it."""
        ...

    def close(self, connection_id: str) -> None:
        """Close a connection; one that is gone is no error."""
        ...


class ApiGateway:
    """Works through API Gateway. ``client`` gives its management client on first use."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """Send through that client."""
        self._client = client

    def send(self, connection_id: str, frame: bytes) -> None:
        """As ``Gateway``."""
        try:
            self._client().post_to_connection(ConnectionId=connection_id, Data=frame)
        except ClientError as error:
            if error.response["Error"]["Code"] == "GoneException":
                raise Gone from error
            raise

    def close(self, connection_id: str) -> None:
        """As ``Gateway``."""
        try:
            self._client().delete_connection(ConnectionId=connection_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "GoneException":
                raise


def gateway() -> ApiGateway:
    """Return this deployment's gateway."""
    return ApiGateway(lambda: client("apigatewaymanagementapi", settings().chat_endpoint))

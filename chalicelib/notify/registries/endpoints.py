"""Keeps devices as SNS platform endpoints, one for each token that an app got from its platform (N1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.service.errors import PushNotConfigured, TokenRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EXISTS = re.compile(r"Endpoint (arn:\S+) already exists with the same Token")
"""The error of SNS for a token that has an endpoint with other attributes, a disabled one for example."""


class SnsEndpoints:
    """Endpoints of this deployment's platform applications. Implements the service's ``Endpoints``."""

    def __init__(self, client: Callable[[], Any], applications: Mapping[str, str]) -> None:
        """Use the platform application ARNs of ``applications``, by platform; one that is empty is not configured.

        ``client`` gives a low-level SNS client on first use.
        """
        self._client = client
        self._applications = applications

    def takes(self, platform: str) -> bool:
        """Return whether the deployment has an application for that platform."""
        return bool(self._applications.get(platform))

    def create(self, platform: str, token: str, device_id: str) -> str:
        """Return the ARN of the token's endpoint, the same every time. It keeps the device's id.

        An endpoint that had been disabled is enabled again: the app has just got its token from the platform. Raises
        ``PushNotConfigured``, ``TokenRefused``.
        """
        if not self.takes(platform):
            raise PushNotConfigured
        endpoint = self._created(self._applications[platform], token, device_id)
        if not self.enabled(endpoint):
            attributes = {"Enabled": "true", "Token": token}
            self._client().set_endpoint_attributes(EndpointArn=endpoint, Attributes=attributes)
        return endpoint

    def _created(self, application: str, token: str, device_id: str) -> str:
        try:
            made = self._client().create_platform_endpoint(
                PlatformApplicationArn=application, Token=token, CustomUserData=device_id
            )
        except ClientError as error:
            exists = _EXISTS.search(error.response["Error"]["Message"])
            if exists:
                return exists[1]
            if error.response["Error"]["Code"] == "InvalidParameter":
                raise TokenRefused from error
            raise
        arn: str = made["EndpointArn"]
        return arn

    def enabled(self, endpoint: str) -> bool:
        """Return whether SNS has the endpoint and its platform takes messages for it: not once the app was removed."""
        return self._attributes(endpoint).get("Enabled") == "true"

    def device_of(self, endpoint: str) -> str | None:
        """Return the device's id that ``create`` gave the endpoint; None for one that is gone or that something else made."""
        return self._attributes(endpoint).get("CustomUserData")

    def _attributes(self, endpoint: str) -> dict[str, str]:
        try:
            attributes: dict[str, str] = self._client().get_endpoint_attributes(EndpointArn=endpoint)["Attributes"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NotFound":
                return {}
            raise
        return attributes

    def delete(self, endpoint: str) -> None:
        """Delete the endpoint. Deleting one that is gone is no error in SNS."""
        self._client().delete_endpoint(EndpointArn=endpoint)

"""The bodies by which webhook endpoints are registered and changed (N7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.api.models import Model, text, written_as
from chalicelib.domain.web_addresses import URL_AT_MOST
from chalicelib.service.webhook_envelope import TYPES


def _known(kind: str) -> str:
    if kind not in TYPES:
        msg = "is no type of event; the description of this field lists them"
        raise ValueError(msg)
    return kind


Url = Annotated[
    str,
    Field(max_length=URL_AT_MOST),
    *written_as("^https?://[!-~]+$", "a URL in ASCII that begins with https://"),
    Field(description="The host's full name, port 443 or 8443; no address that is not in the public internet."),
]
Types = Annotated[
    tuple[Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": [*TYPES]})], ...],
    Field(max_length=len(TYPES), description="The types of events that are posted; none for all of them, also later ones."),
]


class WebhookEndpointSettings(Model):
    """What an endpoint is posted, and whether it is on. It replaces what was set before."""

    types: Types = ()
    description: Annotated[str, *text(0, 200)] = ""
    enabled: bool = True


class NewWebhookEndpoint(Model):
    """A new endpoint. Its URL cannot be changed later: another address has another secret."""

    url: Url
    types: Types = ()
    description: Annotated[str, *text(0, 200)] = ""

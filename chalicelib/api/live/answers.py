"""The shape of a ticket for a live connection (N5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.answers import Given, Time


class Ticket(Given):
    """Leave to open one live connection, once and soon."""

    url: Annotated[str, Field(description="Where to connect; add the ticket as the query parameter ticket.")]
    ticket: str
    expires_at: Time

"""Declare the protocols by which the services reach the outside: the clock, SNS and the storage of files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.store.files import Arrived, Form
    from chalicelib.store.people import Profile


class Clock(Protocol):
    """A clock. It tells the time in whole seconds, because deadlines are counted in them."""

    def now(self) -> datetime:
        """Return the time now, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Subscribed:
    """An address at a person's topic. It has no ``subscription`` until its owner has confirmed it."""

    channel: str
    address: str
    subscription: str | None


class Subscriptions(Protocol):
    """The SNS topics of people, and the addresses that are subscribed to them."""

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an address, and return the topic and the subscription."""
        ...

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Return every address at the person's topic now."""
        ...

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription; one that is gone already is no error."""
        ...

    def forget(self, profile: Profile) -> None:
        """Delete the person's topic with every subscription; nothing left is no error."""
        ...


class Texts(Protocol):
    """Sends an SMS to a number that is nobody's yet."""

    def send_code(self, phone: str, language: str, code: str) -> None:
        """Send a one-time code to a phone (E.164), in the language of the person who gave the number."""
        ...


class Endpoints(Protocol):
    """The devices at the platforms' push services."""

    def takes(self, platform: str) -> bool:
        """Return whether this deployment sends push messages to that platform."""
        ...

    def create(self, platform: str, token: str, device_id: str) -> str:
        """Return the enabled endpoint of a token; create it if needed. Raises ``PushNotConfigured``, ``TokenRefused``."""
        ...

    def device_of(self, endpoint: str) -> str | None:
        """Return the id of the device that the endpoint was created for."""
        ...

    def enabled(self, endpoint: str) -> bool:
        """Return whether the platform still takes messages for the endpoint."""
        ...

    def delete(self, endpoint: str) -> None:
        """Delete an endpoint; one that is gone already is no error."""
        ...


class FileStorage(Protocol):
    """The private storage of files (``store.files``)."""

    def form(self, key: str, content_type: str, size: int, seconds: int) -> Form:
        """Return a form that uploads exactly one key, content type and size."""
        ...

    def arrived(self, key: str) -> Arrived | None:
        """Return the object under ``key``; None where there is none."""
        ...

    def read(self, key: str, etag: str) -> bytes | None:
        """Return an object whose entity tag still is ``etag``; None where it is not."""
        ...

    def put(self, key: str, content_type: str, content: bytes) -> None:
        """Keep an object of this service's own making."""
        ...

    def scan_result(self, key: str) -> str | None:
        """Return what the scan for malware says of an object; None until it says something."""
        ...

    def copy(self, key: str, etag: str, to: str) -> bool:
        """Copy an object if its entity tag still is ``etag``, and return whether it is."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object for good; one that is not there is no error."""
        ...

    def link(self, key: str, content_type: str, name: str, seconds: int) -> str:
        """Return an address that reads one object for so many ``seconds``, counted from the beginning of the present minute."""
        ...


class Resolver(Protocol):
    """The names of the internet."""

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, each once. Raises ``OSError`` where it has none or nobody answers."""
        ...


class DeliveryQueue(Protocol):
    """The queue of webhook deliveries whose next attempt is to begin."""

    def put(self, endpoint_id: str, delivery_id: str, delay_s: int = 0) -> None:
        """Let an attempt begin after ``delay_s`` seconds, of which there may be 900. Raises botocore's errors."""
        ...

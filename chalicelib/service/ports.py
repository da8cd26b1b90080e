"""The protocols by which the services reach the outside: the clock, SNS and the storage of files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.store.files import Arrived, Form
    from chalicelib.store.people import Profile


class Clock(Protocol):
    """Tells the time, in whole seconds UTC: deadlines are counted in them."""

    def now(self) -> datetime:
        """The time now."""
        ...


@dataclass(frozen=True, slots=True)
class Subscribed:
    """An address that a person's topic reaches. It has no ``subscription`` until its owner has confirmed it."""

    channel: str
    address: str
    subscription: str | None


class Subscriptions(Protocol):
    """The person's SNS topic and what is subscribed to it."""

    def subscribe(self, role: str, person_id: str, channel: str, address: str) -> tuple[str, str]:
        """Subscribe an address; the topic and the subscription."""
        ...

    def subscribed(self, role: str, person_id: str) -> list[Subscribed]:
        """Everything that is subscribed to the person's topic now."""
        ...

    def unsubscribe(self, subscription: str) -> None:
        """End a subscription; one that is gone already is no error."""
        ...

    def forget(self, profile: Profile) -> None:
        """Delete all that is kept there of a person, the topic with every subscription; nothing left is no error."""
        ...


class Endpoints(Protocol):
    """Devices as the platforms' push services know them."""

    def takes(self, platform: str) -> bool:
        """Whether this deployment sends push messages to that platform."""
        ...

    def create(self, platform: str, token: str, device_id: str) -> str:
        """The enabled endpoint of a token, made if there is none. Raises ``PushNotConfigured``, ``TokenRefused``."""
        ...

    def device_of(self, endpoint: str) -> str | None:
        """The id of the device that it was made for."""
        ...

    def enabled(self, endpoint: str) -> bool:
        """Whether the platform still takes messages for it."""
        ...

    def delete(self, endpoint: str) -> None:
        """Delete it; one that is gone already is no error."""
        ...


class FileStorage(Protocol):
    """The private storage that files lie in (``store.files``)."""

    def form(self, key: str, content_type: str, size: int, seconds: int) -> Form:
        """Return a form that uploads exactly one key, content type and size."""
        ...

    def arrived(self, key: str) -> Arrived | None:
        """Return the object under ``key``; None where there is none."""
        ...

    def copy(self, key: str, etag: str, to: str) -> bool:
        """Copy an object if it is still the one of that ``etag``."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object for good; one that is not there is no error."""
        ...

    def link(self, key: str, content_type: str, name: str, seconds: int) -> str:
        """Return an address that reads one object for so many ``seconds`` from when the present minute began."""
        ...

"""Define the errors of the services, beside the domain's refusals; ``api.problems`` maps them to responses."""

from __future__ import annotations


class ServiceError(Exception):
    """The base of all errors of the services; ``code`` is the stable problem code."""

    code = "error"


class NotFound(ServiceError):  # noqa: N818 - the names are what the caller is told
    """There is nothing under that id, or nothing that this caller may know of. A stranger gets the same answer."""

    code = "not_found"


class Forbidden(ServiceError):  # noqa: N818 - as above
    """This role may never do that."""

    code = "forbidden"


class ContactsElsewhere(ServiceError):  # noqa: N818 - as above
    """This marketplace keeps people's contacts itself; they are not changed here."""

    code = "contacts_elsewhere"


class KeyReused(ServiceError):  # noqa: N818 - as above
    """An Idempotency-Key came back with another body, or on another route (I5)."""

    code = "idempotency_key_reused"


class Busy(ServiceError):  # noqa: N818 - as above
    """Others keep changing the case; the same request may be sent again (I5)."""

    code = "in_progress"


class VersionMismatch(ServiceError):  # noqa: N818 - as above
    """If-Match named another version than the current one."""

    code = "version_mismatch"

    def __init__(self, current: int) -> None:
        """Carry the version that is current."""
        super().__init__(f"the current version is {current}")
        self.current = current


class Malformed(ServiceError):  # noqa: N818 - as above
    """A request is malformed in a way that its model cannot see. ``field`` names the place."""

    code = "validation_failed"

    def __init__(self, message: str, field: str) -> None:
        """Carry what is wrong, and the field."""
        super().__init__(message)
        self.field = field


class TooManyCalls(ServiceError):  # noqa: N818 - as above
    """This caller has made ``limit`` calls in this minute. The next minute begins in ``wait_s`` seconds."""

    code = "too_many_requests"

    def __init__(self, limit: int, wait_s: int) -> None:
        """Carry how many are allowed, and how many seconds to wait."""
        super().__init__(
            f"This caller may make {limit} calls a minute. Wait {wait_s} seconds, and send the same request again."
        )
        self.limit = limit
        self.wait_s = wait_s


class PushNotConfigured(ServiceError):  # noqa: N818 - as above
    """This deployment sends no push messages to that platform."""

    code = "push_not_configured"


class MessagingUnavailable(ServiceError):  # noqa: N818 - as above
    """The messaging service takes no more registrations now. The caller may try again in ``wait_s`` seconds."""

    code = "messaging_unavailable"

    def __init__(self, wait_s: int) -> None:
        """Carry how many seconds to wait."""
        super().__init__()
        self.wait_s = wait_s


class TokenRefused(ServiceError):  # noqa: N818 - as above
    """The platform's push service does not know that token."""

    code = "device_token_refused"

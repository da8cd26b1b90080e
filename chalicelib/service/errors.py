"""What a service cannot do, beside the domain's refusals. One tree with one mapping at the edge (``api.problems``)."""

from __future__ import annotations


class ServiceError(Exception):
    """Base of them all; ``code`` is the stable problem code."""

    code = "error"


class NotFound(ServiceError):  # noqa: N818 - the names are what the caller is told
    """There is no such thing, or none that this caller may know of: a stranger is told the same."""

    code = "not_found"


class Forbidden(ServiceError):  # noqa: N818
    """This role never does that."""

    code = "forbidden"


class KeyReused(ServiceError):  # noqa: N818
    """An Idempotency-Key came back with another body (I5)."""

    code = "idempotency_key_reused"


class Busy(ServiceError):  # noqa: N818
    """The case is being changed by others; the same request may be sent again (I5)."""

    code = "in_progress"


class VersionMismatch(ServiceError):  # noqa: N818
    """If-Match named another version than the current one."""

    code = "version_mismatch"

    def __init__(self, current: int) -> None:
        """Carry the version that is current."""
        super().__init__(f"the current version is {current}")
        self.current = current


class Malformed(ServiceError):  # noqa: N818
    """A request is not well formed in a way its model could not see. ``field`` is where."""

    code = "validation_failed"

    def __init__(self, message: str, field: str) -> None:
        """Say what is wrong, and where."""
        super().__init__(message)
        self.field = field


class TooManyCalls(ServiceError):  # noqa: N818
    """This caller has made ``limit`` calls in this minute. ``wait_s`` is when the next begins."""

    code = "too_many_requests"

    def __init__(self, limit: int, wait_s: int) -> None:
        """Carry how many are allowed, and how many seconds to wait."""
        super().__init__(
            f"This caller may make {limit} calls a minute. Wait {wait_s} seconds, and send the same request again."
        )
        self.limit = limit
        self.wait_s = wait_s


class PushNotConfigured(ServiceError):  # noqa: N818
    """This deployment sends no push messages to that platform."""

    code = "push_not_configured"


class MessagingUnavailable(ServiceError):  # noqa: N818
    """The service that messages leave by takes no more registrations now. ``wait_s`` is when to try again."""

    code = "messaging_unavailable"

    def __init__(self, wait_s: int) -> None:
        """Carry how many seconds to wait."""
        super().__init__()
        self.wait_s = wait_s


class TokenRefused(ServiceError):  # noqa: N818
    """The platform's push service does not know that token."""

    code = "device_token_refused"

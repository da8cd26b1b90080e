"""List the functions: what each serves, how much of AWS it is given, and whose encrypted data it handles."""

from dataclasses import dataclass
from typing import Any, Literal

from infra.cloudformation import ref, sub, unless_zero
from infra.queues import QUEUES


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of `app.py`, by the name that Chalice gives it in the template.

    `serves` tells `app.py` what to load. `concurrency` is the parameter that reserves concurrency for it. `table` is true for
    a function that reads or writes the table, `encrypted` for one that handles topics, queues or files.
    """

    name: str
    reason: str
    serves: Literal["http", "jobs"] = "jobs"
    role: str = ""
    memory: str = "JobMemoryMb"
    concurrency: str | None = None
    table: bool = True
    encrypted: bool = False

    @property
    def its_role(self) -> str:
        """The name of its role, which Chalice makes."""
        return self.role or f"{self.name}Role"


SHOWN_TO_OPERATORS = tuple(row.name for row in QUEUES if not row.condition)
WATCHED = {
    "WATCHED_QUEUES": sub(",".join(f"{name}=${{{name}}}" for name in SHOWN_TO_OPERATORS)),
    "WATCHED_FUNCTIONS": sub(",".join(f"{name}=${{{name}}}" for name in ("Publish", "Chat"))),
}
"""The queues and the readers of the stream that `GET /operations` shows; a reference to a queue is its URL."""

FUNCTIONS = (
    Function(
        name="APIHandler",
        role="ApiHandlerRole",
        serves="http",
        memory="ApiMemoryMb",
        concurrency="ApiConcurrency",
        encrypted=True,
        reason="Answers every call. A cap on it leaves the account's concurrency to the jobs.",
    ),
    Function(name="Sweep", table=False, encrypted=True, reason="Puts a message for each shard on the queue, every minute."),
    Function(
        name="SweepShard",
        concurrency="JobConcurrency",
        encrypted=True,
        reason="Enforces deadlines. A reservation keeps a flood of calls from stopping it.",
    ),
    Function(
        name="Publish",
        concurrency="JobConcurrency",
        encrypted=True,
        reason="Tells people and systems. A reservation keeps a flood of calls from stopping it.",
    ),
    Function(name="Verify", reason="Checks the whole table once a day. It writes nothing but how far it came."),
    Function(name="Chat", reason="Pushes to live connections."),
    Function(name="WebsocketConnect", reason="Opens a live connection."),
    Function(name="WebsocketMessage", reason="Answers a frame of a live connection."),
    Function(name="WebsocketDisconnect", reason="Forgets a connection that is gone."),
    Function(
        name="UploadStored",
        memory="UploadMemoryMb",
        encrypted=True,
        reason="Checks files that people send, and makes copies of photos, which takes memory.",
    ),
    Function(name="DeliverWebhook", encrypted=True, reason="Posts webhooks to the marketplace's systems."),
    Function(name="DeviceFailed", encrypted=True, reason="Forgets devices that take no more messages."),
)


def resources() -> dict[str, Any]:
    """Return what is merged into the functions that Chalice makes."""
    return {row.name: {"Properties": _properties(row)} for row in FUNCTIONS}


def conditions() -> dict[str, Any]:
    """Return the conditions that the functions' properties name."""
    return dict(unless_zero(row.concurrency)[0] for row in FUNCTIONS if row.concurrency)


def _properties(row: Function) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "MemorySize": ref(row.memory),
        "Tracing": ref("Tracing"),
        # Named, and so made before the function: no line is lost, and no name is shortened.
        "LoggingConfig": {"LogGroup": ref(f"{row.name}Logs")},
        "Environment": {"Variables": {"SERVES": row.serves} | (WATCHED if row.serves == "http" else {})},
    }
    if row.concurrency:
        properties["ReservedConcurrentExecutions"] = unless_zero(row.concurrency)[1]
    return properties

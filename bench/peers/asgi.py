"""Calls an ASGI app as a server would."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from bench.peers.story import Answer, Step

    Message = MutableMapping[str, Any]
    App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


def prepared_for(app: App) -> Callable[[Step, str], Callable[[], Answer]]:
    """Return a function that prepares a call of ``app``."""
    loop = asyncio.new_event_loop()

    def prepared(step: Step, key: str) -> Callable[[], Answer]:
        sent = {"content-type": "application/json", "idempotency-key": key, "x-caller": step.who}
        headers = [(name.encode(), value.encode()) for name, value in sent.items()]
        scope: dict[str, Any] = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"}
        scope |= {"method": "POST", "path": step.path, "raw_path": step.path.encode(), "root_path": ""}
        scope |= {"query_string": b"", "headers": headers}
        told_of: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": step.raw.encode(), "more_body": False}

        async def send(message: Message) -> None:
            told_of.append(message)

        async def carried_out() -> None:
            await app(dict(scope), receive, send)

        def call() -> Answer:
            loop.run_until_complete(carried_out())
            return told_of[0]["status"], b"".join(it.get("body", b"") for it in told_of[1:]).decode()

        return call

    return prepared

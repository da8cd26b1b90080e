"""Requests with something wrong about them, which must leave the table as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.api.samples import (
    bring,
    path_of,
    sample_of,
)

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Endpoint
    from tests.api.edge import Api, Reply


class Untouched:
    """The story of a route's sample, told; then everything sent has to leave the table as it was."""

    def __init__(self, api: Api, endpoint: Endpoint) -> None:
        """Tell the story."""
        self.api, self.endpoint, self.sample = api, endpoint, sample_of(endpoint)
        bring(api, self.sample.stop)
        self.stored = api.stored
        self.written: list[object] = []
        api.table.on_write = self._note
        self.path = path_of(endpoint)
        self.good = b"" if self.sample.body is None else json.dumps(self.sample.body).encode()

    def _note(self, images: list[dict[str, Any]]) -> None:
        """Note what is written, but for the audit's entry of a refusal."""
        self.written += [image for image in images if not image["pk"]["S"].startswith("AUDIT#")]

    def send(
        self,
        what: object = "",
        *,
        path: str = "",
        raw: bytes | str | None = None,
        who: str = "",
        ids: dict[str, str] | None = None,
        **headers: str,
    ) -> Reply:
        """The good request with something wrong about it. Nothing may be stored."""
        sent = self.api.headers(who or self.sample.who, **headers)
        reply = self.api.send(self.endpoint.method, path or self.path, sent, self.good if raw is None else raw, ids)
        assert [] == self.written, what
        return reply

    def end(self) -> None:
        """Nothing was stored; and all but what was wrong was right: the good request succeeds."""
        assert self.stored == self.api.stored
        reply = self.api.call(self.sample.who, self.endpoint.method, self.path + self.sample.query, self.sample.body)
        assert self.endpoint.status == reply.status, reply.body

"""Call the API over HTTP, as each person with a token of their own."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud import cognito
from localcloud.demo.privacy import personal
from localcloud.layout import LocalCloudError

PATIENCE = 30  # seconds for one answer
FIRST_ERROR = 400


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status and its JSON body."""

    status: int
    body: dict[str, Any]


class UnexpectedAnswerError(LocalCloudError):
    """The API gave another answer than the story expects. The text says what was asked and what came back."""


class Api:
    """Calls the API of the local cloud that `endpoints` describes. People are written `buyer:alice`."""

    def __init__(self, endpoints: Mapping[str, Any]) -> None:
        """Talk to that local cloud; people log in when first needed."""
        self._endpoints = endpoints
        self.said: set[str] = set()
        """The personal data that was sent: addresses, numbers, texts."""

    def get(self, who: str, path: str) -> dict[str, Any]:
        """Return what `who` reads there. Raises UnexpectedAnswerError for a problem."""
        return self._good("GET", path, self.call(who, "GET", path))

    def put(self, who: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a PUT. Raises UnexpectedAnswerError for a problem."""
        return self._good("PUT", path, self.call(who, "PUT", path, body))

    def post(self, who: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a POST. Raises UnexpectedAnswerError for a problem."""
        return self._good("POST", path, self.call(who, "POST", path, body))

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Return the answer, good or not. Each POST has a new idempotency key. Raises UnexpectedAnswerError for no answer."""
        headers = {"authorization": f"Bearer {self._token(who)}"}
        if body is not None:
            headers |= {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
        self.said.update(personal(body))
        data = None if body is None else json.dumps(body).encode()
        address = f"{self._endpoints['api']}{path}"
        request = urllib.request.Request(address, method=method, headers=headers, data=data)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return Reply(reply.status, json.load(reply))
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, json.load(error))
        except OSError as error:
            message = f"{method} {path}: no answer: {error}"
            raise UnexpectedAnswerError(message) from error

    def outbox(self, page: str) -> list[dict[str, Any]]:
        """Return the outbox's data: `messages.json` for people, `systems.json` for machines."""
        with urllib.request.urlopen(f"{self._endpoints['outbox']}/{page}", timeout=PATIENCE) as reply:
            entries: list[dict[str, Any]] = json.load(reply)
            return entries

    def _token(self, who: str) -> str:
        role, _, subject = who.partition(":")
        return cognito.token(self._endpoints, role, subject)

    @staticmethod
    def _good(method: str, path: str, reply: Reply) -> dict[str, Any]:
        if reply.status >= FIRST_ERROR:
            message = f"{method} {path}: {reply.status} {reply.body.get('code', '')} {reply.body.get('detail', '')}"
            raise UnexpectedAnswerError(message)
        return reply.body

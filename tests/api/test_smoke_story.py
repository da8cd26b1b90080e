"""The operator's smoke test plays its story against the API itself (`ops.smoke`)."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops import smoke

if TYPE_CHECKING:
    from tests.api.edge import Api

BASE = "https://api.example/api"


def tokens(role: str, person_id: str) -> str:
    """Return what stands for a token here."""
    return f"{role}:{person_id}"


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch, api: Api) -> Api:
    """The real API, in the place of the network."""
    api.clock.at = datetime.now(UTC).replace(microsecond=0)

    def opened(request: urllib.request.Request, timeout: float) -> Any:  # noqa: ANN401 - stands for a reply
        assert timeout <= 60
        who = str(request.get_header("Authorization")).removeprefix("Bearer ")
        body = json.loads(request.data) if isinstance(request.data, bytes) else None
        key = request.get_header("Idempotency-key")
        named = {"idempotency_key": key} if key else {}
        reply = api.call(who, request.get_method(), request.full_url.removeprefix(BASE), body, **named)
        if reply.status >= 400:
            raise urllib.error.HTTPError(request.full_url, reply.status, "no", {}, io.BytesIO(reply.body))  # type: ignore[arg-type]
        return io.BytesIO(reply.body)

    monkeypatch.setattr(urllib.request, "urlopen", opened)
    return api


def test_the_story_is_played_to_its_end(answering: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """M1, O3: imported, shipped, delivered, disputed, settled, and the ledger adds up."""
    del answering
    smoke.Story(smoke.Api(BASE, tokens), "smoke-1").play()
    steps = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert ["import", "ship", "deliver", "dispute", "propose", "accept", "ledger"] == steps


def test_a_wrong_answer_fails_it(answering: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage that refuses a step, or answers nothing, is not called good."""
    with pytest.raises(smoke.UnexpectedAnswer, match=r"^PUT /orders/bad id as platform: 404"):
        smoke.Story(smoke.Api(BASE, tokens), "bad id").play()
    answering.clock.at = answering.clock.at.replace(year=2020)
    with pytest.raises(smoke.UnexpectedAnswer):
        smoke.Story(smoke.Api(BASE, tokens), "smoke-2").play()

    def dead(*_: object, **__: object) -> None:
        raise urllib.error.URLError("refused")

    monkeypatch.setattr(urllib.request, "urlopen", dead)
    with pytest.raises(smoke.UnexpectedAnswer, match="no answer"):
        smoke.Story(smoke.Api(BASE, tokens), "smoke-3").play()

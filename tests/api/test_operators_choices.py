"""An operator's choices that change what the API answers: contacts, countries, tokens' life, its own description."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.api.description import routes as description
from chalicelib.api.identity import auth
from chalicelib.api.people import requests
from chalicelib.api.people import routes as people
from chalicelib.languages import LANGUAGES
from chalicelib.settings import settings
from tests.api.edge import ANYONE
from tests.api.samples import ACME, ANA, BUYER_CONTACTS, MARKET, SELLER_CONTACTS
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from types import ModuleType

    from tests.api.edge import Api

ROOT = Path(__file__).parents[2]
CONTACTS = [(ACME, "/sellers/acme/contacts", SELLER_CONTACTS), (ANA, "/buyers/ana/contacts", BUYER_CONTACTS)]


def choose(monkeypatch: pytest.MonkeyPatch, module: ModuleType, **changes: Any) -> None:  # noqa: ANN401 - settings
    """Let a module see other settings."""
    chosen = replace(settings(), **changes)
    monkeypatch.setattr(module, "settings", lambda: chosen)


@pytest.mark.parametrize(("who", "path", "body"), CONTACTS)
def test_only_the_platform_changes_contacts_where_it_says_so(
    api: Api, monkeypatch: pytest.MonkeyPatch, who: str, path: str, body: dict[str, Any]
) -> None:
    """With CONTACTS_BY=platform a person is refused with a reason in every language and reads on; the platform changes them."""
    choose(monkeypatch, people, contacts_by="platform")
    stored = api.table.snapshot()

    refused = {language: api.call(who, "PUT", path, body, accept_language=language) for language in LANGUAGES}

    assert {(403, "contacts_elsewhere")} == {it.refused for it in refused.values()}
    assert len(LANGUAGES) == len({it.json["detail"] for it in refused.values()})
    assert stored == api.table.snapshot()
    assert 200 == api.call(who, "GET", path).status
    assert 200 == api.call(MARKET, "PUT", path, body).status


@pytest.mark.parametrize(("who", "path", "body"), CONTACTS)
def test_a_person_changes_contacts_by_default(api: Api, who: str, path: str, body: dict[str, Any]) -> None:
    """Without the setting nobody is refused, and a stranger learns nothing of it."""
    assert 200 == api.call(who, "PUT", path, body).status
    assert (404, "not_found") == api.call(f"{who}-x", "PUT", path, body).refused


NUMBERS = {"ES": "+34600000000", "PT": "+351912345678", "LV": "+37121234567", "CA": "+15062345678", "US": "+12025550123"}


@pytest.mark.parametrize("countries", [(), ("ES", "PT"), ("US",)])
def test_sms_go_to_the_countries_that_are_named(api: Api, monkeypatch: pytest.MonkeyPatch, countries: tuple[str, ...]) -> None:
    """A seller's number of another country is a 422 that names those it takes, also where countries share a code."""
    choose(monkeypatch, requests, sms_countries=countries)

    for country, phone in NUMBERS.items():
        reply = api.call(ACME, "PUT", "/sellers/acme/contacts", {"phone": phone})
        if not countries or country in countries:
            assert 200 == reply.status, country
        else:
            assert (422, "validation_failed") == reply.refused, country
            assert [("phone", f"this marketplace sends SMS only to numbers of {', '.join(countries)}")] == [
                (it["field"], it["message"]) for it in reply.json["errors"]
            ]


def test_a_buyers_number_is_of_any_country(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buyers are sent no SMS, so their numbers are kept whatever the countries."""
    choose(monkeypatch, requests, sms_countries=("ES",))

    assert 200 == api.call(ANA, "PUT", "/buyers/ana/contacts", {"phone": NUMBERS["LV"]}).status


@pytest.mark.parametrize(
    ("hours", "seconds", "written", "expected"),
    [
        (24, 24 * 3600, int, 200),
        (24, 24 * 3600 + 1, int, 401),
        (24, 31 * 365 * 86_400, int, 401),
        (24, 25 * 3600, str, 401),
        (24, 25 * 3600, float, 401),
        (1, 3600, int, 200),
        (1, 3601, int, 401),
        (720, 720 * 3600, int, 200),
    ],
)
def test_a_token_lives_no_longer_than_is_said(
    api: Api, monkeypatch: pytest.MonkeyPatch, hours: int, seconds: int, written: type, expected: int
) -> None:
    """A token whose end is later than so many hours after its issue is refused, however its times are written."""
    auth.verifier.cache_clear()
    choose(monkeypatch, auth, token_hours_at_most=hours)
    now = int(time.time())
    token = api.issuer.sign(api.issuer.claims(ANA) | {"iat": now, "exp": written(now + seconds)})

    reply = api.call(ANA, "GET", "/orders", authorization=f"Bearer {token}")

    auth.verifier.cache_clear()
    assert expected == reply.status
    if expected == 401:
        assert f"The token is valid for more than {hours} hours: get one with an earlier exp." == reply.json["detail"]


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_the_description_can_be_left_out(api: Api, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """With API_DOCS=off neither form of it is there; by default it is, and caches may keep it for an hour."""
    shown = api.call(ANYONE, "GET", path)
    choose(monkeypatch, description, api_docs=False)

    assert (200, "public, max-age=3600") == (shown.status, shown.headers["cache-control"])
    assert (404, "not_found") == api.call(ANYONE, "GET", path).refused
    assert 200 == api.call(ANYONE, "GET", "/health").status


@pytest.mark.parametrize("serves", ["http", "jobs"])
@pytest.mark.parametrize(
    ("variable", "value"),
    [("APP_LINK_BASE", "market.example"), ("MAIL_FROM", "Shop <a@market.example>"), ("SMS_PER_DAY", "many")],
)
def test_a_function_with_a_setting_that_cannot_be_meant_does_not_start(serves: str, variable: str, value: str) -> None:
    """Jobs and the API alike stop at their start, and say which variable is wrong: no message leaves with a broken link."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "SERVES": serves,
        "OIDC_ISSUER": "https://login.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        env=environment | {variable: value},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert 0 != done.returncode
    assert done.stderr.splitlines()[-1].startswith(f"ValueError: {variable} ")

"""Section 7, O9: texts come in the language that people prefer, and every code has a text in every language."""

from __future__ import annotations

import json
import re
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.disputes.answers import Problem
from chalicelib.api.language import explanations_in, phrases, preferred
from chalicelib.api.problems import CATALOGUE
from chalicelib.domain.exclusions import Exclusion
from chalicelib.domain.protection import EXPLAINED, Standing
from chalicelib.languages import ENGLISH, LANGUAGES, TRANSLATIONS
from tests.api.edge import ANYONE, DAY, at
from tests.api.samples import ACME, ANA, CLAIM, MARKET, OFFER, ORDER, Stop, bring

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.edge import Api

each_language = pytest.mark.parametrize("language", TRANSLATIONS)
ALPHABET = {"ru": r"[а-яё]{3}", "zh": r"[\u4e00-\u9fff]{2}"}  # noqa: RUF001 - Cyrillic is meant


def _names(sentence: str) -> set[str]:
    return {str(name) for _, name, _, _ in string.Formatter().parse(sentence) if name}


@each_language
def test_every_code_has_its_words(language: str) -> None:
    """No status, problem or explanation lacks a language, and none is left in another one."""
    known = phrases(language)
    assert {str(kind.status.value) for kind in CATALOGUE.values()} == known.titles.keys()
    assert CATALOGUE.keys() == known.problems.keys()
    assert {*Exclusion, *Standing} == known.explanations.keys() == EXPLAINED.keys()
    assert known.with_facts.keys() <= known.problems.keys()
    for table in (known.titles, known.problems, known.with_facts, known.explanations):
        assert len(table) == len(set(table.values()))
        for sentence in table.values():
            assert sentence.strip() == sentence
            assert re.search(ALPHABET.get(language, r"\w{3}"), sentence, re.IGNORECASE), sentence
    english = {f"{kind.meaning} {kind.remedy}" for kind in CATALOGUE.values()} | set(EXPLAINED.values())
    assert set() == english & {*known.problems.values(), *known.explanations.values()}


def test_portuguese_is_brazils() -> None:
    """N3: as in messages; no sentence is written as in Portugal."""
    known = phrases("pt")
    portugals = r"receção|morada|contactos|registad|noutr|artigo|demasiad|de seguimento|ao abrigo|não aceite\b"
    tables = (known.titles, known.problems, known.with_facts, known.explanations)
    assert [it for table in tables for it in table.values() if re.search(portugals, it, re.IGNORECASE)] == []
    assert "você" in " ".join(known.explanations.values())


@each_language
def test_sentences_name_facts_that_problems_have(language: str) -> None:
    """A fact in a sentence is a member of problems, and the same in every language; the plain sentences name none."""
    known, others = phrases(language), phrases("es")
    assert others.with_facts.keys() == known.with_facts.keys()
    for code, sentence in known.with_facts.items():
        assert _names(others.with_facts[code]) == _names(sentence)
        assert {"fields"} | Problem.model_fields.keys() >= _names(sentence) != set()
    assert set() == {name for sentence in known.problems.values() for name in _names(sentence)}


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("", "en"),
        ("es", "es"),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("zh-Hant-TW, zh;q=0.5", "zh"),
        ("RU", "ru"),
        ("de, fr;q=0.9, es;q=0.1", "es"),
        ("de", "en"),
        ("*", "en"),
        ("de, *;q=0.5", "en"),
        ("en;q=0.2, es;q=0.3", "es"),
        ("en;q=0, *;q=0.5", "es"),
        ("es;q=0", "en"),
        ("es;q=0, *", "en"),
        ("es; q=0.5 , ru;Q=0.6", "ru"),
        ("es;q=nonsense, ru;q=0.1", "ru"),
        ("es;q=7, ru;q=-1", "en"),
        ("es;q=nan", "en"),
        ("es;level=1", "es"),
        ("es,ru", "es"),
        (";;;,,,=", "en"),
        ("x" * 5000 + ",es", "en"),
    ],
)
def test_a_language_is_chosen_by_weight(accepted: str, expected: str) -> None:
    """RFC 9110: the heaviest that is known, of equals the first; weight 0 is a no; what is not understood says nothing."""
    assert expected == preferred(accepted)


@given(st.text(alphabet=st.sampled_from("enspruzh-*,;=q.01 \u00e9"), max_size=60))
def test_whatever_is_accepted_a_language_is_chosen(accepted: str) -> None:
    """I10: no header is an error."""
    assert preferred(accepted) in LANGUAGES


def _protection(api: Api, accepted: str, **headers: str) -> tuple[dict[str, str], Mapping[str, str], int]:
    reply = api.call(ANA, "GET", "/orders/o-1/protection", accept_language=accepted, **headers)
    said = {it["guarantee"]: it["explanation"] for it in reply.json["guarantees"]} if reply.body else {}
    return said, reply.headers, reply.status


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_covered_is_explained_in_it(api: Api, language: str) -> None:
    """O9: the explanations come in the language, and nothing else changes."""
    bring(api, Stop.DELIVERED)
    words, english = explanations_in(language), _protection(api, "")[0]

    said, headers, _ = _protection(api, f"{language}-XX, en;q=0.1")

    assert (language, "Accept-Language") == (headers["content-language"], headers["vary"])
    assert words["carrier_shows_delivered"] == said["on_time_delivery"]
    assert words["open_now"] == said["as_described"]
    assert words["not_offered"] == said["extra_returns"]
    assert english.keys() == said.keys()
    assert (language == ENGLISH) is (english == said)


def test_a_language_has_its_own_tag(api: Api) -> None:
    """RFC 9110: what one language tagged is not what another would say, so no 304 answers in the wrong one."""
    bring(api, Stop.DELIVERED)
    tag = _protection(api, "es")[1]["etag"]

    assert 200 == _protection(api, "ru", if_none_match=tag)[2]
    _, headers, status = _protection(api, "es", if_none_match=tag)
    assert (304, "Accept-Language", "es") == (status, headers["vary"], headers["content-language"])


@each_language
def test_a_refusal_is_told_in_it(api: Api, language: str) -> None:
    """D10: title and detail come in the language with their facts; code, type and facts are the same in all."""
    words = phrases(language)
    api.done(MARKET, "PUT", "/orders/o-2", ORDER)
    bring(api, Stop.DISPUTED)
    dispute = "/disputes/o-1-d1"
    early = api.clock.at + 3 * DAY

    def told(who: str, path: str, body: object, code: str) -> str:
        reply = api.call(who, "POST", path, body, accept_language=language)
        english = api.call(who, "POST", path, body).json
        assert code == reply.problem
        assert (language, "Accept-Language") == (reply.headers["content-language"], reply.headers["vary"])
        assert words.titles[str(reply.status)] == reply.json["title"]
        words_apart = {"title", "detail"}
        assert {k: v for k, v in english.items() if k not in words_apart} == {
            k: v for k, v in reply.json.items() if k not in words_apart
        }
        return str(reply.json["detail"])

    assert f"{early:%Y-%m-%d %H:%M} UTC" in told(ANA, f"{dispute}/escalate", {}, "too_early")
    assert words.problems["wrong_party"] == told(ANA, f"{dispute}/proposals/1/accept", {}, "wrong_party")
    covered = told(ANA, "/orders/o-1/disputes", {"reason": "not_received"}, "not_covered")
    assert words.explanations["carrier_shows_delivered"] == covered
    assert ORDER["deliver_by"][:10] in told(ANA, "/orders/o-2/disputes", {"reason": "not_received"}, "not_yet_covered")
    undelivered = told(ANA, "/orders/o-2/disputes", CLAIM, "not_yet_covered")
    assert words.problems["not_yet_covered"] == undelivered
    assert "amount" in told(ACME, f"{dispute}/proposals", {"type": "refund"}, "validation_failed")
    due = api.done(ACME, "GET", dispute)["deadline"]
    api.clock.wait(30 * DAY)
    assert due[:10] in told(ACME, f"{dispute}/proposals", OFFER, "too_late")


@each_language
def test_what_the_framework_refuses_is_told_in_it(api: Api, language: str) -> None:
    """Answers that no route of ours gives are in the language as well."""
    headers = api.headers(ANYONE, accept_language=language)
    reply = api.send("DELETE", "/orders", headers)

    assert (404, language) == (reply.status, reply.headers["content-language"])
    assert phrases(language).problems["not_found"] == reply.json["detail"]
    assert json.loads(reply.body)["title"] == phrases(language).titles["404"]


def test_times_are_absolute_in_every_language(api: Api) -> None:
    """N3: a moment in a sentence is written with its zone, as in messages."""
    bring(api, Stop.DISPUTED)
    expected = at(api.clock.at + 3 * DAY).replace("T", " ")[:16] + " UTC"
    for language in LANGUAGES:
        assert expected in api.call(ANA, "POST", "/disputes/o-1-d1/escalate", {}, accept_language=language).json["detail"]

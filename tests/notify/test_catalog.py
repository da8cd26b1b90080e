"""The languages' files (N3)."""

from __future__ import annotations

from string import Formatter
from typing import TYPE_CHECKING, get_args

import pytest
from babel import Locale

from chalicelib.api.people.requests import Language
from chalicelib.domain import dispute
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.guarantees import Basis, Finding, OfferType, Payer, Reason
from chalicelib.languages import LANGUAGES, TRANSLATIONS
from chalicelib.notify.audience import OF_MESSAGES, TO_PEOPLE, Urgency
from chalicelib.notify.catalog import Catalog, Template, catalog
from tests.notify.samples import OF_ORDERS, REMINDERS, UNPROMPTED

if TYPE_CHECKING:
    from enum import StrEnum


def named(text: str) -> set[str]:
    """The facts that a template names."""
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


def flat(said: Catalog) -> dict[str, str]:
    """All that a language says, by the path to it in its file."""
    texts = {
        f"texts.{name}.{part}": getattr(template, part) for name, template in said.texts.items() for part in Template.__slots__
    }
    values = {f"labels.{kind}.{value}": text for kind, group in said.labels.items() for value, text in group.items()}
    return texts | values | {"order": said.footer_of_order, "dispute": said.footer_of_dispute}


def test_a_person_can_choose_every_language_and_no_other() -> None:
    """The API takes the languages that have a file, and no other (N3)."""
    assert LANGUAGES == get_args(Language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_table_is_worded(language: str) -> None:
    """Each language has a text for everything that people are told, and no other; English tells the mediators too (N3)."""
    told = {row.text for row in (*TO_PEOPLE, *OF_MESSAGES)} | set(UNPROMPTED)
    expected = told if language == "en" else {text for text in told if not text.endswith(".mediators")}
    assert expected == set(catalog(language).texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_needs_action_has_a_short_form_and_nothing_else_has(language: str) -> None:
    """A text has a short form if, and only if, its message needs action (N3)."""
    said = catalog(language)
    urgent = {row.text for row in TO_PEOPLE if row.urgency is Urgency.ACTION} | {*REMINDERS, *OF_ORDERS}
    assert urgent & set(said.texts) == {name for name, template in said.texts.items() if template.short}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_language_names_the_same_facts(language: str) -> None:
    """Each part of a translation names the facts of its English part, no less and no more (N3)."""
    english, translation = flat(catalog("en")), flat(catalog(language))
    expected = {path: named(text) for path, text in english.items() if path in translation}
    actual = {path: named(text) for path, text in translation.items() if path in english}
    assert expected == actual
    assert {path for path in set(english) ^ set(translation) if "mediators" not in path and "orders" not in path} == set()


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_nothing_is_left_in_english(language: str) -> None:
    """No part of a translation is the same as the English one, except the names of companies (N3)."""
    english, translation = flat(catalog("en")), flat(catalog(language))
    same = {path for path, text in translation.items() if text and text == english.get(path)}
    assert {path for path in same if not path.startswith("labels.carrier.")} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("reason", Reason),
        ("basis", Basis),
        ("finding", Finding),
        ("problem", dispute.AcknowledgementType),
        ("carrier", Carrier),
        ("postage", Payer),
    ],
)
def test_every_value_has_words(kind: str, values: type[StrEnum], language: str) -> None:
    """Each language has a label for every value of the domain (N3)."""
    assert {value.value for value in values} == set(catalog(language).labels[kind])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_remedy_and_every_stage_has_words(language: str) -> None:
    """A remedy of nothing has words of its own, and a reminder asks for what each stage but the last waits for, for a return
    address where the claim cannot be refused (N2, D3), or for a word on a delivery on record (C5).
    """
    said = catalog(language)
    assert {"nothing", *(offer.value for offer in OfferType)} == set(said.labels["remedy"])
    open_stages = {stage.value for stage in dispute.Stage} - {dispute.Stage.RESOLVED.value}
    awaited = open_stages | {"return_address", "delivery_notice"}
    assert [awaited, awaited] == [set(said.labels["ask"]), set(said.labels["task"])]


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_have_the_forms_of_the_language(language: str) -> None:
    """There is one form for each of CLDR's plural categories of the language."""
    forms = catalog(language).labels["orders"]
    assert {*Locale.parse(language).plural_form.tags, "other"} == set(forms)
    assert [{"count"}] * len(forms) == [named(form) for form in forms.values()]


def test_a_file_that_lacks_a_part_is_refused() -> None:
    """A template without a subject, or with an unknown part, fails when it is read."""
    with pytest.raises(TypeError, match="subject"):
        Template(happened="a", to_do="b")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="subjects"):
        Template(subject="a", happened="b", to_do="c", subjects="d")  # type: ignore[call-arg]

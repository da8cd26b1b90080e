"""Checks that every language says everything. Importing this module fails while a file lacks a part or has one too many.

`make docs` and `make check` import it, so a gap is found before any test runs. What is checked is which parts there are;
the tests check the sentences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babel import Locale

from chalicelib.api.problems import CATALOGUE
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.dispute import AcknowledgementType, Stage
from chalicelib.domain.guarantees import Basis, Finding, OfferType, Payer, Reason
from chalicelib.domain.ledger import EXTERNAL
from chalicelib.domain.order import NEVER_SHIPPED, RETURNED_TO_SENDER, ExternalStatus
from chalicelib.domain.protection import EXPLAINED
from chalicelib.languages import ENGLISH, LANGUAGES, sections
from chalicelib.notify.audience import OF_MESSAGES, TO_PEOPLE
from tests.notify.samples import UNPROMPTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_AWAITED = {*(set(Stage) - {Stage.RESOLVED}), "return_address", "delivery_notice"}
"""The tasks of reminders: an open stage's, an address where the claim cannot be refused (N2, D3), or a word on a delivery
that the records show (C5).
"""
_LABELS: dict[str, set[str]] = {
    "reason": {*Reason},
    "remedy": {*OfferType, "nothing"},
    "basis": {*Basis},
    "finding": {*Finding},
    "problem": {*AcknowledgementType},
    "postage": {*Payer},
    "ask": _AWAITED,
    "task": _AWAITED,
    "item": {
        *("returned", "kept", "another", "another_and_refund", "another_for_return_and_refund"),
        *("label_given", "other_carrier"),
    },
    "address": {"anywhere", "in_country"},
    "short_address": {"anywhere", "in_country"},
    "external": {*ExternalStatus},
    "cause": {NEVER_SHIPPED, RETURNED_TO_SENDER},
    "charge": {EXTERNAL, "return_postage", "delivered_after_refund"},
}
_MESSAGES = {row.text for row in (*TO_PEOPLE, *OF_MESSAGES)} | {*UNPROMPTED}
_SENTENCES: dict[str, set[str]] = {
    "titles": {str(kind.status.value) for kind in CATALOGUE.values()},
    "problems": {*CATALOGUE},
    "explanations": {*EXPLAINED},
}
_HEAD = ("name", "zone", "moment", "short_moment", "footer_of_order", "footer_of_dispute", "phone_code")


def gaps(language: str, file: Mapping[str, Any]) -> list[str]:
    """Return the parts that the ``file`` of a language lacks, and those that nothing asks for, as paths into it."""
    return [
        f"{language}.toml {complaint} {path}"
        for path, wanted, found in _compared(language, file)
        for complaint, path in (
            *(("lacks", f"{path}{part}") for part in sorted(wanted - found)),
            *(("has an unknown", f"{path}{part}") for part in sorted(found - wanted)),
        )
    ]


def _compared(language: str, file: Mapping[str, Any]) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield each table of the file: its path, the keys that it should have, and those that it has."""
    english = language == ENGLISH
    labels, api = file.get("labels", {}), file.get("api", {})
    yield "", {*_HEAD, "labels", "messages"} | (set() if english else {"api"}), set(file)
    yield "labels.", {*_LABELS, "orders"}, set(labels) - {"carrier"}
    for kind, values in _LABELS.items():
        yield f"labels.{kind}.", values, set(labels.get(kind, {}))
    yield "labels.orders.", {*Locale.parse(language).plural_form.tags, "other"}, set(labels.get("orders", {}))
    yield "labels.carrier.", set(labels.get("carrier", {})) & {*Carrier}, set(labels.get("carrier", {}))
    told = {text for text in _MESSAGES if english or not text.endswith(".mediators")}
    yield "messages.", told, set(file.get("messages", {}))
    if not english:
        yield "api.", {*_SENTENCES, "with_facts"}, set(api)
        for section, values in _SENTENCES.items():
            yield f"api.{section}.", values, set(api.get(section, {}))


def _checked() -> tuple[str, ...]:
    found = [gap for language in LANGUAGES for gap in gaps(language, sections(language))]
    if found:
        raise LookupError("\n".join(["chalicelib/languages is not complete:", *found]))
    return LANGUAGES


CHECKED = _checked()
"""All languages, each of them complete."""

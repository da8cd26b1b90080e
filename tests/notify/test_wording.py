"""What messages say (N3)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain import dispute
from chalicelib.domain.carriers import Carrier
from chalicelib.domain.claim import Reason
from chalicelib.domain.order import Payer
from chalicelib.domain.stages import due_at
from chalicelib.notify import wording
from chalicelib.notify.audience import TO_PEOPLE, Urgency, notices
from chalicelib.notify.catalog import Catalog, Template
from chalicelib.notify.wording import CATALOGS, SUBJECT_AT_MOST, one_line, words
from chalicelib.notify.wording_en import ENGLISH
from tests.notify.fakes import LINKS
from tests.notify.stories import everything, happenings_of, never_arrived

if TYPE_CHECKING:
    from enum import StrEnum

    from chalicelib.notify.audience import Notice
    from chalicelib.notify.happening import Happening
    from chalicelib.notify.wording import Words

GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_TWICE = set("^{}\\[~]|€\f")
ULID = "01JD3K8Q9ZT5V6W7X8Y9ABCDEF"


def said() -> list[tuple[Notice, Happening, Words]]:
    """Every message to people in every story, about an order with an id of the usual length."""
    return [
        (row, it, words(row.text, renamed(it, ULID), due=due, link_base=LINKS))
        for _, world, it in everything()
        for due in [due_at(it.dispute, world.case.policy) if it.dispute else None]
        for row in notices(it)
        if row.text
    ]


def renamed(it: Happening, order_id: str) -> Happening:
    """The same happening to another order."""
    about = replace(it.dispute, id=dispute.dispute_id(order_id, it.dispute.number)) if it.dispute else None
    return replace(it, order_id=order_id, dispute=about)


def septets(text: str) -> int:
    """How many of an SMS's 160 characters ``text`` takes. Fails for text that needs UCS-2."""
    assert set() == set(text) - GSM_7 - GSM_7_TWICE
    return len(text) + sum(letter in GSM_7_TWICE for letter in text)


def test_every_message_of_the_table_is_worded() -> None:
    """English has a text for every row of the table, and no other (N3)."""
    assert {row.text for row in TO_PEOPLE} == set(ENGLISH.texts)


def test_what_needs_action_has_a_short_form_and_nothing_else_has() -> None:
    """Phones are for what needs action (N3)."""
    urgent = {row.text for row in TO_PEOPLE if row.urgency is Urgency.ACTION}
    assert urgent == {name for name, template in ENGLISH.texts.items() if template.short}


def test_every_message_renders_without_a_gap() -> None:
    """Each message of each story names facts that are there, and leaves no sign of a template behind (N3)."""
    rendered = [text for _, _, w in said() for text in (w.subject, w.body, w.short)]
    assert [text for text in rendered if re.search(r"[{}]|None|  |\n\n\n|\bFalse\b", text)] == []


def test_a_guaranteed_return_waits_for_an_address_only_where_none_is_on_file() -> None:
    """Whether one is on file is not known when the claim is told, so both parties are told of both ways (D3, N3)."""
    bodies = {row.text: w.body for row, _, w in said() if row.text.startswith("return_asked.")}
    assert "If the seller has a return address on file" in bodies["return_asked.buyer"]
    assert "If you have a return address on file" in bodies["return_asked.seller"]


def test_what_needs_action_says_by_when_with_the_zone() -> None:
    """A message that asks for something names an absolute time, in email and on the phone (N3)."""
    when = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC\b")
    asked = [text for row, _, w in said() if row.urgency is Urgency.ACTION for text in (w.body, w.short)]
    assert [text for text in asked if not when.search(text)] == []


def test_every_message_carries_a_link_to_what_it_is_about() -> None:
    """The link leads to the dispute or, where there is none, to the order (N3)."""
    for _, it, w in said():
        link = f"{LINKS}/disputes/{ULID}-d1" if it.dispute else f"{LINKS}/orders/{ULID}"
        assert link in w.body.split()
        assert w.short == "" or link == w.short.split()[-1]


def test_every_sms_fits_one_segment() -> None:
    """Each short text takes at most 160 characters of GSM-7 with ids of the usual length (N3)."""
    assert max(septets(w.short) for _, _, w in said()) <= 160


def test_every_subject_is_one_that_sns_takes() -> None:
    """A subject is one line of less than 100 printable ASCII characters, however long the ids are."""
    for _, world, it in everything():
        due = due_at(it.dispute, world.case.policy) if it.dispute else None
        for row in notices(it):
            if row.text:
                subject = words(row.text, renamed(it, "x" * 64), due=due, link_base=LINKS).subject
                assert re.fullmatch(r"[A-Za-z0-9][ -~]{0,98}", subject)


def test_a_subject_is_cut_to_size() -> None:
    """Line breaks become spaces, letters beyond ASCII a question mark, and what is too long ends in dots."""
    assert one_line("a\r\n b é") == "a b ?"
    assert one_line("x" * 100) == "x" * (SUBJECT_AT_MOST - 3) + "..."


def test_no_message_tells_who_the_other_is_or_what_was_written() -> None:
    """No name, address or own words of anybody leave by a message (N3)."""
    told = " ".join(text for _, _, w in said() for text in (w.subject, w.body, w.short)).lower()
    private = ("ana", "acme", "mia", "noor", "calle", "28013", "crack", "photos show", "broken in two", "packed")
    assert [word for word in private if re.search(rf"\b{word}\b", told)] == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("reason", Reason),
        ("basis", dispute.Basis),
        ("finding", dispute.Finding),
        ("problem", dispute.AcknowledgementType),
        ("carrier", Carrier),
        ("postage", Payer),
    ],
)
def test_every_value_has_words(kind: str, values: type[StrEnum]) -> None:
    """Whatever the domain can say, each language can say (N3)."""
    assert [{value.value for value in values}] * len(CATALOGS) == [set(c.words[kind]) for c in CATALOGS.values()]


def test_a_message_reads_as_a_person_would_write_it() -> None:
    """It says what happened, what to do and by when, and ends with the link and what it is about (N3)."""
    opened = next(it for it in happenings_of(never_arrived()) if it.dispute)
    due = datetime(2026, 4, 6, 12, tzinfo=UTC)
    written = words("opened.seller", opened, due=due, link_base=LINKS)
    expected = wording.Words(
        "Answer by 2026-04-06 12:00 UTC: dispute order-1-d1 opened",
        "The buyer of order order-1 has opened a dispute: not received. The buyer asks for a refund of 100.00 USD.\n\n"
        "Accept, propose something else or decline by 2026-04-06 12:00 UTC. Without an answer by then the request is granted"
        " as asked.\n\n"
        "https://app.example.com/disputes/order-1-d1\n\n"
        "Dispute order-1-d1, order order-1",
        "Dispute opened (not received): 100.00 USD asked. Answer by 2026-04-06 12:00 UTC"
        " https://app.example.com/disputes/order-1-d1",
    )
    assert expected == written


def test_the_recipients_language_is_used_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text is in the language chosen, with or without its region; what a language lacks is said in English (N3)."""
    spanish = Catalog({"opened.buyer": Template("Disputa", "a", "b")}, ENGLISH.words, "Pedido", "Disputa")
    monkeypatch.setitem(CATALOGS, "es", spanish)
    opened = next(it for it in happenings_of(never_arrived()) if it.dispute)
    due = datetime(2026, 4, 6, 12, tzinfo=UTC)

    def subject(text: str, language: str) -> str:
        return words(text, opened, due=due, link_base=LINKS, language=language).subject

    english = subject("opened.seller", "en")
    told = [subject("opened.buyer", "es"), subject("opened.buyer", "es-MX"), subject("opened.seller", "es")]
    assert ["Disputa", "Disputa", english] == told
    assert english == subject("opened.seller", "tlh")

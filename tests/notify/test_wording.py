"""The wording of messages, in every language (N3)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.dispute import Stage
from chalicelib.domain.events import ProposalMade
from chalicelib.domain.guarantees import OfferType
from chalicelib.domain.money import Money
from chalicelib.languages import LANGUAGES
from chalicelib.notify import segments
from chalicelib.notify.audience import notices
from chalicelib.notify.catalog import catalog
from chalicelib.notify.conditions import return_is_guaranteed
from chalicelib.notify.facts import facts
from chalicelib.notify.formats import money
from chalicelib.notify.wording import SUBJECT_AT_MOST, Wording, one_line, worded
from tests.notify.fakes import LINKS
from tests.notify.samples import ULID, Sample, renamed, samples, to_people
from tests.notify.stories import STORIES, events_in_context

if TYPE_CHECKING:
    from chalicelib.notify.catalog import Catalog

MOSCOW = "Europe/Moscow"
WHEN = {
    "en": (r"\d{1,2} [A-Z][a-z]{2} 2026, \d\d:\d\d UTC\+3", r"\d{1,2} [A-Z][a-z]{2} 2026 \d\d:\d\d UTC\+3"),
    "es": (r"\d{1,2} [a-z]{3} 2026, \d\d:\d\d UTC\+3", r"\d\d/\d\d/2026 \d\d:\d\d UTC\+3"),
    "pt": (r"\d{1,2} de [a-z]{3}\. de 2026, \d\d:\d\d UTC\+3", r"\d\d/\d\d/2026 \d\d:\d\d UTC\+3"),
    "ru": (r"\d{1,2} [а-я]{3,4}\.? 2026 г\., \d\d:\d\d UTC\+3", r"\d\d\.\d\d\.2026 \d\d:\d\d UTC\+3"),
    "zh": (r"2026年\d{1,2}月\d{1,2}日 \d\d:\d\d UTC\+3", r"2026-\d\d-\d\d \d\d:\d\d UTC\+3"),
}
"""Each language's form of a time, in an email and in an SMS."""
SEGMENTS = {"en": 1, "es": 1, "pt": 1, "ru": 2, "zh": 2}
"""The segments that an SMS may take: a link nearly fills a segment of characters beyond GSM-7."""
SPAIN = {"en": "Spain", "es": "España", "pt": "Espanha", "ru": "Испания", "zh": "西班牙"}
LETTERS = {"ru": re.compile("[а-яё]{2}"), "zh": re.compile("[\u4e00-\u9fff]{2}")}


def opened() -> Sample:
    """The first message that tells a seller of a dispute: it can be answered until noon of 6 April, UTC."""
    return next(sample for sample in samples() if sample.text == "opened.seller")


def parts(said: Wording) -> tuple[str, ...]:
    """All that a recipient can read of a message."""
    return said.subject, said.body, said.short, said.push


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_renders_without_a_gap(language: str) -> None:
    """Each message of each story names facts that are there, and leaves no sign of a template behind (N3)."""
    rendered = [part for _, said in to_people(language) for part in parts(said)]
    assert [part for part in rendered if re.search(r"[{}]|None|  |\n\n\n|\bFalse\b", part)] == []
    assert all(said.subject and said.body and said.push for _, said in to_people(language))


def test_mediators_are_told_in_english() -> None:
    """Staff share one topic and one language."""
    told = {sample.text: sample.said("en").body for sample in samples() if sample.text.endswith(".mediators")}
    reviews = {
        "escalated.mediators",
        "appealed.mediators",
        "return_problem.mediators",
        "return_doubted.mediators",
        "refund_appealed.mediators",
    }
    assert reviews | {"answered.mediators", "released.mediators", "delivery_objected.mediators"} == set(told)
    assert "Take the case and decide it by" in told["escalated.mediators"]
    assert "The case stays with the mediator who has it" in told["return_problem.mediators"]


@pytest.mark.parametrize("language", LETTERS)
def test_no_sentence_is_left_in_english(language: str) -> None:
    """Every part of every message has characters of its language (N3)."""
    written = [part for _, said in to_people(language) for part in parts(said) if part]
    written += [paragraph for _, said in to_people(language) for paragraph in said.body.split("\n\n")]
    foreign = [part for part in written if not LETTERS[language].search(part) and not part.startswith(LINKS)]
    assert foreign == []


def told_of(story: str, text: str) -> Wording:
    """A message of one story, in English."""
    (it,) = (it for it in events_in_context(STORIES[story]()) if text in {row.text for row in notices(it)})
    return Sample(text, it, opened().due).said("en")


@pytest.mark.parametrize(
    ("story", "address", "short"),
    [
        ("extra_return_no_address", "a return address by 6 Apr", "a return address by 6 Apr"),
        ("domestic_return_address_abroad", "a return address (country: Spain) by 6 Apr", "a return address (ES) by 6 Apr"),
    ],
)
def test_a_guaranteed_return_asks_for_an_address_that_fits(story: str, address: str, short: str) -> None:
    """The message asks the seller for a return address, in the buyer's country where the guarantee wants that (D3, N3)."""
    said = told_of(story, "return_asked.seller")
    assert f"Accept the return and give {address}" in said.body
    assert f"Give {short}" in said.short
    assert f"The seller has to give {address}" in told_of(story, "return_asked.buyer").body


@pytest.mark.parametrize(
    ("story", "address"),
    [("extra_return_no_address", "return address"), ("domestic_return_address_abroad", "return address (country: Spain)")],
)
def test_an_item_that_is_kept_says_which_address_was_missing(story: str, address: str) -> None:
    """A seller with another address reads why that one did not do (D3)."""
    assert f"There was no {address} to send the item back to" in told_of(story, "refunded.seller").body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_is_named_in_the_language(language: str) -> None:
    """A country has its name in an email and its ISO code in an SMS; one without a name has its code in both (N3)."""
    (it,) = (it for it in events_in_context(STORIES["domestic_return_address_abroad"]()) if it.kind == "dispute_opened")
    said = Sample("return_asked.seller", it, opened().due).said(language)
    nowhere = Sample("return_asked.seller", replace(it, return_country="QQ"), opened().due).said(language)

    assert [True, False, True] == [SPAIN[language] in said.body, SPAIN[language] in said.short, "QQ" in nowhere.body]
    assert re.search(r"\WES\W", said.short)


MADE = ("proposal", "mediated", "accepted", "decision")
PROPOSED = ["opened.seller", *(f"{text}.{who}" for text in MADE for who in ("seller", "buyer"))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("offer", "minor", "returns"),
    [(OfferType.REFUND_WITH_RETURN, 9000, True), (OfferType.REFUND_WITH_RETURN, 0, False), (OfferType.REFUND, 9000, False)],
)
def test_a_phone_says_that_the_item_goes_back(language: str, offer: OfferType, minor: int, *, returns: bool) -> None:
    """A remedy with a return is not told as money only, even in an SMS (N3)."""
    said, first = catalog(language), next(sample for sample in samples() if sample.text == "proposal.seller")
    proposal = replace(first.it.payload(ProposalMade).proposal, type=offer, amount=Money(minor, "USD"))
    it = replace(first.it, event=replace(first.it.event, payload=ProposalMade(proposal)))
    amount = money(proposal.amount, language)

    expected = said.labels["item"]["returned"].format(amount=amount) if returns else amount
    assert expected == facts(it, first.due, said, zone="UTC", brief=True)["remedy"]
    assert expected in Sample("proposal.seller", it, first.due).said(language).push
    assert [text for text in PROPOSED if "{remedy}" not in said.texts[text].short] == []


def test_a_final_decision_says_what_comes_next() -> None:
    """A refund for the item sent back is followed by the return; every other decision leaves nothing to do (D5, N3)."""
    assert "You are told next how to send the item back" in told_of("appealed_by_the_buyer", "final_return.buyer").body
    assert "when the item is on its way back to you" in told_of("appealed_by_the_buyer", "final_return.seller").body
    assert "There is nothing to do" in told_of("reviewed", "final_decision.buyer").body


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_reminded_to_do_what_is_refused(language: str) -> None:
    """A seller who cannot refuse a return is reminded of the address, not of proposing or declining (N2, D3)."""
    said = catalog(language)
    told = [told for sample, told in to_people(language) if _waits_for_an_address(sample)]
    assert told
    assert [it for it in told if said.labels["ask"]["opened"] in it.body] == []
    assert [it for it in told if said.labels["address"]["anywhere"] not in it.body and "ES" not in it.short] == []


def _waits_for_an_address(sample: Sample) -> bool:
    dispute = sample.it.dispute
    opened_now = dispute is not None and dispute.stage is Stage.OPENED
    return sample.text.startswith("reminder_") and opened_now and return_is_guaranteed(sample.it)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_needs_action_says_by_when_with_the_zone(language: str) -> None:
    """A message that needs action names a time in the recipient's zone, with its offset from UTC, in every form (N3)."""
    in_email, in_short = map(re.compile, WHEN[language])
    asked = [said for sample, said in to_people(language, MOSCOW) if sample.urgent]
    assert asked
    assert [said.body for said in asked if not in_email.search(said.body)] == []
    assert [said.short for said in asked if not in_short.search(said.short)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_carries_a_link_to_what_it_is_about(language: str) -> None:
    """The link leads to the dispute, to the order where there is none, or to the list from a digest (N3)."""
    for sample, said in to_people(language):
        link = f"{LINKS}/orders/{ULID}"
        if sample.count is not None:
            link = f"{LINKS}/orders"
        elif sample.it.dispute:
            link = f"{LINKS}/disputes/{ULID}-d1"
        assert link == said.link
        assert link in said.body.split()
        assert said.short == "" or link == said.short.split()[-1]
        assert LINKS not in said.push


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sms_fits_its_segments(language: str) -> None:
    """A seller's SMS with the longest facts and ids of the usual length takes one segment of GSM-7 in English, Spanish and
    Portuguese, and two of UCS-2 in Russian and Chinese (N3).
    """
    said = catalog(language)
    address = said.labels["short_address"]["in_country"].format(country="WW")
    amount = money(Money(1234567, "USD"), language)
    longest = {
        "amount": amount,
        "remedy": said.labels["item"]["returned"].format(amount=amount),
        "address": address,
        "due": "25 Nov 2026 14:30 UTC+5:30" if language == "en" else "25.11.2026 14:30 UTC+5:30",
        "tracking": "1Z999AA10123456784",
        "task": max((task.format(address=address) for task in said.labels["task"].values()), key=len),
    }
    shorts = {name: template.short for name, template in said.texts.items() if template.short and name.endswith(".seller")}
    sent = {name: segments.gsm_7(f"{short.format_map(longest)} {LINKS}/disputes/{ULID}-d1") for name, short in shorts.items()}

    assert len(sent) > 10
    assert {n: s for n, s in sent.items() if segments.segments(s) > SEGMENTS[language]} == {}
    told = {said.short for sample, said in to_people(language) if sample.text in sent}
    assert {short for short in told if segments.segments(short) > SEGMENTS[language]} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_is_said_whole(language: str) -> None:
    """With ids of the usual length no subject has to be cut."""
    subjects = [said.subject for _, said in to_people(language, "Asia/Kolkata")]
    assert [subject for subject in subjects if subject.endswith("...") or len(subject) > SUBJECT_AT_MOST] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_subject_is_one_that_sns_takes(language: str) -> None:
    """A subject is one line of less than 100 printable characters, however long the ids are."""
    for sample in samples():
        if not sample.text.endswith(".mediators") or language == "en":
            subject = sample.said(language, order_id="x" * 64).subject
            assert len(subject) < 100
            assert subject.isprintable()


def test_a_subject_is_cut_to_size() -> None:
    """Line breaks become spaces, control characters go, and a subject that is too long ends in dots."""
    assert one_line("a\r\n b\u00a0é \x07争议") == "a b é 争议"
    assert one_line("x" * 100) == "x" * (SUBJECT_AT_MOST - 3) + "..."


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_tells_who_the_other_is_or_what_was_written(language: str) -> None:
    """No name, id, address or own words of anybody leave by a message (N3)."""
    told = " ".join(part for _, said in to_people(language) for part in parts(said)).lower()
    private = {"ana", "acme", "mia", "noor", "calle", "28013", "crack", "photos show", "broken in two", "packed"}
    private |= {person for sample in samples() for person in (sample.it.buyer_id, sample.it.seller_id)}
    assert [word for word in private if re.search(rf"\b{re.escape(word.lower())}\b", told)] == []


def test_facts_are_ids_amounts_times_and_words_of_the_catalogue() -> None:
    """No text that anybody typed reaches a template, except a parcel's tracking number (N3)."""
    for sample in samples():
        named = facts(renamed(sample.it, ULID), sample.due, catalog("en"), zone="UTC", count=sample.count)
        assert [name for name, value in named.items() if not _harmless(name, value, catalog("en"))] == []


def _harmless(name: str, value: str, said: Catalog) -> bool:
    forms = {
        "order": ULID,
        "orders": r"[\d,]+ orders?",
        "dispute": rf"{ULID}-d\d+",
        "amount": r"[\d,]+\.\d\d\u00a0USD",
        "due": r"\d{1,2} [A-Z][a-z]{2} 2026, \d\d:\d\d UTC",
        "tracking": r"[A-Z0-9]{8,30}",
        "number": r"\d+",
    }
    if name in forms:
        return re.fullmatch(forms[name], value) is not None
    if name == "remedy":
        remedies = [*said.labels[name].values(), *(said.labels["item"][it] for it in said.labels["item"] if "refund" in it)]
        return any(re.fullmatch(form.replace("{amount}", forms["amount"]), value) for form in remedies)
    if name in ("postage", "carrier"):
        return value in {*said.labels[name].values(), said.labels["item"]["label_given"], said.labels["item"]["other_carrier"]}
    if name == "ground":
        grounds = said.labels["basis"].values()
        kept = [said.labels["item"]["kept"].format(address=address) for address in _addresses(said, "address")]
        return value in {"", *grounds, *(f"{ground} {end}" for ground in grounds for end in kept)}
    if name in ("address", "ask", "task"):
        addresses = _addresses(said, "short_address" if name == "task" else "address")
        sentences = ["{address}"] if name == "address" else list(said.labels[name].values())
        return value in {form.format(address=address) for form in sentences for address in addresses}
    return value in said.labels[name].values()


def _addresses(said: Catalog, kind: str) -> list[str]:
    """Return the words for an address that is asked for: of any country, or of Spain."""
    return [form.format(country={"address": "Spain", "short_address": "ES"}[kind]) for form in said.labels[kind].values()]


LINK = "https://app.example.com/disputes/order-1-d1"
OPENED = {
    "en": Wording(
        "Answer by 6 Apr 2026, 15:00 UTC+3: dispute order-1-d1 opened",
        "The buyer of order order-1 has opened a dispute: not received. The buyer asks for a refund of 100.00\u00a0USD.\n\n"
        "Accept, propose something else or decline by 6 Apr 2026, 15:00 UTC+3. Without an answer by then the request is"
        " granted as asked.\n\n"
        "https://app.example.com/disputes/order-1-d1\n\n"
        "Dispute order-1-d1, order order-1",
        "Dispute opened for 100.00 USD. Answer by 6 Apr 2026 15:00 UTC+3 https://app.example.com/disputes/order-1-d1",
        "Dispute opened for 100.00\u00a0USD. Answer by 6 Apr 2026 15:00 UTC+3",
        LINK,
    ),
    "es": Wording(
        "Responda antes del 6 abr 2026, 15:00 UTC+3: disputa order-1-d1 abierta",
        "El comprador del pedido order-1 ha abierto una disputa: producto no recibido. El comprador solicita: reembolso de"
        " 100,00\u00a0USD.\n\n"
        "Acepte, proponga otra solución o rechace la solicitud antes del 6 abr 2026, 15:00 UTC+3. Si no responde en ese"
        " plazo, se concede lo solicitado.\n\n"
        "https://app.example.com/disputes/order-1-d1\n\n"
        "Disputa order-1-d1, pedido order-1",
        "Disputa abierta por 100,00 USD. Responda antes del 06/04/2026 15:00 UTC+3 https://app.example.com/disputes/order-1-d1",
        "Disputa abierta por 100,00\u00a0USD. Responda antes del 06/04/2026 15:00 UTC+3",
        LINK,
    ),
    "pt": Wording(
        "Responda até 6 de abr. de 2026, 15:00 UTC+3: disputa order-1-d1 aberta",
        "O comprador do pedido order-1 abriu uma disputa: produto não recebido. O comprador solicita: reembolso de"
        " 100,00\u00a0USD.\n\n"
        "Aceite, proponha outra solução ou recuse até 6 de abr. de 2026, 15:00 UTC+3. Sem resposta até lá, a solicitação é"
        " atendida integralmente.\n\n"
        "https://app.example.com/disputes/order-1-d1\n\n"
        "Disputa order-1-d1, pedido order-1",
        "Disputa aberta por 100,00 USD. Responda até 06/04/2026 15:00 UTC+3 https://app.example.com/disputes/order-1-d1",
        "Disputa aberta por 100,00\u00a0USD. Responda até 06/04/2026 15:00 UTC+3",
        LINK,
    ),
    "ru": Wording(
        "Ответьте до 6 апр. 2026 г., 15:00 UTC+3: открыт спор order-1-d1",
        "Покупатель по заказу order-1 открыл спор: товар не получен. Требование покупателя: возврат 100,00\u00a0USD.\n\n"
        "Примите требование, предложите другое решение или откажите до 6 апр. 2026 г., 15:00 UTC+3. Без ответа к этому"
        " времени требование будет удовлетворено полностью.\n\n"
        "https://app.example.com/disputes/order-1-d1\n\n"
        "Спор order-1-d1, заказ order-1",
        "Спор на 100,00\u00a0USD. Ответ до 06.04.2026 15:00 UTC+3 https://app.example.com/disputes/order-1-d1",
        "Спор на 100,00\u00a0USD. Ответ до 06.04.2026 15:00 UTC+3",
        LINK,
    ),
    "zh": Wording(
        "请在 2026年4月6日 15:00 UTC+3 前答复：纠纷 order-1-d1 已开启",
        "订单 order-1 的买家已开启纠纷：未收到商品。买家的要求：退款 100.00\u00a0USD。\n\n"
        "请在 2026年4月6日 15:00 UTC+3 前接受、提出其他方案或拒绝。逾期未答复的，将按买家的要求处理。\n\n"
        "https://app.example.com/disputes/order-1-d1\n\n"
        "纠纷 order-1-d1，订单 order-1",
        "买家开启纠纷，要求 100.00\u00a0USD。请在 2026-04-06 15:00 UTC+3 前答复 https://app.example.com/disputes/order-1-d1",
        "买家开启纠纷，要求 100.00\u00a0USD。请在 2026-04-06 15:00 UTC+3 前答复",
        LINK,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_reads_as_a_person_would_write_it(language: str) -> None:
    """A message says what happened, what to do and by when, and ends with the link and the line that names its case (N3)."""
    assert OPENED[language] == opened().said(language, MOSCOW, "order-1")


@pytest.mark.parametrize(
    ("chosen", "language"), [("pt", "pt"), ("pt-BR", "pt"), ("ZH-Hans", "zh"), ("es-MX", "es"), ("tlh", "en"), ("", "en")]
)
def test_the_recipients_language_is_used_with_or_without_its_region(chosen: str, language: str) -> None:
    """A message is in the language chosen, and in English where that has no file (N3)."""
    assert OPENED[language] == opened().said(chosen, MOSCOW, "order-1")


@pytest.mark.parametrize(
    ("language", "count", "subject"),
    [
        ("en", 1, "News about 1 order"),
        ("en", 1234, "News about 1,234 orders"),
        ("es", 2, "Novedades sobre 2 pedidos"),
        ("es", 1_000_000, "Novedades sobre 1.000.000 de pedidos"),
        ("pt", 1, "Novidades sobre 1 pedido"),
        ("pt", 12, "Novidades sobre 12 pedidos"),
        ("ru", 21, "Новости по 21 заказу"),
        ("ru", 22, "Новости по 22 заказам"),
        ("ru", 11, "Новости по 11 заказам"),
        ("zh", 7, "7 个订单有新动态"),
    ],
)
def test_a_digest_counts_as_the_language_does(language: str, count: int, subject: str) -> None:
    """Each language has the plural forms it needs (N3)."""
    assert subject == worded("digest.buyer", opened().it, due=None, link_base=LINKS, language=language, count=count).subject


def test_a_reminder_says_what_is_awaited() -> None:
    """A reminder asks the reminded party for what the dispute's stage waits for (N2)."""
    said = {
        (sample.it.dispute.stage.value, sample.text): sample.said("en")
        for sample in samples()
        if sample.it.dispute and sample.text.startswith("reminder_")
    }

    assert {stage.value for stage in Stage if stage is not Stage.RESOLVED} == {stage for stage, _ in said}
    assert said["awaiting_return", "reminder_last.buyer"].push.startswith("Last reminder: send the item back by ")
    assert "Accept the decision, or appeal once" in said["decided", "reminder_half.seller"].body

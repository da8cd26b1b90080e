"""The pages that show every message (N3)."""

from __future__ import annotations

import re

import pytest

from chalicelib.languages import LANGUAGES
from chalicelib.notify.audience import REACH, TO_PEOPLE, Audience, Channel, Urgency
from chalicelib.notify.catalog import catalog
from tests.notify.samples import OF_ORDERS, REMINDERS
from tools.messages_page import page

ASKED = {
    "seller": {
        "opened",
        "return_address",
        "negotiating",
        "under_review",
        "return_in_transit",
        "awaiting_replacement",
        "decided",
    },
    "buyer": {"delivery_notice", "negotiating", "under_review", "awaiting_return", "decided"},
}
"""The texts of what each party can be reminded of."""


def sections(language: str) -> dict[str, str]:
    """The messages of a page, by name."""
    return dict(re.findall(r"^## (\S+\.\S+)\n(.*?)(?=^## )", page(language), re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_is_shown_on_the_channels_by_which_it_goes_out(language: str) -> None:
    """A buyer's message has no SMS, as buyers get none, and a mediators' message is only on their topic (N1)."""
    action = {row.text for row in TO_PEOPLE if row.urgency is Urgency.ACTION} | {*REMINDERS, *OF_ORDERS}
    shown = sections(language)

    assert set(catalog(language).texts) == set(shown)
    for text, section in shown.items():
        channels = REACH[Audience(text.rpartition(".")[2]), Urgency.ACTION if text in action else Urgency.NEWS]
        named = {Channel.EMAIL: "Email: ", Channel.SMS: "SMS, ", Channel.PUSH: "Push:", Channel.TOPIC: "Topic: "}
        assert set(channels) == {channel for channel, heading in named.items() if f"\n{heading}" in section}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", REMINDERS)
def test_a_reminder_is_shown_for_all_that_its_reader_can_be_asked(text: str, language: str) -> None:
    """A reminder is shown once for each todo of its reader, and for none of the other party's (N2)."""
    section, said = sections(language)[text], catalog(language).labels["ask"]
    shown = [stage for stage, ask in said.items() if ask.partition("{address}")[0] in section]
    assert ASKED[text.partition(".")[2]] == set(shown)
    anywhere_and_in_spain = 1 if "return_address" in shown else 0
    assert len(shown) + anywhere_and_in_spain == section.count("Email: ")

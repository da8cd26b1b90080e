"""What people and clients send that is odd, harmful or only copied from elsewhere: taken clean, or refused in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chalicelib.domain.codes import COUNTRIES, CURRENCIES, EXPONENTS
from tests.api.samples import ACME, ANA, AT_HOME, CLAIM, MARKET, ORDER, SELLER_CONTACTS, Stop, bring
from tools import codes

if TYPE_CHECKING:
    from tests.api.edge import Api


def _order(**changed: object) -> dict[str, object]:
    return ORDER | changed


def _priced_in(currency: str) -> dict[str, object]:
    amount = {"minor": 1000, "currency": currency}
    line = {"id": "a", "title": "A vase", "quantity": 1, "unit_price": amount}
    return _order(currency=currency, lines=[line], shipping_fee=amount)


@pytest.mark.parametrize("currency", ["XCG", "EUR", "JPY", "TND"])
def test_cheat_33_currencies_in_use_are_taken(api: Api, currency: str) -> None:
    """O2: the currencies are those of ISO 4217 today, the Caribbean guilder of 2025 among them."""
    assert 201 == api.call(MARKET, "PUT", "/orders/o-1", _priced_in(currency)).status


@pytest.mark.parametrize("currency", ["ANG", "XXX", "XTS", "XAU", "BTC", "ZZZ"])
def test_cheat_33_what_nobody_pays_in_is_refused(api: Api, currency: str) -> None:
    """O2: a currency that was withdrawn, a metal, a test code and no code at all are each a 422."""
    assert (422, "validation_failed") == api.call(MARKET, "PUT", "/orders/o-1", _priced_in(currency)).refused


def test_an_amount_goes_back_as_it_came(api: Api) -> None:
    """O2: an amount of an answer can be sent as it is; one with the decimals of another currency is refused in words."""
    bring(api, Stop.DISPUTED)
    most = api.done(ACME, "GET", "/disputes/o-1-d1")["maximum"]
    assert {"minor": 10000, "currency": "EUR", "exponent": 2} == most

    wrong = api.call(ACME, "POST", "/disputes/o-1-d1/proposals", {"type": "refund", "amount": most | {"exponent": 0}})
    assert (422, "validation_failed") == wrong.refused
    assert "EUR has the exponent 2" in wrong.json["errors"][0]["message"]
    offered = api.done(ACME, "POST", "/disputes/o-1-d1/proposals", {"type": "refund", "amount": most})
    assert most == offered["current_proposal"]["amount"]


@pytest.mark.parametrize("country", ["UK", "ZZ", "XX", "AA", "EU"])
def test_cheat_33_a_country_that_does_not_exist_is_refused(api: Api, country: str) -> None:
    """O1: a destination is a country of ISO 3166-1, of an order and of a return address."""
    assert (422, "validation_failed") == api.call(MARKET, "PUT", "/orders/o-1", _order(destination_country=country)).refused
    body = SELLER_CONTACTS | {"return_addresses": [AT_HOME | {"country": country}]}
    assert (422, "validation_failed") == api.call(ACME, "PUT", "/sellers/acme/contacts", body).refused


def test_cheat_33_the_tables_are_those_of_the_library() -> None:
    """O1, O2: the tables that are kept are what pycountry gives today; a currency that leaves it stays readable."""
    assert codes.table() == codes.KEPT.read_text(encoding="utf-8")
    assert ["GB", "HK", "TW"] == sorted(COUNTRIES & {"GB", "HK", "TW", "UK"})
    assert [] == sorted(CURRENCIES & {"ANG", "XXX"})
    assert 2 == EXPONENTS["ANG"]


@pytest.mark.parametrize(
    "written",
    [
        "+34\u00a0600\u00a0000\u00a0000",
        "\u202a+34600000000\u202c",
        "+34\u2011600\u2011000\u2011000",
        "\uff0b\uff13\uff14\uff16\uff10\uff10\uff10\uff10\uff10\uff10\uff10\uff10",
        " +34 600 000 000\n",
        "+34\u200b600000000",
    ],
    ids=ascii,
)
def test_cheat_34_a_phone_is_cleaned(api: Api, written: str) -> None:
    """N1: copied phone numbers bring odd blanks, hyphens, directions and digits; the number is kept as E.164."""
    body = {"phone": written}
    assert "+34600000000" == api.done(ANA, "PUT", "/buyers/ana/contacts", body)["phone"]


@pytest.mark.parametrize(
    "written", ["ana@example.com ", "\tana@example.com\n", "ana@example.com\u200b", "\ufeffana@example.com"]
)
def test_cheat_34_an_email_address_is_cleaned(api: Api, written: str) -> None:
    """N1: blanks at the ends of an address, and what nobody sees in it, are left out."""
    assert "ana@example.com" == api.done(ANA, "PUT", "/buyers/ana/contacts", {"email": written})["email"]


@pytest.mark.parametrize(
    "words",
    ["evil \u202etxt.exe", "a\u2066b", "a\u202ab\u202c", "see \U000e0041\U000e0042", "Z" + "\u0301" * 1000, "a" + "\u0483" * 9],
    ids=ascii,
)
def test_cheat_35_text_that_shows_as_something_else_is_refused(api: Api, words: str) -> None:
    """Section 7: what turns the text's direction, hides text or draws over other lines is a 422, and nothing is kept."""
    bring(api, Stop.DELIVERED)
    stored = api.stored
    assert (422, "validation_failed") == api.call(ANA, "POST", "/orders/o-1/messages", {"text": words}).refused
    opened = api.call(ANA, "POST", "/orders/o-1/disputes", CLAIM | {"description": words})
    assert (422, "validation_failed") == opened.refused
    assert stored == api.stored


@pytest.mark.parametrize(
    "words",
    [
        "Ti\u1ebfng Vi\u1ec7t, \u0e17\u0e35\u0e48\u0e19\u0e35\u0e48",
        "\u200f\u05e9\u05dc\u05d5\u05dd\u200e",
        "e\u0301" * 100,
        "\U0001f469\u200d\U0001f4bb",
    ],
    ids=ascii,
)
def test_cheat_35_what_people_write_is_taken(api: Api, words: str) -> None:
    """Section 7: accents, Thai, marks of direction in Hebrew and joined emoji are text like any other."""
    bring(api, Stop.DELIVERED)
    assert 201 == api.call(ANA, "POST", "/orders/o-1/messages", {"text": words}).status


@pytest.mark.parametrize("query", ["status=resolved&status=under_review", "status=resolved&status=resolved", "limit=1&limit=2"])
def test_cheat_37_a_parameter_comes_once(api: Api, query: str) -> None:
    """Section 7: a parameter given twice is a 422 that names it, and not its last value."""
    reply = api.call(ANA, "GET", f"/disputes?{query}")
    assert (422, "validation_failed") == reply.refused
    assert query.partition("=")[0] in reply.json["detail"]


def test_cheat_38_the_body_is_judged_before_the_version(api: Api) -> None:
    """Section 7: a number beyond the description's maximum is a 422, whatever If-Match says."""
    bring(api, Stop.DELIVERED)
    claim = CLAIM | {"items": [{"line_id": "a", "quantity": 9223372036854775808}]}
    reply = api.call(ANA, "POST", "/orders/o-1/disputes", claim, if_match='"999"')
    assert (422, "validation_failed") == reply.refused


def test_cheat_14_a_number_is_anothers_until_it_is_taken_back(api: Api) -> None:
    """O4: a number of other people's order is a 409 in every spelling; taken back while unscanned, it is free again."""
    bring(api, Stop.SOLD)
    api.done(MARKET, "PUT", "/orders/o-2", ORDER | {"buyer_id": "ben"})
    named, spelled = ({"carrier": "ups", "tracking_number": it} for it in ("T1234567890", "t 123\u2011456\u20117890\u200b"))
    mine = len(api.done(ACME, "POST", "/orders/o-1/shipments", named)["parcels"])

    assert (409, "conflict") == api.call(ACME, "POST", "/orders/o-2/shipments", spelled).refused

    api.done(ACME, "DELETE", f"/orders/o-1/shipments/{mine}")
    assert 201 == api.call(ACME, "POST", "/orders/o-2/shipments", spelled).status

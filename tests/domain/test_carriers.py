"""The carriers' tracking numbers (O4): which are taken, which are refused, and which errors the check digits catch."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from chalicelib.domain.carriers import CARRIERS, Carrier, parcel_key, tracking_number
from chalicelib.domain.parcel import Parcel
from chalicelib.domain.people import Role
from chalicelib.domain.refusals import INVALID_TRACKING_NUMBER, Refusal
from chalicelib.domain.tracking_forms import Form

EXAMPLES = {
    Carrier.UPS: (
        "1Z5R89390357567127",
        "1Z879E930346834440",
        "1Z410E7W0392751591",
        "1Z8V92A70367203024",
        "1ZXX3150YW44070023",
        "K1506235620",
        "K2479825491",
        "J4603636537",
        "V0490119172",
        "T1234567890",
        "123456789012",
        "123456789",
        "9274893150750851301805",
        "92748931507708513018050063",
        "801184000000000001",
        "MI123456ABC0000001",
    ),
    Carrier.FEDEX: (
        "986578788855",
        "477179081230",
        "799531274483",
        "041441760228964",
        "568283610012000",
        "9261290000000000000013",
        "9261292700768711948021",
        "000123450000000027",
    ),
    Carrier.DHL: (
        "3318810025",
        "8487135506",
        "3318810036",
        "3318810014",
        "73891051146",
        "JD014600000000000017",
        "LX123456785DE",
        "GM2951173225174494",
        "GM295117494011169042",
        "GM9E44608A27984866BA2D",
        "60120172242323",
        "60120174971147",
        "9361289878700317633795",
        "00340434161094015902",
    ),
    Carrier.EMS: ("EE473124829CN", "RB123456785GB"),
    Carrier.CHINA_POST: ("RR473124829CN", "RA123456785CN"),
    Carrier.HONGKONG_POST: ("RB473124829HK",),
    Carrier.TNT: ("123456782", "RL38095497", "DGG000000001", "6102006220100317"),
    Carrier.SF_EXPRESS: ("SF1234567890123", "SF123456789012"),
}
"""Canonical numbers as the carriers print them, with check digits worked out elsewhere."""

SPELLINGS = {
    Carrier.UPS: {
        "420787459274893150750851301805": "9274893150750851301805",
        "4207874512349274893150750851301805": "9274893150750851301805",
        "4207874592748931507708513018050063": "92748931507708513018050063",
    },
    Carrier.FEDEX: {
        "9611020987654312345672": "987654312345672",
        "61290000000000000013": "9261290000000000000013",
        "61299998820821171811": "9261299998820821171811",
        "02394653001023698293": "9202394653001023698293",
        "420112139261290000000000000013": "9261290000000000000013",
        "1001921334250001000300779017972697": "779017972697",
        "1001921380360001000300639585804382": "639585804382",
        "9622001900000000000000776632517510": "776632517510",
        "9632001560123456789900794808390594": "794808390594",
        "32971514560102447849175802862014": "784917580286",
    },
    Carrier.DHL: {
        "JJD014600000000000017": "JD014600000000000017",
        "JJD0099999999": "JD0099999999",
        "JVGL0999999990": "VGL0999999990",
        "420787459361289878700317633795": "9361289878700317633795",
        "340434161094015902": "00340434161094015902",
    },
    Carrier.TNT: {"GE123456782WW": "123456782", "0001123456782000100028001001": "123456782"},
    Carrier.SF_EXPRESS: {"123456789012": "SF123456789012", "1234567890123": "SF1234567890123"},
}
"""Other spellings, of the label, of the bar code and of tracking services: each with the canonical number."""

WRONG = {
    Carrier.UPS: (
        "1Z5R89390357567128",
        "2Z5R89390357567127",
        "1Z5R8939035756712",
        "1Z5R8939035756712X",
        "K1506235622",
        "J4603636538",
        "T123456789",
        "B1234567890",
        "12345678",
        "MI12345",
        "8274893150750851301805",
    ),
    Carrier.FEDEX: (
        "986578788856",
        "98657878885",
        "9865787888555",
        "041441760228965",
        "9511020987654312345672"[:21],
        "9611020987654312345673",
        "A86578788855",
        "1001901781990001000300617767839438",
        "9622001560001234567100794808390595",
        "32971514560102447849175802852014",
        "000000000000000001",
        "12345678901234567892",
    ),
    Carrier.DHL: (
        "3318810026",
        "331881002",
        "331881002555",
        "JD12345678",
        "JDABC1234567890",
        "GS295117494011169041",
        "LX123456786DE",
        "LX123456785XX",
        "00340434161094015903",
    ),
    Carrier.EMS: (
        "EE473124828CN",
        "E473124829CN",
        "EE473124829C",
        "EE473124829C1",
        "1E473124829CN",
        "EE47312482CN",
        "EE473124829XX",
        "EE473124829UK",
        "EE473124829ZZ",
    ),
    Carrier.CHINA_POST: ("RR473124820CN", "RR473124829", "RB123456785XX"),
    Carrier.HONGKONG_POST: ("RB473124892HK", "473124829"),
    Carrier.TNT: ("12345678", "1234567890", "GE12345678WW", "G1234567890W"),
    Carrier.SF_EXPRESS: ("SF12345678901", "SF12345678901234", "XX1234567890123", "SF12345678901A"),
}

ALWAYS_WRONG = (
    "",
    " ",
    "-",
    "1Z",
    "000",
    "'; drop table",
    "٣٣١٨٨١٠٠٢٥",
    "1Z5R89390357567127\x00",
    "9" * 10_000,
)

DRAWN = 300
"""Random numbers per carrier."""


def s10_digit(serial: str) -> int:
    """UPU S10, written out from the standard: weights 8 6 4 2 3 5 9 7, eleven less the remainder, 10 is 0 and 11 is 5."""
    left = 11 - sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return {10: 0, 11: 5}.get(left, left)


def mod10_digit(values: list[int], *, weights: tuple[int, int]) -> int:
    """Return the digit that makes the weighted sum a multiple of ten."""
    summed = sum(value * weights[i % 2] for i, value in enumerate(values))
    return (10 - summed % 10) % 10


def ups_values(body: str) -> list[int]:
    """UPS counts letters from A = 2, round and round."""
    return [int(c) if c.isdigit() else (string.ascii_uppercase.index(c) + 2) % 10 for c in body]


def fedex_express_digit(serial: str) -> int:
    """From the right 1, 3, 7, 1, 3, 7 ..., modulo 11; ten is written 0."""
    summed = sum(int(d) * (1, 3, 7)[i % 3] for i, d in enumerate(reversed(serial)))
    return summed % 11 % 10


def drawn(carrier: Carrier, random: Random) -> str:
    """A random valid number of a carrier."""
    number = ""

    def digits(count: int) -> str:
        return "".join(random.choices(string.digits, k=count))

    def letters(count: int) -> str:
        return "".join(random.choices(string.ascii_uppercase, k=count))

    match carrier:
        case Carrier.EMS | Carrier.CHINA_POST | Carrier.HONGKONG_POST:
            serial = digits(8)
            number = f"{letters(2)}{serial}{s10_digit(serial)}{random.choice(['CN', 'HK', 'BR', 'GB', 'US'])}"
        case Carrier.UPS:
            body = "".join(random.choices(string.digits + string.ascii_uppercase, k=15))
            number = f"1Z{body}{mod10_digit(ups_values(body), weights=(1, 2))}"
        case Carrier.FEDEX:
            if random.random() < 0.5:
                serial = digits(11)
                number = f"{serial}{fedex_express_digit(serial)}"
            serial = digits(14)
            check = mod10_digit([int(d) for d in reversed(serial)], weights=(3, 1))
            number = random.choice([number, f"{serial}{check}"] if number else [f"{serial}{check}"])
        case Carrier.DHL:
            serial = digits(random.choice([9, 10]))
            number = f"{serial}{int(serial) % 7}"
        case Carrier.TNT:
            number = random.choice([digits(9), f"{letters(2)}{digits(8)}"])
        case Carrier.SF_EXPRESS:
            number = "SF" + digits(random.choice([12, 13]))
    return number


def refused(carrier: Carrier, written: str) -> bool:
    """Return whether a number is refused, with the right code and words."""
    try:
        tracking_number(carrier, written)
    except Refusal as caught:
        refusal = caught
    else:
        return False
    assert (INVALID_TRACKING_NUMBER, carrier.value) == (refusal.code, refusal.details["carrier"])
    assert "Its forms are" in refusal.message
    return True


def test_the_carriers_are_the_eight_of_the_page() -> None:
    """O4: TNT, EMS, UPS, FedEx, DHL, China Post, Hongkong Post and S.F. Express, and no other."""
    expected = {"tnt", "ems", "ups", "fedex", "dhl", "china_post", "hongkong_post", "sf_express"}
    assert expected == {carrier.value for carrier in Carrier}
    assert set(Carrier) == set(EXAMPLES) == set(WRONG)


@pytest.mark.parametrize(("carrier", "written"), [(carrier, number) for carrier in EXAMPLES for number in EXAMPLES[carrier]])
def test_a_number_off_a_label_is_taken(carrier: Carrier, written: str) -> None:
    """O4: numbers with the form and the check digit their carrier publishes are taken as they are."""
    assert written == tracking_number(carrier, written)


@pytest.mark.parametrize(("carrier", "written"), [(carrier, number) for carrier in WRONG for number in WRONG[carrier]])
def test_a_misread_number_is_refused(carrier: Carrier, written: str) -> None:
    """O4: a wrong form or a wrong check digit is refused, and the refusal says what is expected."""
    assert refused(carrier, written)


@pytest.mark.parametrize("carrier", list(Carrier))
@pytest.mark.parametrize("written", ALWAYS_WRONG, ids=lambda written: ascii(written[:20]))
def test_nonsense_is_refused_by_every_carrier(carrier: Carrier, written: str) -> None:
    """O4, I10: no text whatever gets past, and none causes anything but the refusal."""
    assert refused(carrier, written)


@pytest.mark.parametrize("carrier", list(Carrier))
def test_spaces_hyphens_and_small_letters_do_not_matter(carrier: Carrier) -> None:
    """O4: a number may be typed as it is easiest to read; what is kept is how the carrier prints it."""
    for number in EXAMPLES[carrier]:
        spaced = " ".join(number[i : i + 4] for i in range(0, len(number), 4)).lower()
        assert number == tracking_number(carrier, f" {spaced}\t") == tracking_number(carrier, spaced.replace(" ", "-"))


@pytest.mark.parametrize("carrier", list(Carrier))
def test_every_number_made_by_the_carriers_rule_is_taken(carrier: Carrier) -> None:
    """O4: hundreds of random numbers, their check digits computed independently, are all valid."""
    random = Random(f"numbers of {carrier.value}")
    for _ in range(DRAWN):
        number = drawn(carrier, random)
        assert number == tracking_number(carrier, number)


@pytest.mark.parametrize(
    ("carrier", "form"),
    [(it, form) for it, row in CARRIERS.items() for form in row.forms],
    ids=lambda it: it.example if isinstance(it, Form) else str(it),
)
def test_every_form_shows_a_number_that_is_taken(carrier: Carrier, form: Form) -> None:
    """O4: the example of a form, which refusals show, is a number of that form; its canonical number stands for itself."""
    assert form.fits(form.example)
    assert CARRIERS[carrier].form_of(form.example) is form
    canonical = form.canonical(form.example)
    assert canonical == tracking_number(carrier, form.example) == tracking_number(carrier, canonical)


@pytest.mark.parametrize(("carrier", "written"), [(carrier, it) for carrier in SPELLINGS for it in SPELLINGS[carrier]])
def test_every_spelling_of_a_number_is_one_parcel(carrier: Carrier, written: str) -> None:
    """O4: what the label, the bar code and the tracking services write is reduced to one canonical number."""
    expected = SPELLINGS[carrier][written]
    assert expected == tracking_number(carrier, written) == tracking_number(carrier, expected)
    assert parcel_key(carrier, expected) == parcel_key(carrier, tracking_number(carrier, f" {written[:5]}-{written[5:]}"))


def test_a_number_of_the_posts_is_one_parcel_under_each_of_them() -> None:
    """O4: an S10 number keeps its identity from post to post, and is nobody else's."""
    number = "RB473124829HK"
    posts = (Carrier.EMS, Carrier.CHINA_POST, Carrier.HONGKONG_POST, Carrier.DHL)
    assert {("s10", number)} == {parcel_key(carrier, tracking_number(carrier, number)) for carrier in posts}
    assert ("tnt", "123456782") == parcel_key(Carrier.TNT, tracking_number(Carrier.TNT, "GE123456782WW"))
    usps = "9261290000000000000013"
    assert {("impb", usps)} == {parcel_key(carrier, tracking_number(carrier, usps)) for carrier in (Carrier.FEDEX, Carrier.UPS)}
    assert parcel_key(Carrier.UPS, "123456789") != parcel_key(Carrier.TNT, "123456789")


@pytest.mark.parametrize(
    "written",
    [
        "EE\u200b473124829CN",
        "\ufeffEE473124829CN\u200e",
        "EE\u00a0473\u2011124\u2013829\u202aCN",
        "\uff25\uff25\uff14\uff17\uff13\uff11\uff12\uff14\uff18\uff12\uff19\uff23\uff2e",
        "ee 473-124 829 cn\r\n",
    ],
)
def test_cheat_34_what_nobody_sees_in_a_number_does_not_matter(written: str) -> None:
    """O4: U+200B and its like, odd hyphens and blanks, and full-width digits come with copied text; the number is clean."""
    assert "EE473124829CN" == tracking_number(Carrier.EMS, written)


def test_cheat_24_the_numbers_on_other_labels_are_taken() -> None:
    """O4: a DHL piece id, a UPS number of T and ten digits, and a FedEx number of USPS's form are taken."""
    taken = [
        tracking_number(Carrier.DHL, "JJD014600000000000017"),
        tracking_number(Carrier.UPS, "T1234567890"),
        tracking_number(Carrier.FEDEX, "9261290000000000000013"),
    ]
    assert ["JD014600000000000017", "T1234567890", "9261290000000000000013"] == taken


@pytest.mark.parametrize("country", ["XX", "UK", "ZZ"])
def test_cheat_33_a_number_of_the_posts_names_a_country_that_exists(country: str) -> None:
    """O4: the last two letters of an S10 number are a country of ISO 3166-1, which XX, UK and ZZ are not."""
    assert refused(Carrier.EMS, f"EE473124829{country}")


@pytest.mark.parametrize("carrier", list(Carrier))
def test_a_refusal_says_which_forms_there_are(carrier: Carrier) -> None:
    """O4: a wrong number is told every form of its carrier, each with an example that works."""
    with pytest.raises(Refusal) as caught:
        tracking_number(carrier, "nonsense")
    assert all(form.words in caught.value.message and form.example in caught.value.message for form in CARRIERS[carrier].forms)


def test_a_parcel_is_stored_under_one_number_whatever_form_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """O4: a form's canonical number is what is kept, so two forms of one number mean one parcel."""
    short = Form("S and 12 digits", r"S\d{12}", "S123456789012", canonical=lambda number: f"SF{number[1:]}")
    row = replace(CARRIERS[Carrier.SF_EXPRESS], forms=(*CARRIERS[Carrier.SF_EXPRESS].forms, short))
    monkeypatch.setitem(CARRIERS, Carrier.SF_EXPRESS, row)
    assert tracking_number(Carrier.SF_EXPRESS, "sf123456789012") == tracking_number(Carrier.SF_EXPRESS, "S 123456789012")


def test_a_code_of_a_tracking_service_means_one_carrier() -> None:
    """O4: no slug of AfterShip and no number of 17TRACK stands in two carriers' rows."""
    slugs = [slug for row in CARRIERS.values() for slug in row.aftership]
    codes = [code for row in CARRIERS.values() for code in row.seventeen_track]
    assert [len(set(slugs)), len(set(codes))] == [len(slugs), len(codes)]
    assert all(row.aftership and row.seventeen_track for row in CARRIERS.values())


CHECKED = {
    Carrier.EMS: r"[A-Z]{2}\d{9}[A-Z]{2}",
    Carrier.UPS: "1Z.*",
    Carrier.FEDEX: r"\d{12}|\d{15}",
    Carrier.DHL: r"\d{10,11}",
}
"""The forms of each carrier on whose check digits ``must_catch`` knows the limits."""


def must_catch(carrier: Carrier, number: str, at: int, digit: str) -> bool:
    """Return whether the check digit must catch ``digit`` at ``at`` in place of the one in ``number``.

    Modulo 10 with a weight of 2 cannot see a difference of 5 (UPS's even places); modulo 7 cannot see one of 7 (DHL);
    S10 writes the remainders 0 and 6 alike, as 5, and FedEx Express the remainders 10 and 0 alike, as 0.
    """
    step = abs(int(digit) - int(number[at]))
    match carrier:
        case Carrier.UPS:
            return not (at in range(3, 17, 2) and step == 5)
        case Carrier.DHL:
            return step != 7 or at == len(number) - 1
        case Carrier.FEDEX if len(number) == 12:
            return number[-1] != "0" or at == 11
        case Carrier.FEDEX:
            return len(number) == 15 or at >= 7
        case _:
            return number[10] != "5" or at == 10


@pytest.mark.parametrize("carrier", [Carrier.EMS, Carrier.UPS, Carrier.FEDEX, Carrier.DHL])
def test_single_digit_errors_are_caught_where_the_check_digit_promises_it(carrier: Carrier) -> None:
    """O4: every single wrong digit that the carrier's method can see is seen, over hundreds of numbers."""
    random = Random(f"slips in {carrier.value}")
    tried = 0
    examples = (number for number in EXAMPLES[carrier] if re.fullmatch(CHECKED[carrier], number))
    for number in (*examples, *(drawn(carrier, random) for _ in range(60))):
        for at in (i for i, c in enumerate(number) if c.isdigit()):
            for digit in set(string.digits) - {number[at]}:
                if must_catch(carrier, number, at, digit):
                    slipped = number[:at] + digit + number[at + 1 :]
                    assert refused(carrier, slipped), (number, slipped)
                    tried += 1
    assert tried > 3000


def test_ups_letters_count_in_the_check_digit() -> None:
    """O4: in a UPS number a wrong letter is caught like a wrong digit, unless both count the same."""
    number = "1Z879E930346834440"
    value = dict(zip(string.ascii_uppercase, ups_values(string.ascii_uppercase), strict=True))
    for letter in string.ascii_uppercase:
        slipped = number.replace("E", letter)
        caught = (value[letter] - value["E"]) * 2 % 10 != 0
        assert caught == refused(Carrier.UPS, slipped), letter


@pytest.mark.parametrize(
    ("carrier", "number", "url"),
    [
        (Carrier.UPS, "1Z999AA10123456784", "https://www.ups.com/track?tracknum=1Z999AA10123456784"),
        (Carrier.FEDEX, "123456789012", "https://www.fedex.com/fedextrack/?trknbr=123456789012"),
        (Carrier.DHL, "1234567890", "https://www.dhl.com/global-en/home/tracking.html?tracking-id=1234567890"),
        (Carrier.CHINA_POST, "RR473124829CN", "https://t.17track.net/en#nums=RR473124829CN"),
        (None, "A/B 1", None),
    ],
)
def test_a_parcel_has_a_page_for_people(carrier: Carrier | None, number: str, url: str | None) -> None:
    """O4: the carrier's own page where it has one that takes a number, else 17TRACK's; none for any other carrier."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert url == Parcel(1, carrier, number, at, ("a",), at, Role.SELLER, at).tracking_url


def test_a_number_cannot_lead_elsewhere() -> None:
    """O4: what is in a number is escaped in the address, and every page is https."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert Parcel(1, Carrier.UPS, "1&x=#?", at, ("a",), at, Role.SELLER, at).tracking_url == (
        "https://www.ups.com/track?tracknum=1%26x%3D%23%3F"
    )
    assert all(row.tracking_page.startswith("https://") for row in CARRIERS.values())

"""The shapes that the requests of several resources share. They refuse unknown fields and coerce nothing."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chalicelib.api.years import FIRST_YEAR, LAST_YEAR
from chalicelib.domain import money as domain_money
from chalicelib.domain.codes import COUNTRIES, CURRENCIES, EXPONENTS
from chalicelib.domain.people import ReturnAddress

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

AMOUNT_AT_MOST = 10**13
"""Minor units: more than any order, and far from where numbers lose digits on the way."""
EXPONENT_AT_MOST = max(EXPONENTS.values())
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:")


class Model(BaseModel):
    """Base of all request bodies."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Nothing(Model):
    """A body without fields."""


def _known_currency(code: str) -> str:
    if code not in EXPONENTS:
        msg = f"{code} is not an ISO 4217 currency code"
        raise ValueError(msg)
    return code


def _current_currency(code: str) -> str:
    if code not in CURRENCIES:
        msg = f"{code} is not an ISO 4217 currency in use"
        raise ValueError(msg)
    return code


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        msg = f"{code} is not a country of ISO 3166-1"
        raise ValueError(msg)
    return code


def _written_out(at: object) -> object:
    if not isinstance(at, str) or not _DATE_AND_TIME.match(at):  # pydantic would also take a number of seconds
        msg = "a time is written as in 2026-03-20T12:00:00Z"
        raise ValueError(msg)
    return at


def _to_the_second(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        msg = f"the year lies between {FIRST_YEAR} and {LAST_YEAR}"
        raise ValueError(msg)
    return at.astimezone(UTC).replace(microsecond=0)


Moment = Annotated[
    AwareDatetime,
    Field(strict=False),  # after a validator of ours, strict would want a datetime
    BeforeValidator(_written_out),
    AfterValidator(_to_the_second),
    Field(description="ISO 8601 with a time zone"),
]


def written_as(pattern: str, words: str) -> tuple[AfterValidator, FieldInfo]:
    """Annotations for a text that has to follow ``pattern``. The error says that it should be ``words``."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text, re.ASCII):
            raise PydanticCustomError("written_otherwise", "Should be {words}", {"words": words})
        return text

    return AfterValidator(check), Field(json_schema_extra={"pattern": pattern})


Currency = Annotated[str, *written_as("^[A-Z]{3}$", "an ISO 4217 currency such as EUR"), AfterValidator(_known_currency)]
CurrencyInUse = Annotated[Currency, AfterValidator(_current_currency)]
"""A currency in which new orders are paid. One that is withdrawn later goes on in the orders that have it."""
Identifier = Annotated[
    str,
    *written_as(
        "^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$",
        "an id of 1 to 64 letters, digits and . _ : @ - that begins with a letter or digit",
    ),
]
Country = Annotated[str, *written_as("^[A-Z]{2}$", "an ISO 3166-1 country such as ES"), AfterValidator(_known_country)]
_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
"""Blanks, and what Unicode calls Default_Ignorable_Code_Point. A text of only these looks empty."""


def _seen(text: object) -> object:
    return "" if isinstance(text, str) and _UNSEEN.fullmatch(text) else text


_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""The characters that turn the direction of the text after them, so that it reads as something else."""
_TAGGED = re.compile("[\U000e0000-\U000e007f]")
"""Tag characters: a copy of ASCII that nobody sees."""
MARKS_AT_MOST = 8
"""Combining marks on one letter. Tibetan stacks as many; more draw over other lines."""


def _harmless(written: str) -> str:
    """Refuse text that shows as something else than it is, or over what stands around it."""
    if _TURNED.search(written) or _TAGGED.search(written):
        raise PydanticCustomError("hidden_characters", "Leave out characters that turn the text's direction or hide text")
    marks = 0
    for character in written if not written.isascii() else "":
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > MARKS_AT_MOST:
            message = "At most {marks} marks stand on one letter"
            raise PydanticCustomError("too_many_marks", message, {"marks": MARKS_AT_MOST})
    return written


def cleaned(written: object) -> object:
    """Return a text of plain letters and digits as a person meant it, for annotations of phones and addresses.

    Copied text brings full-width digits, hyphens and blanks of other widths, and characters that nobody sees.
    """
    if not isinstance(written, str):
        return written
    plain = unicodedata.normalize("NFKC", written)
    kinds = ((character, unicodedata.category(character)) for character in plain)
    seen = ("-" if kind == "Pd" else " " if kind == "Zs" else character for character, kind in kinds if kind != "Cf")
    return "".join(seen).strip()


PLAIN = (
    BeforeValidator(_seen),
    AfterValidator(_harmless),
    *written_as(r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", "plain text without control characters but line breaks and tabs"),
    Field(description="Plain text; of control characters only line breaks and tabs."),
)
"""Annotations for text that a person writes. It is shown elsewhere as it came, even in a terminal."""


def text(at_least: int, at_most: int) -> tuple[object, ...]:
    """Annotations for a plain text, stripped of blanks at its ends. The blanks count: no text is longer than described."""

    def check(written: object) -> object:
        if isinstance(written, str) and len(written) > at_most:
            message = "String should have at most {max_length} characters"
            raise PydanticCustomError("string_too_long", message, {"max_length": at_most})
        return written

    stripped = StringConstraints(strip_whitespace=True, min_length=at_least or None, max_length=at_most)
    return stripped, BeforeValidator(check), *PLAIN


Text = Annotated[str, *text(1, 2000)]
Note = Annotated[str, *text(0, 2000)]
ShortText = Annotated[str, *text(1, 200)]


Minor = Annotated[int, Field(ge=0, le=AMOUNT_AT_MOST)]


def check_exponent(currency: str, exponent: int) -> None:
    """Raise ``ValueError`` unless the currency has that many decimals."""
    if exponent != EXPONENTS[currency]:
        msg = f"{currency} has the exponent {EXPONENTS[currency]}"
        raise ValueError(msg)


class MoneyIn(Model):
    """An amount in whole minor units: 1050 EUR is 10.50 euros, 1050 JPY is 1050 yen (O2)."""

    minor: Minor
    currency: Currency
    exponent: Annotated[
        int | None, Field(ge=0, le=EXPONENT_AT_MOST, description="As in answers, if it is given: the currency's decimals.")
    ] = None

    @model_validator(mode="after")
    def _has_its_decimals(self) -> MoneyIn:
        if self.exponent is not None:
            check_exponent(self.currency, self.exponent)
        return self

    def domain(self) -> domain_money.Money:
        """The same, for the domain."""
        return domain_money.Money(self.minor, self.currency)


class Address(Model):
    """A postal address that a return goes to (D3)."""

    name: ShortText
    lines: Annotated[tuple[ShortText, ...], Field(min_length=1, max_length=4)]
    city: ShortText
    postal_code: Annotated[str, StringConstraints(max_length=20), *PLAIN] = ""
    country: Country

    def domain(self) -> ReturnAddress:
        """The same, for the domain."""
        return ReturnAddress(self.name, self.lines, self.city, self.postal_code, self.country)


def in_domain(value: object) -> object:
    """The domain's value for a value of a request: amounts and addresses are converted, all else stays."""
    return value.domain() if isinstance(value, MoneyIn | Address) else value

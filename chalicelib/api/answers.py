"""The shapes that the answers of several resources share.

Answers are JSON-ready before they get here, so no request pays for checking them: these models describe them
(``api.description.openapi``), and the tests hold every answer they see against them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from chalicelib.api.models import EXPONENT_AT_MOST, Currency, Minor, check_exponent
from chalicelib.domain.events import PAYLOADS
from chalicelib.domain.people import Role
from chalicelib.store.codec import from_timestamp, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.fields import FieldInfo


class Given(BaseModel):
    """Base of all answers. Every member is always present, null if it has no value; new ones may be added."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _as_written(at: str) -> str:
    if timestamp(from_timestamp(at)) != at:
        msg = "a time is written as in 2026-03-20T12:00:00Z"
        raise ValueError(msg)
    return at


Time = Annotated[
    str,
    AfterValidator(_as_written),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "UTC, ending in Z."}),
]

AsOf = Annotated[
    Time,
    Field(description="The time here when this was answered, in UTC: the clock that deadlines go by. ETags leave it out."),
]


def growing(words: Iterable[str], description: str) -> tuple[AfterValidator, FieldInfo]:
    """Annotations for a value of a list that may grow. It is described as a string, so that no client refuses a new one."""
    known = list(words)

    def check(word: str) -> str:
        if word not in known:
            msg = f"{word} is none of the words that the API's description lists"
            raise ValueError(msg)
        return word

    return AfterValidator(check), Field(json_schema_extra={"x-extensible-enum": [*known]}, description=description)


class Money(Given):
    """An amount in whole minor units, and how many decimals they are: 1050 and 2 are 10.50 (O2)."""

    minor: Minor
    currency: Currency
    exponent: Annotated[
        int,
        Field(
            ge=0,
            le=EXPONENT_AT_MOST,
            description="The currency's decimals here. A platform's own tables (CLDR, Intl) differ for some currencies.",
        ),
    ]

    @model_validator(mode="after")
    def _has_its_decimals(self) -> Money:
        check_exponent(self.currency, self.exponent)
        return self


Count = Annotated[int, Field(ge=0)]
Version = Annotated[int, Field(ge=0, description="Counts the changes; If-Match takes it in quotes.")]
Cursor = Annotated[str | None, Field(description="Where the next page begins: send it as cursor. Null on the last page.")]


class Acting(Given):
    """The person who acted, and in which role. The clock acts when a deadline passes."""

    role: Role
    id: str


class TimelineEvent(Given):
    """One entry of a timeline; sequence numbers count from 1 without gaps (D11)."""

    seq: Count
    at: Time
    actor: Acting
    type: Annotated[str, *growing(sorted(PAYLOADS), "What happened. New types may come.")]
    data: Annotated[dict[str, Any], Field(description="The facts of this type of event.")]

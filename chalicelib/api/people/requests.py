"""The bodies of requests about people: contacts and devices."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from chalicelib.api.models import Address, Model, cleaned, written_as
from chalicelib.languages import LANGUAGES
from chalicelib.service.contacts import Contacts
from chalicelib.settings import settings


def _e164(written: str) -> str:
    """The E.164 form of a mobile phone's number in any spelling. Raises ``ValueError`` for any other number."""
    import phonenumbers  # noqa: PLC0415 - the numbering plans of the world: only a request that registers a phone loads them

    try:
        number = phonenumbers.parse(written)
    except phonenumbers.NumberParseException as error:
        msg = "give the number with + and its country's code, as in +34 600 000 000"
        raise ValueError(msg) from error
    if not phonenumbers.is_valid_number(number):
        msg = f"no phone number of country code +{number.country_code} looks like this; check its digits"
        raise ValueError(msg)
    kinds = phonenumbers.PhoneNumberType
    if phonenumbers.number_type(number) not in (kinds.MOBILE, kinds.FIXED_LINE_OR_MOBILE):
        msg = "give the number of a mobile phone: landlines, premium-rate and other special numbers take no SMS here"
        raise ValueError(msg)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


_NO_PLACE = frozenset({"Factory", "localtime", "posixrules"})
"""Files of the time zone database that name the machine's own zone, or none at all."""


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - it searches the disk, for who names a zone

    return frozenset(available_timezones()) - _NO_PLACE


def _known_zone(name: str) -> str:
    if name != "UTC" and name not in _time_zones():
        msg = "give the IANA name of a time zone, as in Europe/Madrid"
        raise ValueError(msg)
    return name


_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
"""One character before the @ other than a dot (RFC 5322). Quoted mailboxes, and those beyond ASCII, are refused."""
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = "[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"

Email = Annotated[
    str,
    BeforeValidator(cleaned),
    StringConstraints(max_length=254),
    *written_as(rf"^{_ATOM}([.]?{_ATOM}){{0,63}}@({_LABEL}[.])+{_TOP_LABEL}$", "an email address such as ana@example.com"),
]
Phone = Annotated[
    str,
    BeforeValidator(cleaned),
    *written_as(r"^\+[0-9 ().-]{6,30}$", "a phone number with its country, such as +34600000000"),
    AfterValidator(_e164),
    Field(
        description="A mobile phone, with + and the country's code; kept as E.164. A seller's takes SMS; a buyer's is kept "
        "for the marketplace alone, and no message is sent there."
    ),
]
if TYPE_CHECKING:
    Language = str
else:
    Language = Literal[LANGUAGES]  # the languages are files, which a type checker does not see
TimeZone = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_known_zone),
    Field(description="An IANA time zone: quiet hours are by its clock.", examples=["Europe/Madrid"]),
]
TimeOfDay = Annotated[str, *written_as(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time of day from 00:00 to 23:59")]
Platform = Literal["fcm", "apns"]


class QuietHours(Model):
    """From when to when nothing rings, by the clock of the person's time zone; past midnight where to is earlier."""

    start: Annotated[TimeOfDay, Field(alias="from")]
    end: Annotated[TimeOfDay, Field(alias="to")]

    @model_validator(mode="after")
    def _some_time(self) -> QuietHours:
        if self.start == self.end:
            msg = "from and to differ; to be told nothing at all, switch channels off"
            raise ValueError(msg)
        return self


class Channels(Model):
    """The channels that are used. One that is off keeps its address, and nothing is sent there."""

    email: bool = True
    sms: bool = True
    push: bool = True


class BuyerContacts(Model):
    """A buyer's contacts. A field that is absent is removed, or set to its default."""

    email: Email | None = None
    phone: Phone | None = None
    language: Language = "en"
    time_zone: TimeZone = "UTC"
    quiet_hours: QuietHours | None = None
    channels: Channels = Channels()

    def contacts(self, addresses: tuple[Address, ...] = (), *, phone_verified: bool = False) -> Contacts:
        """The same, for the services."""
        quiet = self.quiet_hours
        return Contacts(
            email=self.email,
            phone=self.phone,
            language=self.language,
            return_addresses=tuple(it.domain() for it in addresses),
            time_zone=self.time_zone,
            quiet_hours=(quiet.start, quiet.end) if quiet else None,
            phone_verified=phone_verified,
            muted=tuple(channel for channel, on in self.channels.model_dump().items() if not on),
        )


class SellerContacts(BuyerContacts):
    """A seller's contacts and return addresses; returns go to the first by default (D3)."""

    return_addresses: Annotated[tuple[Address, ...], Field(max_length=20)] = ()
    phone_verified: Annotated[
        bool,
        Field(description="Only the platform: it has confirmed the phone itself. Otherwise a new phone is sent a code."),
    ] = False

    @field_validator("phone")
    @classmethod
    def _of_a_country_that_is_served(cls, phone: str | None) -> str | None:
        """A seller's number, which takes SMS. Raises ``ValueError`` for one of a country that the deployment does not name."""
        countries = settings().sms_countries
        if phone and countries:
            import phonenumbers  # noqa: PLC0415 - as above

            if phonenumbers.region_code_for_number(phonenumbers.parse(phone)) not in countries:
                msg = f"this marketplace sends SMS only to numbers of {', '.join(sorted(countries))}"
                raise ValueError(msg)
        return phone


class PhoneConfirmation(Model):
    """The code that a phone was sent."""

    code: Annotated[str, *written_as(r"^[0-9]{6}$", "the six digits that were sent to the phone")]


class NewDevice(Model):
    """The token that an app got from its platform for push messages."""

    platform: Annotated[Platform, Field(description="Firebase Cloud Messaging, or Apple Push Notification service.")]
    token: Annotated[str, *written_as(r"^[\x21-\x7e]{16,1024}$", "the token of 16 to 1,024 characters that the platform gave")]

"""Confirm a seller's phone by a one-time code, and limit how often addresses change (N1).

A number that its owner has not confirmed gets the code and nothing else. Nobody can so make the marketplace send messages to
somebody else's number, or many messages to one that earns from them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from chalicelib.domain.people import Role
from chalicelib.domain.refusals import CONFLICT, INVALID, LIMIT_REACHED, TOO_EARLY, TOO_LATE, Refusal
from chalicelib.service.errors import Busy, Malformed
from chalicelib.service.execute import ATTEMPTS, keep_answer, kept_answer
from chalicelib.service.sns_errors import refused_as, registering
from chalicelib.store import keys
from chalicelib.store.codec import day_start
from chalicelib.store.idempotency import Answer, Conflict
from chalicelib.store.people import PhoneCode
from chalicelib.store.tallies import Counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.service.services import Services
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Once
    from chalicelib.store.people import Profile

OK = 200
WORKS = timedelta(minutes=10)
TRIES = 5
"""Guesses at one code: a chance of 5 in a million."""
PAUSE = timedelta(minutes=1)
"""The time before another code is sent."""
CODES_A_DAY = 5
"""Codes that one person is sent in a day, and with them guesses: 25 of a million."""
_ROUNDS = 50_000
"""Rounds of the hash: a copy of the table gives no code away while it works, and a guess costs some 20 ms."""


def check_changes(services: Services, before: Profile, channels: list[str]) -> None:
    """Count new addresses, each of which is sent something. Raises ``Refusal(limit_reached)`` beyond the day's limit."""
    now, most = services.clock.now(), services.limits.contact_changes_a_day
    for channel in channels:
        name = f"{before.version}:{channel}"  # the same change, tried again, counts once
        if services.tallies.enter(keys.changes_tally_sk(now), _recipient(before), name, most) is Counted.FULL:
            raise _full(f"An address or number is changed at most {most} times a day.", most, now)


def new_code(services: Services, profile: Profile) -> tuple[str, Profile]:
    """Return a new code for the profile's phone, and the profile that expects it.

    Raises ``Refusal(limit_reached)`` for a person or a number that has been sent as much as it may be today.
    """
    now, name = services.clock.now(), f"code:{_recipient(profile)}:{profile.version}"
    if services.tallies.enter(keys.codes_tally_sk(now), _recipient(profile), name, CODES_A_DAY) is Counted.FULL:
        raise _full(f"At most {CODES_A_DAY} codes are sent to one person a day.", CODES_A_DAY, now)
    limits, number = services.limits, keys.number_recipient(profile.phone or "")
    most = limits.sms_per_number_a_day
    if services.tallies.enter_within(keys.sms_tally_sk(now), number, name, most, limits.sms_per_day) is Counted.FULL:
        raise _full("No more SMS are sent to this number today.", most, now)
    code, salt = f"{secrets.randbelow(10**6):06d}", secrets.token_hex(16)
    return code, replace(profile, phone_code=PhoneCode(salt, _digest(code, salt), now + WORKS, now))


def _full(message: str, limit: int, now: datetime) -> Refusal:
    tomorrow = day_start(now) + timedelta(days=1)
    return Refusal(LIMIT_REACHED, f"{message} Try again tomorrow.", limit=limit, opens_at=tomorrow)


def _recipient(profile: Profile) -> str:
    return f"{profile.role}:{profile.person_id}"


def _digest(code: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", code.encode(), bytes.fromhex(salt), _ROUNDS).hex()


def send(services: Services, profile: Profile, code: str) -> None:
    """Send a code to the profile's phone. Raises ``Malformed`` where SNS does not take the number, as one that has opted out.

    The number stays on file, unconfirmed.
    """
    with refused_as(Malformed("no SMS can be sent to this number; check it, or give another", "phone")):
        services.texts.send_code(profile.phone or "", profile.language, code)


@registering()
def resend_code(services: Services, seller_id: str, once: Once, view: Callable[[Profile], Json]) -> Answer:
    """Send another code to the seller's unconfirmed phone; the earlier one works no more. Returns the contacts.

    Raises ``Refusal`` where there is nothing to confirm, where the last code is less than a minute old, or where the codes of
    the day are used up; ``Busy``, ``MessagingUnavailable``.
    """
    kept = kept_answer(services, once)
    if kept:
        return kept
    profile = services.people.profile(Role.SELLER.value, seller_id)
    pending = _pending(profile)
    if services.clock.now() < pending.sent_at + PAUSE:
        raise Refusal(TOO_EARLY, "A code has just been sent. Wait a minute for it.", opens_at=pending.sent_at + PAUSE)
    code, after = new_code(services, replace(profile, version=profile.version + 1))
    try:
        services.people.save(after)
    except Conflict:
        raise Busy from None
    send(services, after, code)
    return keep_answer(services, once, Answer(OK, msgspec.json.encode(view(after)).decode()))


def confirm(
    services: Services,
    seller_id: str,
    once: Once,
    code: str,
    reach: Callable[[Profile], Profile],
    view: Callable[[Profile], Json],
) -> Answer:
    """Confirm the seller's phone by the code that was sent there, and return the contacts. ``reach`` subscribes the phone.

    Every guess is counted before it is compared. Raises ``Refusal`` for a wrong code, for one that has expired or been guessed
    at too often, and where there is nothing to confirm; ``Busy``.
    """
    kept = kept_answer(services, once)
    if kept:
        return kept
    for attempt in range(ATTEMPTS):
        profile = services.people.profile(Role.SELLER.value, seller_id)
        if profile.phone and profile.phone_code is None:
            return keep_answer(services, once, Answer(OK, msgspec.json.encode(view(profile)).decode()))
        try:
            after = _confirmed(services, profile, code, reach)
        except Conflict:
            services.pause(attempt)
        else:
            return keep_answer(services, once, Answer(OK, msgspec.json.encode(view(after)).decode()))
    raise Busy


def _confirmed(services: Services, profile: Profile, code: str, reach: Callable[[Profile], Profile]) -> Profile:
    """Return the profile with its phone confirmed, as saved. Raises ``Refusal``, ``Conflict``."""
    pending, now = _pending(profile), services.clock.now()
    if now >= pending.expires_at:
        raise Refusal(TOO_LATE, "This code has expired. Ask for another one.", deadline=pending.expires_at)
    if pending.tries >= TRIES:
        raise Refusal(LIMIT_REACHED, f"A code takes {TRIES} tries. Ask for another one.", limit=TRIES)
    tried = replace(profile, version=profile.version + 1, phone_code=replace(pending, tries=pending.tries + 1))
    services.people.save(tried)
    if not hmac.compare_digest(_digest(code, pending.salt), pending.digest):
        left = TRIES - pending.tries - 1
        raise Refusal(INVALID, f"This is not the code that was sent; {left} tries are left.", field="code")
    after = reach(replace(tried, version=tried.version + 1, phone_code=None))
    services.people.save(after)
    return after


def _pending(profile: Profile) -> PhoneCode:
    if profile.phone_code is None:
        raise Refusal(CONFLICT, "There is no phone number to confirm. Put one in the contacts first.")
    return profile.phone_code

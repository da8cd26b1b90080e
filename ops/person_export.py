"""Write all that is stored about a person into a folder: the answer to a request for access (GDPR, articles 15 and 20).

The folder holds `person.json`, the person's own `files/`, and a manifest with hashes. What the other party of an order wrote
or photographed is left out, and its place is marked: it is their personal data (article 15, paragraph 4). The
marketplace's decisions are in it. Not in it: the staff's internal notes, whose authors have to look at them first; stored
answers to requests, which nobody can find by person and which are gone after a week; logs, which hold ids only.
Check who asks before you hand it out, and send it over a safe way.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap import services, storage, verification
from chalicelib.domain.changes import Changes
from chalicelib.domain.people import PARTIES, Actor, Role
from chalicelib.domain.personal_data import ANOTHERS, only_words_of
from chalicelib.service import erasure, views
from chalicelib.service.execute import current
from chalicelib.service.messages import message_view
from chalicelib.store import keys, lists
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.items import text
from chalicelib.store.uploads import UploadStatus
from ops.dispute_export import Collected
from ops.folder import MANIFEST, Folder
from ops.stack import OperationError, connect
from ops.stored_files import Wanted, copy

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from chalicelib.domain.case import Case
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.thread import Message


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("person", metavar="PERSON_ID")
    roles = [role.value for role in PARTIES]
    parser.add_argument("--role", choices=roles, action="append", help="as what the person is known; by default both")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is not there yet")


def run(options: argparse.Namespace) -> int:
    """Write the folder, and return 1 where a file is missing or not as it was uploaded."""
    connect(options.stack)
    roles = [role for role in PARTIES if role.value in (options.role or PARTIES)]
    found = {role: of_person(role, options.person) for role in roles}
    known = {role: told for role, told in found.items() if told["orders"] or told["profile"] or told["erasure"]}
    if not known:
        msg = f"nothing is stored about {options.person}"
        raise OperationError(msg)
    folder = Folder(options.out)
    files = [copy(folder, wanted) for role in known for wanted in files_of(Actor(role, options.person))]
    now = timestamp(services().clock.now())
    content = {"person_id": options.person, "exported_at": now, "as": {role.value: told for role, told in known.items()}}
    folder.add_json("person.json", content | {"files": files})
    folder.close({"person_id": options.person, "exported_at": now})
    sys.stdout.write(f"{options.out}: {len(folder.written)} files, listed in {MANIFEST}\n")
    return 1 if any(it["state"] not in ("as uploaded", "erased") for it in files) else 0


def of_person(role: Role, person_id: str) -> dict[str, Any]:
    """Return all that is stored about a person in one role, as JSON-ready data."""
    it, who = services(), Actor(role, person_id)
    profile = it.people.profile(role.value, person_id)
    asked = it.people.erasure(role, person_id)
    recipient = f"{role.value}:{person_id}"
    return {
        "profile": plain(profile) if profile.version else None,
        "erasure": erasure.view(asked) if asked else None,
        "orders": [_case(order_id, who) for order_id in orders_of(who)],
        "messages_that_wait": [_keys(stored) for stored in verification().scanning.partition(keys.out_pk(recipient))],
        "counted_messages": [_keys(stored) for stored in verification().scanning.partition(keys.tally_pk(recipient))],
        "live_connections": [plain(connection) for connection in it.connections.of_person(who)],
    }


def orders_of(who: Actor) -> Iterator[str]:
    """Yield the ids of a person's orders, newest first."""
    cursor = None
    while True:
        page = services().lists.page(lists.orders_of(who.role.value, who.id), lists.PAGE_AT_MOST, cursor)
        yield from (keys.order_id_of(text(stored, "pk")) for stored in page.found)
        cursor = page.cursor
        if cursor is None:
            return


def _case(order_id: str, who: Actor) -> dict[str, Any]:
    """Return an order and its disputes as the person sees them, without the other party's words."""
    it, now = services(), services().clock.now()
    changes = current(it, order_id, now, *_abridged(order_id))
    case = changes.case
    own = replace(case, disputes=tuple(_own(dispute, who) for dispute in case.disputes))
    own = replace(own, order=only_words_of(own.order, who.role))
    shown = Changes(own, it.policies, changes.addresses)
    streams = range(len(case.disputes) + 1)
    return {
        "order": views.order(own, now),
        "disputes": [views.dispute(shown, dispute, who, now) for dispute in own.disputes],
        "timeline": [told for stream in streams for told in _events(order_id, stream, who)],
        "ledger": views.ledger(case, it.cases.ledger(order_id), who),
        "messages": [_message(message, who) for message in Collected(order_id, 0).messages()],
        "uploads": [plain(upload) for upload in storage().uploads.of_owner(order_id, who.role.value)],
        "messages_sent": [_keys(stored) for stored in _sent(case, who)],
    }


def _abridged(order_id: str) -> frozenset[int]:
    """Return the numbers of the order's disputes that are read whole only where somebody asks for them."""
    case = services().cases.load(order_id)
    return case.abridged if case else frozenset()


def _own(dispute: Dispute, who: Actor) -> Dispute:
    return only_words_of(dispute, who.role)


def _events(order_id: str, stream: int, who: Actor) -> Iterator[dict[str, Any]]:
    for event in services().cases.log(order_id, stream):
        payload = only_words_of(event.payload, who.role, event.actor.role)
        yield views.event(replace(event, payload=payload), who) | {"stream": stream}


def _message(message: Message, who: Actor) -> dict[str, Any]:
    """Return a message of the thread; of another person's only that there is one."""
    own = message.author.role not in PARTIES or message.author == who
    return message_view(message if own else replace(message, text=ANOTHERS, attachments=()))


def _sent(case: Case, who: Actor) -> Iterator[dict[str, Any]]:
    """Yield the marks of the messages that the person was sent about an order; they are kept for 30 days."""
    order_id, recipient = case.order.terms.order_id, f"{who.role.value}:{who.id}#"
    events = [(0, case.order.version), *((dispute.number, dispute.version) for dispute in case.disputes)]
    for stream, last in events:
        for seq in range(1, last + 1):
            for stored in verification().scanning.partition(keys.sent_pk(f"{order_id}#{stream}#{seq}")):
                if text(stored, "sk").startswith(recipient):
                    yield stored


def _keys(stored: dict[str, Any]) -> dict[str, Any]:
    """Return an item that holds ids and times only, as JSON-ready data."""
    return {name: next(iter(value.values())) for name, value in stored.items() if name != "schema_version"}


def files_of(who: Actor) -> Iterator[Wanted]:
    """Yield the files that a person gave as evidence, sent in a thread, or took for a dispute that is not opened yet."""
    for order_id in orders_of(who):
        for upload in storage().uploads.of_owner(order_id, who.role.value):
            if upload.status is UploadStatus.READY and upload.file:
                about = {"type": "draft", "at": timestamp(upload.requested_at)}
                yield Wanted(f"{order_id}-draft-{upload.id}", about, order_id, upload.file)
        case = services().cases.load(order_id, *_abridged(order_id))
        for dispute in case.disputes if case else ():
            for it in dispute.evidence:
                if it.file and it.by is who.role:
                    about = {"dispute_id": dispute.id, "evidence_id": it.id, "type": it.type.value, "at": timestamp(it.at)}
                    yield Wanted(f"{dispute.id}-evidence-{it.id}", about, order_id, it.file)
        for message in Collected(order_id, 0).messages():
            for number, file in enumerate(message.attachments, 1):
                if message.author == who:
                    about = {"message_id": message.id, "type": "attachment", "at": timestamp(message.sent_at)}
                    yield Wanted(f"{message.id}-{number}", about, order_id, file)

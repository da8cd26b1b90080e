"""Write everything about a dispute into a folder, for a lawyer, a court, a regulator or a card scheme.

The folder holds `dispute.json` (the order, the dispute, its timeline, the thread and the ledger), `dispute.pdf` (the same to
read), `files/` (evidence and attachments), and `manifest.json` and `SHA256SUMS`, by which `sha256sum --check SHA256SUMS`
shows that nothing was changed. Internal notes of the staff are left out; `--internal-notes` adds them as a file of their own.
The folder holds personal data: keep it as such, and delete it when it has served.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.bootstrap import services
from chalicelib.domain.dispute import order_of
from chalicelib.domain.events import ORDER
from chalicelib.domain.people import Actor, Role
from chalicelib.service import views
from chalicelib.service.execute import current
from chalicelib.service.messages import message_view
from chalicelib.store import keys
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.lists import PAGE_AT_MOST
from ops.folder import MANIFEST, Folder
from ops.stack import OperationError, connect
from ops.stored_files import Wanted, copy

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.thread import Message
    from chalicelib.store.notes import CaseNote

READER = Actor(Role.PLATFORM, "export")
"""The marketplace, which sees all of a dispute."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("dispute", metavar="DISPUTE_ID")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder that is not there yet")
    parser.add_argument("--internal-notes", action="store_true", help="add the notes that only the staff sees")


def run(options: argparse.Namespace) -> int:
    """Write the folder, and return 1 where a file is missing or not as it was uploaded."""
    stack = connect(options.stack)
    case = collected(options.dispute)
    folder = Folder(options.out)
    content = json.loads(json.dumps(case.content()))
    content["files"] = [copy(folder, wanted) for wanted in case.files()]
    digest = folder.add_json("dispute.json", content)
    from ops.dispute_pdf import pdf  # noqa: PLC0415 - its library takes a second to load

    folder.add("dispute.pdf", pdf(content, digest))
    if options.internal_notes:
        folder.add_json("internal-notes.json", case.notes())
    folder.close({"dispute_id": options.dispute, "stack": stack.name, "exported_at": content["exported_at"]})
    bad = [it for it in content["files"] if it["state"] not in ("as uploaded", "erased")]
    for it in content["files"]:
        sys.stdout.write(f"{it['state']}\t{it['file'] or it['upload_id']}\n")
    sys.stdout.write(f"{options.out}: {len(folder.written)} files, listed in {MANIFEST}\n")
    return 1 if bad else 0


def collected(dispute_id: str) -> Collected:
    """Return the dispute with all that belongs to it. Raises ``OperationError`` where there is none of that id."""
    place = order_of(dispute_id)
    case = services().cases.load(*place) if place else None
    if place is None or case is None or not 1 <= place[1] <= len(case.disputes):
        msg = f"there is no dispute {dispute_id}; `find` looks ids up"
        raise OperationError(msg)
    return Collected(place[0], place[1])


@dataclass(frozen=True, slots=True)
class Collected:
    """One dispute, and how to read all of it."""

    order_id: str
    number: int

    def content(self) -> dict[str, Any]:
        """Return the case as JSON-ready data, in the words of the API, without files."""
        it, now = services(), services().clock.now()
        changes = current(it, self.order_id, now, self.number)
        case = changes.case
        dispute = case.dispute(self.number)
        return {
            "exported_at": timestamp(now),
            "dispute_id": dispute.id,
            "order": views.order(case, now),
            "dispute": views.dispute(changes, dispute, READER, now),
            "timeline": [views.event(event, READER) for event in it.cases.log(self.order_id, self.number)],
            "order_timeline": [views.event(event, READER) for event in it.cases.log(self.order_id, ORDER)],
            "thread": [message_view(message) for message in self.messages()],
            "ledger": views.ledger(case, it.cases.ledger(self.order_id), READER),
            "policy": plain(case.policy),
        }

    def messages(self) -> list[Message]:
        """Return every message of the order's thread, the oldest first."""
        threads = services().messages
        found: list[Message] = []
        number = threads.thread(self.order_id).count + 1
        while page := threads.before(self.order_id, number, PAGE_AT_MOST):
            found += page
            number = page[-1].number
        return found[::-1]

    def notes(self) -> list[dict[str, Any]]:
        """Return the staff's internal notes on the dispute, the oldest first."""
        found: list[CaseNote] = []
        number = keys.NOTES_AT_MOST + 1
        while page := services().notes.before(self.order_id, self.number, number, PAGE_AT_MOST):
            found += page
            number = page[-1].number
        return [plain(note) for note in found[::-1]]

    def files(self) -> Iterator[Wanted]:
        """Yield the dispute's evidence and the thread's attachments that are files."""
        case = services().cases.load(self.order_id, self.number)
        dispute: Dispute | None = case.dispute(self.number) if case else None
        for it in dispute.evidence if dispute else ():
            if it.file:
                about = {"evidence_id": it.id, "type": it.type.value, "by": it.by.value, "at": timestamp(it.at)}
                yield Wanted(f"evidence-{it.id}-{it.type.value}", about, self.order_id, it.file)
        for message in self.messages():
            for number, file in enumerate(message.attachments, 1):
                about = {"message_id": message.id, "type": "attachment", "by": message.author.role.value}
                about["at"] = timestamp(message.sent_at)
                yield Wanted(f"message-{message.number}-{number}", about, self.order_id, file)

"""Request, add and list evidence in files (N6, D4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain import acting
from chalicelib.domain.commands import AddEvidence
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.files import check_size, check_type
from chalicelib.domain.guards import evidence_room, too_much_evidence
from chalicelib.domain.people import PARTIES
from chalicelib.domain.state_machine import Action
from chalicelib.domain.todos import missing_evidence
from chalicelib.service import uploads
from chalicelib.service.access import check_dispute, check_whole_dispute, place_of
from chalicelib.service.execute import CaseCommand, Request, current, execute
from chalicelib.store.codec import plain, timestamp
from chalicelib.store.uploads import UNFINISHED, Purpose, UploadStatus

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.domain.changes import Changes
    from chalicelib.domain.dispute import Dispute
    from chalicelib.domain.evidence import Evidence, File
    from chalicelib.domain.people import Actor, Role
    from chalicelib.domain.policy import Policy
    from chalicelib.service.services import Services
    from chalicelib.service.uploads import Storage
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer, Once
    from chalicelib.store.items import Item
    from chalicelib.store.uploads import Upload

OK = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that a party offers as evidence. ``size`` is in bytes."""

    type: EvidenceType
    content_type: ContentType
    size: int
    note: str = ""


def request_file(services: Services, storage: Storage, dispute_id: str, actor: Actor, once: Once, offer: Offer) -> Answer:
    """Give a form for one file of evidence, wherever evidence can be added now; 201 with the form."""
    order_id, number = place_of(dispute_id)

    def wanted(now: datetime) -> uploads.Wanted:
        case = current(services, order_id, now, number).case
        dispute = check_dispute(case, number, actor)
        refused = acting.refusal(case, dispute, Action.ADD_EVIDENCE, actor, now)
        if refused:
            raise refused
        check_type(offer.type, offer.content_type)
        check_size(case.policy, offer.content_type, offer.size)
        _check_room(storage, case.policy, dispute, actor, now)
        file = offer.content_type, offer.size
        return uploads.Wanted(order_id, Purpose.EVIDENCE, *file, dispute_id, offer.type, offer.note)

    return uploads.request_upload(services, storage, actor, once, wanted)


def _check_room(storage: Storage, policy: Policy, dispute: Dispute, actor: Actor, now: datetime) -> None:
    """Raise ``Refusal(limit_reached)`` where the evidence and the uploads still under way leave no room for one more file."""
    coming = uploads.on_their_way(_of_dispute(storage, dispute, actor), now)
    if coming >= evidence_room(dispute, policy, actor.role):
        raise too_much_evidence(policy, f"; {coming} of yours are on their way")


def _of_dispute(storage: Storage, dispute: Dispute, actor: Actor) -> list[Upload]:
    return [it for it in uploads.recent(storage, dispute.order_id, actor, Purpose.EVIDENCE) if it.dispute_id == dispute.id]


def add_file(services: Services, upload: Upload, file: File, finish_upload: Item) -> None:
    """Add a file that has arrived to its dispute, in its owner's name, and finish its upload in the same transaction.

    Raises the ``Refusal`` of a file that comes too late or is one too many, and ``Busy`` where the upload is finished already.
    """
    _, number = place_of(upload.dispute_id or "")
    action = AddEvidence(upload.type or EvidenceType.DOCUMENT, upload.note, file)
    execute(services, upload.order_id, Request(upload.owner, also=(finish_upload,)), AddFile(number, action))


@dataclass(frozen=True, slots=True)
class AddFile(CaseCommand[None]):
    """A file that has arrived becomes evidence in the order's nth dispute."""

    number: int
    action: AddEvidence

    def decide(self, changes: Changes, _: Services, actor: Actor) -> None:
        """Add the evidence, as the state machine allows it."""
        acting.perform(changes, self.number, self.action, actor)

    def answer(self, *_: object) -> tuple[int, None]:
        """Return nothing: no caller waits for it."""
        return OK, None


def list_evidence(services: Services, storage: Storage, dispute_id: str, actor: Actor) -> Json:
    """Return a dispute's evidence with a short-lived link to each file, and the caller's own unfinished or rejected uploads.

    Raises ``NotFound`` for a caller who may not see the dispute.
    """
    order_id, number = place_of(dispute_id)
    now = services.clock.now()
    case = current(services, order_id, now, number).case
    it = check_whole_dispute(case, number, actor)
    own = _of_dispute(storage, it, actor) if actor.role in PARTIES else []
    return {
        "dispute_id": dispute_id,
        "as_of": timestamp(now),
        "evidence": evidence_list(storage, it, actor, now),
        "missing_evidence": plain(missing_evidence(it, case.policy)),
        "uploads": [uploads.view(it, now) for it in own if it.status in (*UNFINISHED, UploadStatus.REJECTED)],
    }


def evidence_list(storage: Storage, it: Dispute, actor: Actor, now: datetime) -> list[Json]:
    """Return the evidence of a dispute that the caller may see, each piece with short-lived links to its file."""
    return [_piece(storage, it, piece, actor.role, now) for piece in it.evidence]


def _piece(storage: Storage, dispute: Dispute, piece: Evidence, viewer: Role, now: datetime) -> Json:
    view: Json = plain(piece)
    erased = piece.by in dispute.erased
    file = None if erased else piece.file
    links = uploads.links(storage, dispute.order_id, viewer, file, now) if file else uploads.NO_LINKS
    return view | {"erased": erased} | links

"""Files that are sent before a dispute is opened, and that its opening claims (N6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.opening import RequestedRemedy
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import INVALID, LIMIT_REACHED, NOT_YET_COVERED, UPLOAD_PENDING, WRONG_STATE, Refusal
from chalicelib.service import disputes, drafts, evidence
from chalicelib.service.errors import Busy, NotFound
from chalicelib.service.uploads import erase
from chalicelib.service.uploads_arrived import take_in
from chalicelib.store import lists
from chalicelib.store.idempotency import Conflict
from chalicelib.store.uploads import UploadStatus, as_upload
from tests.domain.worlds import BUYER, DAMAGED, DAY, HOUR, SECOND, SELLER, claim_of
from tests.service.bucket import JPEG, PDF
from tests.service.office import DISPUTE, ORDER, Office, once, read

if TYPE_CHECKING:
    from chalicelib.domain.claim import Claim
    from chalicelib.service.execute import Request
    from chalicelib.service.views import Json
    from chalicelib.store.idempotency import Answer

PHOTO = evidence.Offer(EvidenceType.PHOTO, ContentType.JPEG, len(JPEG), "The crack.")
PAPER = evidence.Offer(EvidenceType.DOCUMENT, ContentType.PDF, len(PDF))


@dataclass
class Desk:
    """An order that was delivered, about which nothing is open."""

    office: Office = field(default_factory=lambda: Office().delivered().wait(DAY))
    asked: int = 0

    def ask(self, offer: evidence.Offer = PHOTO, actor: Actor = BUYER) -> Json:
        """Ask for a form."""
        self.asked += 1
        by = once(actor, f"draft-{self.asked}", offer)
        return read(drafts.request_draft(self.office.services, self.office.storage, ORDER, actor, by, offer))

    def send(self, offer: evidence.Offer = PHOTO, content: bytes = JPEG) -> str:
        """Send a file, let it be looked at, and return the id of its upload."""
        form = self.ask(offer)
        self.office.bucket.put(form["fields"]["key"], offer.content_type.value, content)
        take_in(self.office.services, self.office.storage, form["fields"]["key"])
        return str(form["upload_id"])

    def open(self, *uploads: str, claim: Claim = DAMAGED, request: Request | None = None) -> Answer:
        """Open a dispute that begins with these uploads."""
        by = request or self.office.request(BUYER)
        return drafts.open_with_drafts(self.office.services, ORDER, by, self.office.storage, claim, RequestedRemedy(), uploads)

    def refused(self, *uploads: str, claim: Claim = DAMAGED) -> Refusal:
        """Return the refusal of opening a dispute with these uploads."""
        with pytest.raises(Refusal) as refused:
            self.open(*uploads, claim=claim)
        return refused.value

    def listed(self) -> list[tuple[str, str]]:
        """Return each draft that the buyer is shown, and how it stands."""
        shown = drafts.list_drafts(self.office.services, self.office.storage, ORDER, BUYER)
        return [(it["upload_id"], it["status"]) for it in shown["uploads"]]

    def waiting(self) -> list[str]:
        """Return the drafts that the index lists."""
        return [it.id for it in self.office.services.lists.read(lists.drafts(), 100, None, as_upload)[0]]


def test_a_dispute_begins_with_what_was_sent_before() -> None:
    """N6: the required photo is there from the first moment, under its note and with a link, and the draft is used up."""
    desk = Desk()
    photo, paper = desk.send(), desk.send(PAPER, PDF)
    assert {(photo, "ready"), (paper, "ready")} == set(desk.listed())
    assert {photo, paper} == set(desk.waiting())

    opened: dict[str, Any] = read(desk.open(photo, paper))

    assert [("e1", "photo", "The crack.", photo), ("e2", "document", "", paper)] == [
        (it["id"], it["type"], it["note"], it["file"]["upload_id"]) for it in opened["evidence"]
    ]
    assert [] == opened["missing_evidence"]["buyer"]
    assert ([], []) == (desk.listed(), desk.waiting())
    seen = evidence.list_evidence(desk.office.services, desk.office.storage, DISPUTE, SELLER)
    assert all(it["link"] for it in seen["evidence"])
    (event,) = disputes.get_timeline(desk.office.services, DISPUTE, SELLER)["events"]
    assert [photo, paper] == [it["file"]["upload_id"] for it in event["data"]["evidence"]]


def test_a_repeated_opening_gets_its_first_answer() -> None:
    """I5: the same request again changes nothing, though its drafts are used up; another request with them is refused."""
    desk = Desk()
    photo = desk.send()
    request = desk.office.request(BUYER)
    first = desk.open(photo, request=request)
    before = desk.office.table.snapshot()
    assert first == desk.open(photo, request=request)
    assert before == desk.office.table.snapshot()
    desk.office.act(BUYER, c.Withdraw())
    assert ("evidence", INVALID) == (desk.refused(photo).details["field"], desk.refused(photo).code)


def test_a_refused_opening_leaves_its_drafts() -> None:
    """N6: what is not covered yet is refused as ever, and the photos are there for the next try."""
    desk = Desk(Office().bought().wait(DAY))
    photo = desk.send()
    assert NOT_YET_COVERED == desk.refused(photo, claim=claim_of(Reason.NOT_RECEIVED)).code
    assert [(photo, "ready")] == desk.listed()


def test_a_draft_that_is_not_there_yet_or_not_any_more_is_refused() -> None:
    """N6: one on its way is to be tried again; unknown, turned away, another's or named twice it is invalid."""
    desk = Desk()
    on_its_way, bad, good = desk.ask()["upload_id"], desk.send(content=PDF), desk.send()
    assert {(good, "ready"), (bad, "rejected"), (on_its_way, "pending")} == set(desk.listed())
    assert (UPLOAD_PENDING, "evidence") == (desk.refused(on_its_way).code, desk.refused(on_its_way).details["field"])
    for wrong in ((bad,), ("nothing",), (good, good), (good, bad)):
        assert (INVALID, "evidence") == (desk.refused(*wrong).code, desk.refused(*wrong).details["field"])
    desk.office.wait(timedelta(minutes=10))
    assert INVALID == desk.refused(on_its_way).code
    assert "expired" == dict(desk.listed())[on_its_way]


def test_a_file_of_another_purpose_is_no_draft() -> None:
    """N6: a file for one purpose serves no other."""
    desk = Desk()
    by = once(BUYER, "attachment", PHOTO)
    offer = evidence.Offer(EvidenceType.PHOTO, ContentType.JPEG, len(JPEG))
    photo = desk.send(offer)
    read(desk.open())
    filed = read(evidence.request_file(desk.office.services, desk.office.storage, DISPUTE, BUYER, by, offer))["upload_id"]
    desk.office.act(BUYER, c.Withdraw())
    assert INVALID == desk.refused(filed).code
    assert 200 < desk.open(photo).status


def test_other_peoples_orders_are_not_found() -> None:
    """I6: a stranger, and the seller, get no form, no list and no dispute."""
    desk = Desk()
    photo = desk.send()
    for actor in (Actor(Role.BUYER, "eve"), Actor(Role.BUYER, SELLER.id)):
        with pytest.raises(NotFound):
            desk.ask(actor=actor)
        with pytest.raises(NotFound):
            drafts.list_drafts(desk.office.services, desk.office.storage, ORDER, actor)
        with pytest.raises(NotFound):
            desk.open(photo, request=desk.office.request(actor))


def test_a_draft_is_removed_after_a_day() -> None:
    """N6, P2: to the second it can be claimed; then it is refused, and the sweep removes file and words."""
    desk = Desk()
    photo = desk.send()
    desk.office.wait(DAY - SECOND)
    assert 0 == drafts.drop_drafts(desk.office.services, desk.office.storage)
    desk.office.wait(SECOND)
    assert INVALID == desk.refused(photo).code
    assert 0 == drafts.drop_drafts(desk.office.services, desk.office.storage, lambda: False)
    kept = [key for key in desk.office.bucket.objects if key.startswith("kept/")]
    assert (1, 1) == (len(kept), drafts.drop_drafts(desk.office.services, desk.office.storage))
    assert [] == [key for key in desk.office.bucket.objects if key.startswith("kept/")]
    assert ([], []) == (desk.listed(), desk.waiting())
    assert "The crack." not in str([it for it in desk.office.table.snapshot() if it["sk"]["S"].startswith("UPLOAD#")])


def test_what_was_claimed_is_not_removed() -> None:
    """N6: an opening and the sweep cannot both have a draft, whichever of them read it first."""
    desk = Desk()
    photo = desk.send()
    stale = desk.office.storage.uploads.find(ORDER, "buyer", photo)
    assert stale is not None
    assert 201 == desk.open(photo).status
    desk.office.wait(2 * DAY)
    assert 0 == drafts.drop_drafts(desk.office.services, desk.office.storage)
    with pytest.raises(Conflict):
        erase(desk.office.services, desk.office.storage, stale)
    assert [key for key in desk.office.bucket.objects if key.startswith("kept/")]


def test_of_two_openings_one_has_the_draft() -> None:
    """I11: an opening whose draft another one claims meanwhile writes nothing."""
    desk = Desk()
    photo = desk.send()
    ready = desk.office.storage.uploads.find(ORDER, "buyer", photo)
    assert ready is not None
    claim = desk.office.storage.uploads.finish_put(replace(ready, status=UploadStatus.CONFIRMED), 0, was=UploadStatus.READY)
    desk.open(photo)
    desk.office.act(BUYER, c.Withdraw())
    before = desk.office.table.snapshot()
    with pytest.raises(Busy):
        disputes.open_dispute(
            desk.office.services, ORDER, replace(desk.office.request(BUYER), also=(claim,)), DAMAGED, RequestedRemedy()
        )
    assert before == desk.office.table.snapshot()


def test_drafts_are_limited() -> None:
    """N6: as many as evidence, on their way or there; of the right type and size; and none for an order that is over."""
    desk = Desk()
    for _ in range(20):
        desk.ask()
    for offer, code in (
        (PHOTO, LIMIT_REACHED),
        (replace(PHOTO, content_type=ContentType.PDF), INVALID),
        (replace(PHOTO, size=50_000_000), INVALID),
    ):
        with pytest.raises(Refusal) as refused:
            desk.ask(offer)
        assert code == refused.value.code
    desk.office.wait(HOUR)
    desk.ask()
    desk.office.wait(100 * DAY)
    with pytest.raises(Refusal) as refused:
        desk.ask()
    assert WRONG_STATE == refused.value.code


def test_a_dispute_begins_with_no_more_than_it_holds() -> None:
    """N6: opening with more pieces than the limit is refused."""
    desk = Desk(Office().limited(evidence_at_most=2).delivered().wait(DAY))
    shown = (c.AddEvidence(EvidenceType.STATEMENT, "See."),) * 3
    with pytest.raises(Refusal) as refused:
        disputes.open_dispute(desk.office.services, ORDER, desk.office.request(BUYER), DAMAGED, RequestedRemedy(), shown)
    assert LIMIT_REACHED == refused.value.code

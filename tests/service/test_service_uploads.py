"""Files: asked for, checked, then taken in or turned away with a reason, in one step (N6)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.evidence import IMAGES, ContentType, EvidenceType, File
from chalicelib.domain.people import Actor, Role
from chalicelib.domain.refusals import Refusal
from chalicelib.service import disputes, evidence, uploads
from chalicelib.service.errors import Busy, KeyReused, NotFound
from chalicelib.service.execute import ATTEMPTS
from chalicelib.service.uploads import Storage, Wanted
from chalicelib.service.uploads_arrived import TRIES, take_in
from chalicelib.store.codec import timestamp
from chalicelib.store.idempotency import Conflict
from chalicelib.store.uploads import Purpose, UploadStatus, kept_at, shown_at
from tests.domain.worlds import BUYER, DAY, MEDIATOR, SECOND, SELLER
from tests.service.bucket import HEIC, JPEG, MP4, OTHER_JPEG, PDF, PNG, Bucket
from tests.service.office import DISPUTE, ORDER, Office, cancelled, once, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.service.views import Json

PHOTO = evidence.Offer(EvidenceType.PHOTO, ContentType.JPEG, len(JPEG), "The crack.")
MINUTE = timedelta(minutes=1)


@dataclass
class Desk:
    """A dispute about damage just opened, and a bucket for its files."""

    office: Office = field(default_factory=lambda: Office().disputed())
    asked: int = 0

    @property
    def bucket(self) -> Bucket:
        """Return the bucket of the files."""
        return self.office.bucket

    @property
    def storage(self) -> Storage:
        """Return the records of uploads together with the bucket."""
        return self.office.storage

    def ask(self, actor: Actor = BUYER, offer: evidence.Offer = PHOTO, key: str = "") -> Json:
        """Ask for a form."""
        self.asked += 1
        by = once(actor, key or f"upload-{self.asked}", offer)
        return read(evidence.request_file(self.office.services, self.storage, DISPUTE, actor, by, offer))

    def send(self, form: Json, content: bytes = JPEG, content_type: str = "") -> str:
        """Upload by a form, as storage lets one, and return the key."""
        key = str(form["fields"]["key"])
        self.bucket.put(key, content_type or form["content_type"], content)
        return key

    def tell(self, key: str) -> None:
        """Let storage report an object."""
        take_in(self.office.services, self.storage, key)

    def shown(self, actor: Actor = BUYER) -> Json:
        """Return the list of evidence."""
        return evidence.list_evidence(self.office.services, self.storage, DISPUTE, actor)

    def kept(self) -> list[str]:
        """Return the keys of the objects in the bucket."""
        return sorted(self.bucket.sent)


def rejected(desk: Desk, actor: Actor = BUYER) -> list[str]:
    """Return the reasons for which uploads of ``actor`` were rejected."""
    return [it["reason"] for it in desk.shown(actor)["uploads"] if it["status"] == "rejected"]


@pytest.mark.parametrize(
    ("kind", "content_type", "content"),
    [
        (EvidenceType.PHOTO, ContentType.JPEG, JPEG),
        (EvidenceType.PHOTO, ContentType.PNG, PNG),
        (EvidenceType.PHOTO, ContentType.HEIC, HEIC),
        (EvidenceType.VIDEO, ContentType.MP4, MP4),
        (EvidenceType.PROOF_OF_DELIVERY, ContentType.PDF, PDF),
    ],
)
def test_a_file_becomes_evidence_once_it_has_arrived(kind: EvidenceType, content_type: ContentType, content: bytes) -> None:
    """N6, D4: an uploaded file becomes evidence by its uploader when it arrives, and both sides read it through a link."""
    desk = Desk()
    form = desk.ask(offer=evidence.Offer(kind, content_type, len(content), "See."))
    key = desk.send(form, content)
    before = desk.shown()
    desk.office.wait(MINUTE)
    desk.tell(key)

    assert ([], ["pending"]) == (before["evidence"], [it["status"] for it in before["uploads"]])
    (piece,) = desk.shown(SELLER)["evidence"]
    said = (piece["by"], piece["type"], piece["note"], piece["file"]["content_type"], piece["file"]["size"])
    assert ("buyer", kind.value, "See.", content_type.value, len(content)) == said
    assert (form["upload_id"], []) == (piece["file"]["upload_id"], desk.shown()["uploads"])
    (kept,) = desk.kept()
    assert kept.startswith(f"kept/{ORDER}/{form['upload_id']}/")
    read_at, shown_as = (kept, content_type.value) if content_type not in IMAGES else (shown_of(kept), "image/jpeg")
    assert piece["link"]["url"].startswith(f"https://files.example/{read_at}?as={shown_as}")


def shown_of(kept: str) -> str:
    """The place of the copy of a photo that is kept there."""
    return f"{kept.replace('kept/', 'shown/', 1)}.jpg"


def test_a_form_works_ten_minutes_and_a_link_five() -> None:
    """N6: storage ends a form and a link after exactly the seconds that the answer tells; a link counts from its minute on."""
    desk = Desk()
    asked = desk.office.watch.at
    form = desk.ask()
    assert (f"{len(JPEG)} 600", timestamp(asked + 10 * MINUTE)) == (form["fields"]["policy"], form["expires_at"])
    desk.tell(desk.send(form))
    desk.office.wait(61 * SECOND)
    (piece,) = desk.shown()["evidence"]
    assert piece["link"]["url"].endswith("&for=300")
    assert timestamp(asked + 6 * MINUTE) == piece["link"]["expires_at"]


def test_a_mediator_sees_what_the_parties_do() -> None:
    """I6, D4: a mediator reads the evidence of their case, a stranger never does; unfinished uploads are private."""
    desk = Desk()
    desk.tell(desk.send(desk.ask()))
    desk.ask()
    for stranger in (MEDIATOR, Actor(Role.BUYER, "stranger"), Actor(Role.SELLER, "stranger")):
        with pytest.raises(NotFound):
            desk.shown(stranger)
    desk.office.act(SELLER, c.Decline())
    desk.office.act(BUYER, c.Escalate())
    with pytest.raises(NotFound):
        desk.shown(MEDIATOR)

    desk.office.act(MEDIATOR, c.Assign())

    seen = {actor.role: desk.shown(actor) for actor in (BUYER, SELLER, MEDIATOR)}
    original = [it.pop("original") for role in seen for it in seen[role]["evidence"]]
    assert seen[Role.BUYER]["evidence"] == seen[Role.SELLER]["evidence"] == seen[Role.MEDIATOR]["evidence"]
    assert [False, False, True] == [it is not None for it in original], "a photo as it was sent is for mediators only"
    assert [1, 0, 0] == [len(seen[role]["uploads"]) for role in (Role.BUYER, Role.SELLER, Role.MEDIATOR)]


def test_a_stranger_gets_no_form() -> None:
    """I6: a person who is no party to the dispute is told that there is none."""
    desk = Desk()
    for stranger in (Actor(Role.BUYER, "stranger"), Actor(Role.SELLER, "stranger"), Actor(Role.BUYER, SELLER.id)):
        with pytest.raises(NotFound):
            desk.ask(stranger)
    assert not list(desk.storage.uploads.of_owner(ORDER, "buyer"))


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(PNG.ljust(len(JPEG)), ""), (b"<script>".ljust(len(JPEG)), ""), (JPEG + b"!", ""), (JPEG, "text/html")],
)
def test_a_file_that_is_not_as_declared_is_removed(content: bytes, content_type: str) -> None:
    """N6: the wrong signature, size or label: no evidence, no object, and only the uploader is told why."""
    desk = Desk()
    desk.tell(desk.send(desk.ask(), content, content_type))

    (told,) = desk.shown()["uploads"]
    assert ("rejected", "wrong_content") == (told["status"], told["reason"])
    assert "was declared" in told["detail"]
    assert ([], [], []) == (desk.kept(), desk.shown()["evidence"], desk.shown(SELLER)["uploads"])


def test_a_file_that_comes_after_the_deadline_is_removed() -> None:
    """N6: a file requested before the deadline that arrives after it is too late, whether or not a sweep has run."""
    desk = Desk()
    key = desk.send(desk.ask())
    desk.office.wait(5 * DAY)
    desk.office.wait(10 * DAY)
    desk.tell(key)

    assert (["too_late"], []) == (rejected(desk), desk.kept())


def test_a_file_that_comes_in_the_appeal_window_is_removed() -> None:
    """N6, D5: between decision and appeal no evidence is added, and no form is given."""
    desk = Desk()
    key = desk.send(desk.ask())
    desk.office.act(BUYER, c.Withdraw())
    desk.tell(key)

    assert (["wrong_state"], []) == (rejected(desk), desk.kept())
    with pytest.raises(Refusal) as refused:
        desk.ask()
    assert "wrong_state" == refused.value.code


def test_the_limit_counts_what_is_on_its_way() -> None:
    """N6: each side has 20 pieces of evidence of its own, counting uploads whose forms have not expired."""
    desk = Desk()
    desk.office.act(BUYER, c.AddEvidence(EvidenceType.STATEMENT, "It is cracked."))
    forms = [desk.ask() for _ in range(19)]
    with pytest.raises(Refusal, match=r"20 pieces of evidence.*19 of yours are on their way") as refused:
        desk.ask()
    desk.ask(SELLER)
    for form in forms[:2]:
        desk.tell(desk.send(form))
    with pytest.raises(Refusal, match="17 of yours"):
        desk.ask()
    desk.office.wait(10 * MINUTE)
    assert {"expired"} == {it["status"] for it in desk.shown()["uploads"]}
    desk.ask()

    assert "limit_reached" == refused.value.code


def test_the_twenty_first_file_is_removed() -> None:
    """N6: the dispute takes at most 20 pieces from one side, however many forms were given out."""
    desk = Desk()
    late = desk.send(desk.ask())
    desk.office.wait(11 * MINUTE)
    for _ in range(20):
        desk.tell(desk.send(desk.ask()))
    desk.tell(late)

    assert (20, ["limit_reached"], 20) == (len(desk.shown()["evidence"]), rejected(desk), len(desk.kept()))


def test_an_answer_may_be_a_file_however_many_there_are() -> None:
    """N6, D4: a mediator's question allows the asked party one more file, uploads on their way counted."""
    desk = Desk()
    desk.office.act(SELLER, c.Decline())
    desk.office.act(BUYER, c.Escalate())
    desk.office.act(MEDIATOR, c.Assign())
    for actor in (BUYER, SELLER):
        for _ in range(20):
            desk.office.act(actor, c.AddEvidence(EvidenceType.STATEMENT, "It is cracked."))
    for _ in range(2):
        desk.office.act(MEDIATOR, c.RequestInformation(Role.BUYER, "May I see it?"))
    forms = [desk.ask() for _ in range(2)]
    for actor in (BUYER, SELLER):
        with pytest.raises(Refusal, match="20 pieces of evidence"):
            desk.ask(actor)
    for form in forms:
        desk.tell(desk.send(form))

    shown = desk.shown()
    assert ([("r1", "r2"), ()], []) == ([it["answers"] for it in shown["evidence"][40:]], shown["uploads"])
    with pytest.raises(Refusal, match="20 pieces of evidence"):
        desk.ask()


@pytest.mark.parametrize(
    ("offer", "where"),
    [
        (evidence.Offer(EvidenceType.PHOTO, ContentType.PDF, 9), "content_type"),
        (evidence.Offer(EvidenceType.PHOTO, ContentType.JPEG, 10 * 2**20 + 1), "size"),
        (evidence.Offer(EvidenceType.VIDEO, ContentType.MP4, 50 * 2**20 + 1), "size"),
    ],
)
def test_no_form_is_given_for_what_would_not_be_taken(offer: evidence.Offer, where: str) -> None:
    """N6: a file of the wrong kind, or too large for its kind, is refused before it is sent."""
    with pytest.raises(Refusal) as refused:
        Desk().ask(offer=offer)
    assert ("invalid", where) == (refused.value.code, refused.value.details["field"])


def test_the_same_request_gets_the_same_form() -> None:
    """I5: a repeated request gets the same form, even if it would be refused now; another body under its key is refused."""
    desk = Desk()
    first = desk.ask(key="one")
    desk.office.act(BUYER, c.Withdraw())

    assert first == desk.ask(key="one")
    assert 1 == len(list(desk.storage.uploads.of_owner(ORDER, "buyer")))
    with pytest.raises(KeyReused):
        desk.ask(key="one", offer=evidence.Offer(EvidenceType.PHOTO, ContentType.PNG, 9))


def test_a_request_that_meets_another_may_be_sent_again() -> None:
    """I5: a request that meets the same request under way is told so, and leaves nothing behind."""
    desk = Desk()
    desk.office.table.fail(cancelled("None", "TransactionConflict"))
    with pytest.raises(Busy):
        desk.ask(key="one")
    assert desk.ask(key="one")["upload_id"]


@pytest.mark.parametrize("key", [f"incoming/{ORDER}/buyer/unknown", "incoming/a/b", "incoming///", "elsewhere", "kept/a/b/c"])
def test_an_object_that_nobody_asked_for_is_removed(key: str) -> None:
    """N6: an object under a foreign key is removed, since it belongs to no upload."""
    desk = Desk()
    desk.bucket.put(key, "image/jpeg", JPEG)
    desk.tell(key)
    assert ([], []) == (desk.kept(), desk.shown()["evidence"])


def test_storage_may_tell_as_often_as_it_likes() -> None:
    """N6: a second report changes nothing, whatever became of the file; nor does a report of a missing object."""
    desk = Desk()
    good, bad, none = desk.ask(), desk.ask(), desk.ask()
    told = [desk.send(good), desk.send(bad, PNG), str(none["fields"]["key"])]
    for key in (*told, *reversed(told), *told):
        desk.tell(key)

    assert (1, ["wrong_content"], 1) == (len(desk.shown()["evidence"]), rejected(desk), len(desk.kept()))


def test_a_form_used_again_changes_nothing() -> None:
    """N6: evidence never changes; another content sent by the same form is removed."""
    desk = Desk()
    form = desk.ask()
    desk.tell(desk.send(form))
    before, kept = desk.shown(SELLER), dict(desk.bucket.sent)
    other = OTHER_JPEG
    desk.tell(desk.send(form, other))

    assert (before, kept) == (desk.shown(SELLER), desk.bucket.sent)


def test_of_two_contents_for_one_form_the_first_that_is_settled_stands() -> None:
    """N6: a file that is replaced while it is checked is checked again, and no copy of the other is left."""
    desk = Desk()
    form = desk.ask()
    key, other = desk.send(form), OTHER_JPEG
    copy = desk.bucket.copy

    def replaced_meanwhile(key: str, etag: str, to: str) -> bool:
        desk.send(form, other)
        return copy(key, etag, to)

    desk.bucket.copy = replaced_meanwhile  # type: ignore[method-assign]
    desk.tell(key)

    assert [other] == [content for _, content in desk.bucket.sent.values()]
    assert 1 == len(desk.shown()["evidence"])


def test_one_conflict_makes_nobody_wait() -> None:
    """N6: a check that meets another write is repeated at once; after several it is left to the queue, and nothing is lost."""
    desk = Desk()
    crossed = cancelled("None", "TransactionConflict")
    key = desk.send(desk.ask())
    desk.office.table.fail(*[crossed] * (ATTEMPTS * TRIES))
    with pytest.raises(Busy):
        desk.tell(key)
    assert [] == desk.shown()["evidence"]
    desk.office.table.fail(*[crossed] * (ATTEMPTS * TRIES - 1))
    desk.tell(key)

    assert 1 == len(desk.shown()["evidence"])
    assert [] == [it for it in desk.bucket.sent if it.startswith("incoming/")]


@pytest.mark.parametrize("last", [JPEG, OTHER_JPEG, PNG], ids=["the same", "another", "a wrong one"])
def test_two_deliveries_at_one_moment_take_a_file_in_once(last: bytes) -> None:
    """N6: of two checks of different contents at one moment, one finishes the upload, and the other tidies up."""
    desk = Desk()
    form = desk.ask()
    key = desk.send(form)
    copy = desk.bucket.copy

    def overtaken(key: str, etag: str, to: str) -> bool:
        copied = copy(key, etag, to)
        desk.bucket.copy = copy  # type: ignore[method-assign]
        desk.send(form, last)
        desk.tell(key)
        return copied

    desk.bucket.copy = overtaken  # type: ignore[method-assign]
    desk.tell(key)

    stands = last is not PNG
    assert (int(stands), [] if stands else ["wrong_content"]) == (len(desk.shown()["evidence"]), rejected(desk))
    assert ([last] if stands else []) == [content for _, content in desk.bucket.sent.values()]
    if stands:
        (piece,) = desk.shown()["evidence"]
        assert desk.kept() == [f"kept/{ORDER}/{form['upload_id']}/{piece['file']['etag']}"]


class CrashError(Exception):
    """The process died here."""


@dataclass
class Breaking:
    """Lets calls through, but kills the process before or after the ``at``-th."""

    at: int
    after: bool
    calls: int = 0

    def around(self, thing: object, *names: str) -> None:
        """Wrap these methods of ``thing``."""
        for name in names:
            setattr(thing, name, self._around(getattr(thing, name)))

    def _around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: object, **kwargs: object) -> Any:  # noqa: ANN401 - whatever the call gives
            self.calls += 1
            if self.calls == self.at and not self.after:
                raise CrashError
            result = call(*args, **kwargs)
            if self.calls == self.at:
                raise CrashError
            return result

        return counted


def _outcome(content: bytes, breaking: Breaking | None) -> tuple[object, ...]:
    """Deliver a file of that content until the function gets through, and return the end; the calls are counted."""
    desk = Desk()
    key = desk.send(desk.ask(), content)
    watched = breaking or Breaking(0, after=False)
    watched.around(desk.office.table, "get_item", "query", "put_item", "transact_write_items")
    watched.around(desk.bucket, "arrived", "copy", "delete")
    for _ in range(3):
        try:
            desk.tell(key)
        except CrashError:
            continue
        break
    watched.at, calls = 0, watched.calls
    shown = desk.shown()
    watched.calls = calls
    kept = [content for _, content in desk.bucket.sent.values()]
    return len(shown["evidence"]), rejected(desk), kept, [it["status"] for it in shown["uploads"]]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [(JPEG, (1, [], [JPEG], [])), (PNG, (0, ["wrong_content"], [], ["rejected"]))],
    ids=["good", "wrong"],
)
def test_a_crash_at_any_call_is_repaired_by_the_next_delivery(content: bytes, expected: object, *, after: bool) -> None:
    """I11, N6: wherever the process dies, before a call or after it, the next delivery brings the same end."""
    probe = Breaking(0, after=False)
    assert expected == _outcome(content, probe)
    calls = probe.calls
    assert calls > 6
    for at in range(1, calls + 1):
        breaking = Breaking(at, after)
        assert expected == _outcome(content, breaking), f"at call {at}"
        assert breaking.calls >= at


def test_an_upload_is_a_file_of_its_owner_alone() -> None:
    """N5, I6: a confirmed upload can be attached; another person's, another order's, or evidence cannot."""
    desk = Desk()
    services = desk.office.services

    def ask(_: object) -> Wanted:
        return Wanted(ORDER, Purpose.MESSAGE, ContentType.JPEG, len(JPEG))

    form = read(uploads.request_upload(services, desk.storage, BUYER, once(BUYER, "message"), ask))
    upload_id = form["upload_id"]
    evidence_id = desk.ask()["upload_id"]

    def found(owner: Actor = BUYER, order: str = ORDER, which: str = upload_id) -> str:
        try:
            return uploads.confirmed(desk.storage, order, which, owner, Purpose.MESSAGE, desk.office.watch.at).upload_id
        except Refusal as refused:
            return refused.code

    assert "upload_pending" == found()
    desk.tell(desk.send(form))
    desk.tell(desk.send(desk.shown()["uploads"][0] | {"fields": {"key": f"incoming/{ORDER}/buyer/{evidence_id}"}}))
    assert upload_id == found()
    assert uploads.confirmed(desk.storage, ORDER, evidence_id, BUYER, Purpose.EVIDENCE, desk.office.watch.at)
    assert ["invalid"] * 5 == [
        found(SELLER),
        found(Actor(Role.BUYER, "stranger")),
        found(order="order-2"),
        found(which="unknown"),
        found(which=evidence_id),
    ]


@pytest.mark.parametrize("when", ["before it is sent", "before it is looked at", "once it is evidence"])
def test_what_is_erased_is_gone(when: str) -> None:
    """N6: erasing removes the objects and words of an upload for good, also while it is pending, and can be repeated."""
    desk = Desk()
    form = desk.ask()
    key = str(form["fields"]["key"])
    if when != "before it is sent":
        desk.send(form)
    if when == "once it is evidence":
        desk.tell(key)
    for _ in range(2):
        (upload,) = desk.storage.uploads.of_owner(ORDER, "buyer")
        uploads.erase(desk.office.services, desk.storage, upload)
    desk.tell(desk.send(form))

    (upload,) = desk.storage.uploads.of_owner(ORDER, "buyer")
    assert (UploadStatus.ERASED, "", []) == (upload.status, upload.note, desk.kept())
    assert (1 if when == "once it is evidence" else 0) == len(desk.shown()["evidence"])


def test_erasing_what_has_changed_since_is_refused() -> None:
    """N6: an erasure that meets a confirmation reads the upload again, so that no object is forgotten."""
    desk = Desk()
    form = desk.ask()
    (seen,) = desk.storage.uploads.of_owner(ORDER, "buyer")
    desk.tell(desk.send(form))
    with pytest.raises(Conflict):
        uploads.erase(desk.office.services, desk.storage, seen)
    assert 1 == len(desk.kept())


def test_the_dispute_says_what_is_missing() -> None:
    """N6: everybody who sees the dispute sees what each party has still to show."""
    desk = Desk()
    seen = disputes.get_dispute(desk.office.services, DISPUTE, SELLER)
    assert {"buyer": ("photo",), "seller": ()} == seen["missing_evidence"] == desk.shown(SELLER)["missing_evidence"]
    desk.tell(desk.send(desk.ask()))
    seen = disputes.get_dispute(desk.office.services, DISPUTE, SELLER)
    assert {"buyer": (), "seller": ()} == seen["missing_evidence"]


def test_other_uploads_hide_no_evidence_that_is_on_its_way() -> None:
    """N6, D4: forms for attachments, however many, do not hide a dispute's own uploads nor change their count."""
    desk = Desk()
    forms = [desk.ask()["upload_id"] for _ in range(20)]
    desk.office.wait(timedelta(seconds=1))
    for number in range(uploads.RECENT):
        wanted = Wanted(ORDER, Purpose.MESSAGE, ContentType.JPEG, len(JPEG))
        by = once(BUYER, f"attachment-{number}")
        uploads.request_upload(desk.office.services, desk.storage, BUYER, by, lambda _, it=wanted: it)  # type: ignore[misc]

    assert set(forms) == {it["upload_id"] for it in desk.shown()["uploads"]}
    with pytest.raises(Refusal) as refused:
        desk.ask()
    assert "limit_reached" == refused.value.code


def test_a_photo_of_which_no_copy_was_made_is_shown_as_it_came() -> None:
    """N6, I17: a file that an older release took in has a link that leads somewhere; one with copies leads to them."""
    office = Office().disputed()
    before = File("u-1", ContentType.JPEG, 4, "e")
    old, new = (
        uploads.links(office.storage, ORDER, SELLER.role, it, office.watch.at) for it in (before, replace(before, copied=True))
    )

    assert f"/{kept_at(ORDER, before)}?" in old["link"]["url"]
    assert f"/{shown_at(ORDER, before)}?" in new["link"]["url"]
    assert (None, True) == (old["thumbnail"], bool(new["thumbnail"]))

"""Evidence: a file's type by its bytes, its use and its size, and the evidence that is still missing (N6)."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain import commands as c
from chalicelib.domain.claim import Claim, ClaimItem
from chalicelib.domain.dispute import Stage
from chalicelib.domain.evidence import FILES_OF, ContentType, EvidenceType, File
from chalicelib.domain.files import bytes_at_most, check_content, check_size, check_type, content_of
from chalicelib.domain.guarantees import Reason
from chalicelib.domain.people import PARTIES, Role
from chalicelib.domain.policy import policy_from_data, published
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.todos import missing_evidence
from tests.domain.test_policy import DEFAULT
from tests.domain.worlds import BUYER, DAY, MEDIATOR, SELLER, World, delivered, disputed

JPEG, PNG, HEIC, HEIF, MP4, MOV, PDF = ContentType
PHOTO = File("u-1", JPEG, 9, "etag")
POLICY = next(iter(published()))

HEADS = {
    b"\xff\xd8\xff\xe0\x00\x10JFIF": JPEG,
    b"\xff\xd8\xff\xe1\x00\x10Exif": JPEG,
    b"\xff\xd8": None,
    b"\x89PNG\r\n\x1a\n\x00": PNG,
    b"\x89PNG\n\x1a\n\x00": None,
    b"%PDF-1.4": PDF,
    b" %PDF-1.4": PDF,
    b"<html>%PDF-1.4": None,
    b" " * 1020 + b"%PDF-1.4": None,
    b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic": HEIC,
    b"\x00\x00\x00\x10ftypheix\x00\x00\x00\x00": HEIC,
    b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic": HEIC,
    b"\x00\x00\x00\x18ftypmsf1\x00\x00\x00\x00msf1hevc": HEIC,
    b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif": None,
    b"\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00mif1heic": None,  # heic is behind the end of the box
    b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41": MP4,
    b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42": MP4,
    b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ": MOV,
    b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00isommp42": None,
    b"\x00\x00\x00\x18ftypavis\x00\x00\x00\x00isomiso8": None,
    b"\x00\x00\x00\x14ftypXAVC\x00\x00\x00\x00XAVC": None,
    b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1heic": None,
    b"\xff\xff\xff\xffftypmif1": None,
    b"ftyp": None,
    b"MZ\x90\x00": None,
    b"<html><script>": None,
    b"GIF89a": None,
    b"": None,
}


@pytest.mark.parametrize(("head", "expected"), HEADS.items(), ids=repr)
def test_a_file_is_what_its_first_bytes_say(head: bytes, expected: ContentType | None) -> None:
    """N6: the signature decides, and what has none of those that are taken is not."""
    assert expected is content_of(head)


@pytest.mark.parametrize(
    ("label", "size", "head"),
    [
        ("image/png", 12, b"\xff\xd8\xff\xe0"),
        ("image/jpeg", 13, b"\xff\xd8\xff\xe0"),
        ("image/jpeg", 12, b"\x89PNG\r\n\x1a\n"),
        ("image/jpeg", 12, b"<html>"),
    ],
)
def test_a_file_that_is_not_what_was_declared_is_refused(label: str, size: int, head: bytes) -> None:
    """N6: another label, size or signature is each a reason to remove it; as declared it is fine."""
    check_content(JPEG, 12, "image/jpeg", 12, b"\xff\xd8\xff\xe0")
    with pytest.raises(Refusal, match="image/jpeg of 12 bytes was declared") as refused:
        check_content(JPEG, 12, label, size, head)
    assert "wrong_content" == refused.value.code


BRANDS = (
    (b"XAVC", b"XAVCmp42iso2", MP4),
    (b"3gp4", b"isom3gp4", MP4),
    (b"iso8", b"isom", MP4),
    (b"dash", b"iso6avc1mp41", MP4),
    (b"hvc1", b"hvc1isom", MP4),
    (b"mp42", b"", MP4),
    (b"qt  ", b"qt  ", MOV),
)


@pytest.mark.parametrize(("brand", "others", "expected"), BRANDS)
def test_cheat_31_what_cameras_and_phones_record_is_taken(brand: bytes, others: bytes, expected: ContentType) -> None:
    """N6: a brand of a maker is an MP4 where the file says that it can be read as one; an iPhone's .MOV is a video too."""
    head = (16 + len(others)).to_bytes(4, "big") + b"ftyp" + brand + b"\x00\x00\x02\x00" + others
    assert expected is content_of(head)
    check_content(expected, 99, expected.value, 99, head)


def test_cheat_31_phones_take_some_types_for_each_other() -> None:
    """N6: a picture is declared image/heif or image/heic, and a film from an iPhone as either kind of video."""
    picture = b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"
    film = b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  "
    for declared, head in ((HEIC, picture), (HEIF, picture), (MP4, film), (MOV, film)):
        check_content(declared, 9, declared.value, 9, head)
    for declared, head in ((MP4, picture), (HEIF, film), (JPEG, picture)):
        with pytest.raises(Refusal):
            check_content(declared, 9, declared.value, 9, head)


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"\r\n", b"\x1b%-12345X@PJL SET PAPER=A4\r\n@PJL ENTER LANGUAGE=PDF\r\n", b"\x00" * 1019]
)
def test_cheat_32_readers_of_pdf_look_through_its_beginning(before: bytes) -> None:
    """N6: a byte order mark, a line break or printers' commands before %PDF- do no harm within the first 1,024 bytes."""
    assert PDF is content_of(before + b"%PDF-1.7 and more")


@pytest.mark.parametrize(
    ("content_type", "most"), [(JPEG, 10), (PNG, 10), (HEIC, 10), (HEIF, 10), (PDF, 10), (MP4, 50), (MOV, 50)], ids=str
)
def test_a_file_has_at_most_the_size_of_its_kind(content_type: ContentType, most: int) -> None:
    """N6: 10 MB for an image or a PDF, 50 MB for a video, and not a byte more."""
    assert most * 1024 * 1024 == bytes_at_most(POLICY, content_type)
    check_size(POLICY, content_type, most * 1024 * 1024)
    with pytest.raises(Refusal, match=f"at most {most} MB") as refused:
        check_size(POLICY, content_type, most * 1024 * 1024 + 1)
    assert ("invalid", "size") == (refused.value.code, refused.value.details["field"])


@pytest.mark.parametrize("kind", EvidenceType)
@pytest.mark.parametrize("content_type", ContentType)
def test_a_video_is_no_photo(kind: EvidenceType, content_type: ContentType) -> None:
    """N6: a photo is an image, a video a video, a document an image or a PDF; all else may be any file."""
    images = {JPEG, PNG, HEIC, HEIF}
    taken = {EvidenceType.PHOTO: images, EvidenceType.VIDEO: {MP4, MOV}, EvidenceType.DOCUMENT: images | {PDF}}
    taken[EvidenceType.RETURN_LABEL] = images | {PDF}
    if content_type in taken.get(kind, set(ContentType)):
        check_type(kind, content_type)
        return
    with pytest.raises(Refusal) as refused:
        check_type(kind, content_type)
    assert ("invalid", "content_type") == (refused.value.code, refused.value.details["field"])


def still_missing(world: World) -> dict[Role, tuple[EvidenceType, ...]]:
    """Return the evidence that each party has still to show."""
    case = world.as_of_now()
    return missing_evidence(case.dispute(1), case.policy)


def test_what_is_missing_is_shown_until_it_is_there() -> None:
    """N6, D4: a damaged item needs a photo of the buyer's, and only a file is one."""
    world = disputed()
    photo = {Role.BUYER: (EvidenceType.PHOTO,), Role.SELLER: ()}
    assert photo == still_missing(world)
    world.act(BUYER, c.AddEvidence(EvidenceType.PHOTO, "A photo would show the crack."))
    world.act(SELLER, c.AddEvidence(EvidenceType.PHOTO, "Packed well.", PHOTO))
    assert photo == still_missing(world)
    world.act(BUYER, c.AddEvidence(EvidenceType.PHOTO, "The crack.", PHOTO))
    assert dict.fromkeys(PARTIES, ()) == still_missing(world)


def test_once_it_is_over_nothing_is_missing() -> None:
    """N6: nobody is asked to show anything in a dispute that is resolved."""
    world = disputed()
    world.act(BUYER, c.Withdraw())
    assert dict.fromkeys(PARTIES, ()) == still_missing(world)


def test_a_counterfeit_without_its_guarantee_needs_what_a_wrong_item_needs() -> None:
    """C1: what is asked for goes by the reason that the claim is judged under."""
    world = delivered()
    world.wait(DAY).open(Claim(Reason.COUNTERFEIT, (ClaimItem("a", 1),)))
    assert {Role.BUYER: (EvidenceType.PHOTO,), Role.SELLER: ()} == still_missing(world)


def test_a_file_answers_the_mediator_as_words_do() -> None:
    """D4, D11: a file is a piece of evidence like another: it answers what was asked, and the log folds to it."""
    world = disputed(Stage.UNDER_REVIEW)
    world.act(MEDIATOR, c.RequestInformation(Role.BUYER, "A photo?"))
    world.act(BUYER, c.AddEvidence(EvidenceType.PHOTO, "", PHOTO))
    dispute = world.dispute()
    assert [(PHOTO, ("r1",))] == [(piece.file, piece.answers) for piece in dispute.evidence]
    assert not dispute.information_requests[0].pending
    assert world.case == world.refolded()


def test_everything_that_is_asked_for_can_be_shown() -> None:
    """C6: the published policy asks both parties of every reason that can be covered, and never the same type twice."""
    for policy in published():
        assert set(Reason) - {Reason.UNAUTHORISED_CHARGE} == policy.evidence.keys()
        for parties in policy.evidence.values():
            assert set(PARTIES) == parties.keys()
            for asked in parties.values():
                assert not set(asked.required) & set(asked.optional)
        assert ((), ()) == tuple(policy.evidence_for(Reason.UNAUTHORISED_CHARGE)[party].required for party in PARTIES)
    of_files = {EvidenceType.PHOTO, EvidenceType.VIDEO, EvidenceType.DOCUMENT, EvidenceType.RETURN_LABEL}
    assert FILES_OF.keys() == of_files


_SOUND: dict[str, Any] = DEFAULT["evidence"]
_ASKED: dict[str, Any] = {"required": [], "optional": ["photo"]}


@pytest.mark.parametrize(
    "evidence",
    [
        {},
        {reason: asked for reason, asked in _SOUND.items() if reason != "counterfeit"},
        {**_SOUND, "unauthorised_charge": _SOUND["counterfeit"]},
        {**_SOUND, "counterfeit": {"buyer": _ASKED}},
        {**_SOUND, "counterfeit": {"buyer": _ASKED, "seller": _ASKED, "clock": _ASKED}},
        {**_SOUND, "counterfeit": {"buyer": _ASKED, "seller": {"required": []}}},
        {**_SOUND, "counterfeit": {"buyer": _ASKED, "seller": {"required": ["photo"], "optional": ["photo"]}}},
        {**_SOUND, "counterfeit": {"buyer": _ASKED, "seller": {"required": ["phot"], "optional": []}}},
    ],
    ids=range(8),
)
def test_evidence_that_makes_no_sense_is_refused(evidence: dict[str, Any]) -> None:
    """C6: a reason or a party too many or too few, a type twice or unknown: the version is refused."""
    with pytest.raises(ValueError, match=r"evidence|phot"):
        policy_from_data({**DEFAULT, "evidence": evidence})

"""The answer to an access request: all of the person's own data, and nothing that somebody else wrote (GDPR, article 15)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.domain.evidence import ContentType, EvidenceType
from chalicelib.domain.people import Role
from chalicelib.service import drafts, erasure, evidence
from chalicelib.service.uploads_arrived import take_in
from chalicelib.store.sent import Sent
from ops.cli import main
from tests.domain.worlds import BUYER, DAY, PLATFORM
from tests.ops.shop import SAID, Shop, played
from tests.ops.test_verify import jobs_sweep
from tests.service.bucket import JPEG
from tests.service.office import NAME, ORDER, once, read

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OTHERS = "[another person's words]"


def answer(out: Path, person: str, *more: str) -> tuple[dict[str, Any], str]:
    """Export a person, and return what the JSON file says, and its text."""
    assert 0 == main(["export-person", "--stack", "shop", person, "--out", str(out), *more])
    text = (out / "person.json").read_text(encoding="utf-8")
    return json.loads(text), text


def test_a_buyer_gets_their_own_words_and_not_the_sellers(shop: Shop, tmp_path: Path) -> None:
    """Contacts, orders, disputes, messages, uploads and files of the buyer; of the seller's words only that there were some."""
    played(shop)
    Sent(lambda: shop.office.table, NAME).mark("order-1#1#1", "buyer:ana", "email")
    Sent(lambda: shop.office.table, NAME).mark("order-1#1#1", "seller:acme", "email")
    content, text = answer(tmp_path / "a", "ana")
    own = content["as"]["buyer"]
    assert ["buyer"] == list(content["as"])
    assert "ana@ana.example" == own["profile"]["email"]
    (case,) = own["orders"]
    assert [SAID["emoji"], OTHERS] == [it["text"] for it in case["messages"]]
    assert [SAID["buyer"], OTHERS, SAID["chinese"]] == [it["note"] for it in case["disputes"][0]["evidence"]]
    assert [("SENT#order-1#1#1", "buyer:ana#email")] == [(it["pk"], it["sk"]) for it in case["messages_sent"]]
    assert 3 == len(case["uploads"])
    assert SAID["rationale"] in text
    for word in (SAID["seller"], SAID["note"], "acme@acme.example", "Calle Mayor"):
        assert word not in text, word
    names = sorted(path.name for path in (tmp_path / "a" / "files").iterdir())
    assert ["order-1-d1-evidence-e1.jpg", "order-1-d1-evidence-e3.pdf", "order-1-m1-1.jpg"] == names
    assert {"person.json", "manifest.json", "SHA256SUMS", "files"} == {it.name for it in (tmp_path / "a").iterdir()}


def test_a_seller_gets_theirs_and_not_the_buyers(shop: Shop, tmp_path: Path) -> None:
    """The seller's address and words are in it, and no photo or word of the buyer."""
    played(shop)
    content, text = answer(tmp_path / "a", "acme", "--role", "seller")
    assert SAID["seller"] in text
    assert "acme@acme.example" in text
    for word in (SAID["buyer"], SAID["chinese"], SAID["note"], "ana@ana.example"):
        assert word not in text, word
    assert [] == content["files"]


def test_after_the_erasure_there_is_nothing_of_them_left(shop: Shop, tmp_path: Path) -> None:
    """P2: a forgotten person's answer has ids, dates and amounts, the proof of the erasure, and no word."""
    played(shop)
    shop.office.wait(40 * DAY)
    jobs_sweep(shop)
    case = shop.office.services.cases.load("order-1")
    assert case
    for it in case.order.instructions:
        shop.office.pay(it.id)
    erasure.ask(shop.office.services, Role.BUYER, BUYER.id, PLATFORM)
    erasure.go_on(shop.office.services, shop.office.storage)
    content, text = answer(tmp_path / "a", "ana")
    own = content["as"]["buyer"]
    assert "done" == own["erasure"]["status"]
    for word in (SAID["buyer"], SAID["chinese"], SAID["emoji"], "ana@ana.example"):
        assert word not in text, word
    assert {"erased"} == {it["state"] for it in content["files"]}


def test_nobody_known(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A person of whom nothing is stored is said so, and no folder is made."""
    played(shop)
    assert 2 == main(["export-person", "--stack", "shop", "nobody", "--out", str(tmp_path / "a")])
    assert "nothing is stored about nobody" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_a_file_that_no_dispute_has_claimed_yet_is_in_the_answer(shop: Shop, tmp_path: Path) -> None:
    """A photo that was taken for a dispute which is not opened yet is the buyer's own, and is copied."""
    office = shop.office.delivered().wait(DAY)
    offer = evidence.Offer(EvidenceType.PHOTO, ContentType.JPEG, len(JPEG), "The crack.")
    form = read(drafts.request_draft(office.services, office.storage, ORDER, BUYER, once(BUYER, "draft", offer), offer))
    office.bucket.put(form["fields"]["key"], ContentType.JPEG.value, JPEG)
    take_in(office.services, office.storage, form["fields"]["key"])

    content, _ = answer(tmp_path / "a", "ana", "--role", "buyer")

    (file,) = content["files"]
    assert (f"files/{ORDER}-draft-{form['upload_id']}.jpg", "as uploaded") == (file["file"], file["state"])

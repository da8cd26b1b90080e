"""The export of a dispute: everything is in it, every file has its hash, and the PDF shows every letter or says which."""

from __future__ import annotations

import hashlib
import json
import stat
from typing import TYPE_CHECKING, Any

from pypdfium2 import PdfDocument  # type: ignore[import-untyped]

from ops.cli import main
from ops.dispute_pdf import pdf
from tests.ops.shop import SAID, Shop, played
from tests.service.bucket import JPEG, PDF
from tests.service.office import DISPUTE

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def exported(out: Path, *more: str, code: int = 0) -> dict[str, Any]:
    """Export the dispute, and return what the JSON file says."""
    assert code == main(["export-dispute", "--stack", "shop", DISPUTE, "--out", str(out), *more])
    content: dict[str, Any] = json.loads((out / "dispute.json").read_text(encoding="utf-8"))
    return content


def read(path: Path) -> str:
    """Return the text of a PDF as a reader's search finds it, without its line breaks."""
    with PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return "".join(texts).replace("\r", "").replace("\n", "")


def test_everything_about_the_case_is_in_it(shop: Shop, tmp_path: Path) -> None:
    """D11: terms, timeline, words of both parties, thread, ledger and files; the staff's notes only when they are asked for."""
    played(shop)
    content = exported(tmp_path / "a")
    events = shop.office.services.cases.log("order-1", 1)
    assert [it.payload.type for it in events] == [it["type"] for it in content["timeline"]]
    assert ["order_imported", "payment_held"] == [it["type"] for it in content["order_timeline"]][:2]
    assert [SAID["emoji"], SAID["seller"]] == [it["text"] for it in content["thread"]]
    assert [SAID["buyer"], SAID["seller"], SAID["chinese"]] == [it["note"] for it in content["dispute"]["evidence"]]
    assert SAID["rationale"] == content["dispute"]["decision"]["rationale"]
    assert 1 == len(content["ledger"]["entries"])
    assert "whole" == content["dispute"]["shown"]
    everything = "".join(path.read_text("utf-8") for path in (tmp_path / "a").glob("*.json"))
    assert SAID["note"] not in everything
    exported(tmp_path / "b", "--internal-notes")
    assert SAID["note"] in (tmp_path / "b" / "internal-notes.json").read_text("utf-8")


def test_each_file_is_there_with_its_hash(shop: Shop, tmp_path: Path) -> None:
    """Evidence and attachments come as they were uploaded; manifest and SHA256SUMS name each file of the folder."""
    played(shop)
    out = tmp_path / "a"
    content = exported(out)
    assert [("evidence-e1-photo.jpg", JPEG), ("evidence-e3-document.pdf", PDF), ("message-1-1.jpg", JPEG)] == [
        (path.name, path.read_bytes()) for path in sorted((out / "files").iterdir())
    ]
    assert {"as uploaded"} == {it["state"] for it in content["files"]}
    for it in content["files"]:
        assert hashlib.sha256((out / it["file"]).read_bytes()).hexdigest() == it["sha256"]
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    listed = {it["name"]: it["sha256"] for it in manifest["files"]}
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert there == {*listed, "manifest.json", "SHA256SUMS"}
    lines = (out / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert there == {*sums, "SHA256SUMS"}
    assert {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in sums} == sums
    assert listed.items() <= sums.items()
    assert 0o700 == stat.S_IMODE(out.stat().st_mode)


def test_a_file_that_is_gone_or_changed_is_said_to_be(shop: Shop, tmp_path: Path) -> None:
    """N6: the export never hands out another file as the one that was uploaded, and misses none in silence."""
    played(shop)
    kept = sorted(key for key in shop.office.bucket.objects if key.startswith("kept/"))
    shop.office.bucket.delete(kept[0])
    shop.office.bucket.put(kept[1], "image/jpeg", JPEG + b"!")
    content = exported(tmp_path / "a", code=1)
    assert ["as uploaded", "missing", "not as uploaded"] == sorted(it["state"] for it in content["files"])
    assert "missing" in read(tmp_path / "a" / "dispute.pdf")


def test_the_pdf_has_every_word_in_every_alphabet(shop: Shop, tmp_path: Path) -> None:
    """Spanish, Russian and Chinese are shown; what the font does not have is written as its code point, never as a box."""
    played(shop)
    content = exported(tmp_path / "a")
    shown = read(tmp_path / "a" / "dispute.pdf")
    for word in ("Лампа", "разбита", "lámpara", "señora", "商品已损坏", "全额退款", "photographs", "[U+1F621]", "[U+0645]"):
        assert word in shown, word
    for fact in (DISPUTE, "ana", "acme", "100.00 USD", "Escalated", content["files"][0]["sha256"]):
        assert fact in shown, fact
    digest = hashlib.sha256((tmp_path / "a" / "dispute.json").read_bytes()).hexdigest()
    assert digest in shown


def test_a_text_longer_than_a_page_is_shown_to_its_end(shop: Shop, tmp_path: Path) -> None:
    """However long a text is, and however many lines it has, the PDF has the last of its words."""
    played(shop)
    content = exported(tmp_path / "a")
    content["thread"][0]["text"] = "word " * 3000 + "\n" * 200 + "THE-END"
    content["dispute"]["evidence"][0]["note"] = "x" * 5000 + "THE-LAST"
    (tmp_path / "long.pdf").write_bytes(pdf(content, "0" * 64))
    shown = read(tmp_path / "long.pdf")
    assert 3000 == shown.count("word")
    assert "THE-END" in shown
    assert "THE-LAST" in shown


def test_it_writes_into_no_folder_that_is_there(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two exports are never mixed: a folder that exists is refused, and an unknown dispute makes none."""
    played(shop)
    assert 2 == main(["export-dispute", "--stack", "shop", DISPUTE, "--out", str(tmp_path)])
    assert "is there already" in capsys.readouterr().err
    for unknown in ("order-1-d2", "order-9-d1", "order-1", ""):
        assert 2 == main(["export-dispute", "--stack", "shop", "--out", str(tmp_path / "b"), "--", unknown])
    assert not (tmp_path / "b").exists()

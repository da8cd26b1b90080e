"""Write a dispute as a PDF to read: who, what, when, for how much, in whose words, with which files.

The font is Noto Sans SC, which has Latin, Greek, Cyrillic and Chinese letters. A character that it does not have, such as an
emoji or an Arabic letter, is written as its code point, ``[U+1F600]``: nothing is left out without a sign. The JSON beside the
PDF has every text as it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace
from pylopdf_fonts_zh_cn import sans_path

from chalicelib.domain.money import Money
from chalicelib.notify.formats import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FONT, TEXT, SMALL = "text", 9.5, 8.0
HEADING = FontFace(fill_color=(232, 236, 241))
GREY, BLACK, BLUE = (110, 110, 110), (0, 0, 0), (20, 60, 120)
NARROW = 45
NOTHING = "\N{EN DASH}"
LINE = 1.45
PIECE, LINES = 300, 15
"""The most characters and lines of a cell."""
CONTROLS = {"\n", "\t"}
SAID_ELSEWHERE = frozenset({"at", "coverage", "etag", "policy_version", "promises", "terms", "upload_id"})
"""Parts of events that are in the tables above, or are the rules' own working, and would bury the rest."""
CODES = frozenset({"basis", "finding", "guarantee", "issue", "outcome", "reason", "type"})
"""The fields whose texts are words of the rules, and neither ids nor anybody's own words."""


class _Page(FPDF):
    """An A4 page with the dispute's id and the page's number below."""

    def __init__(self, dispute_id: str, exported_at: str) -> None:
        super().__init__(format="A4")
        self.named, self.exported_at = dispute_id, exported_at
        self.add_font(FONT, "", sans_path())
        self.set_auto_page_break(auto=True, margin=18)
        self.set_font(FONT, size=TEXT)
        self.set_title(f"Dispute {dispute_id}")
        self.alias_nb_pages()

    def footer(self) -> None:
        """Write the foot of a page."""
        self.set_y(-13)
        self.set_font(FONT, size=SMALL)
        self.set_text_color(*GREY)
        self.cell(0, 5, f"Dispute {self.named}, exported {self.exported_at}", align="L")
        self.set_x(self.l_margin)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="R")
        self.set_text_color(*BLACK)
        self.set_font(FONT, size=TEXT)

    def shown(self, text: object) -> str:
        """Return a text in which each character that the font does not have is its code point."""
        known: Mapping[int, object] = self.fonts[FONT].cmap  # type: ignore[union-attr]
        return "".join(it if it in CONTROLS or ord(it) in known else f"[U+{ord(it):04X}]" for it in str(text))

    def heading(self, text: str) -> None:
        """Begin a part."""
        if self.will_page_break(26):
            self.add_page()
        self.ln(4)
        self.set_font(FONT, size=13)
        self.set_text_color(*BLUE)
        self.cell(0, 8, self.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(*BLACK)
        self.set_font(FONT, size=TEXT)

    def paragraph(self, text: object) -> None:
        """Write a paragraph."""
        self.multi_cell(0, TEXT * LINE / 2.4, self.shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(self, rows: Iterable[tuple[object, ...]], widths: tuple[int, ...], head: tuple[str, ...] = ()) -> None:
        """Write a table; a row never loses its end, however long a text is."""
        with self.table(
            col_widths=widths, text_align="LEFT", first_row_as_headings=bool(head), headings_style=HEADING, line_height=5,
            borders_layout="HORIZONTAL_LINES", padding=1, v_align="TOP",
        ) as table:  # fmt: skip
            for row in ([head] if head else []) + list(rows):
                for part in _parts([self.shown(cell) for cell in row]):
                    table.row(part)


def pdf(content: Mapping[str, Any], digest: str) -> bytes:
    """Return the PDF of an export's content, as read from JSON. ``digest`` is the SHA-256 of that file."""
    page = _Page(content["dispute_id"], content["exported_at"])
    page.add_page()
    page.set_font(FONT, size=18)
    page.cell(0, 11, page.shown(f"Dispute {content['dispute_id']}"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(FONT, size=TEXT)
    page.paragraph(f"Exported {_time(content['exported_at'])}. All times are UTC. Made from dispute.json, SHA-256 {digest}.")
    _summary(page, content)
    _claim(page, content["dispute"])
    _proposals(page, content["dispute"])
    _decision(page, content["dispute"])
    _files(page, content)
    _timeline(page, "Timeline of the dispute", content["timeline"])
    _thread(page, content["thread"])
    _ledger(page, content["ledger"])
    _timeline(page, "Timeline of the order", content["order_timeline"])
    return bytes(page.output())


def _parts(row: list[str]) -> Iterator[list[str]]:
    """Yield a row in parts that each fit on a page: a table cannot break a row."""
    cells = [_pieces(cell) for cell in row]
    for number in range(max(len(pieces) for pieces in cells)):
        yield [pieces[number] if number < len(pieces) else "" for pieces in cells]


def _pieces(text: str) -> list[str]:
    """Return a text in pieces of so many lines and characters that one is at most half a page in the narrowest column."""
    pieces: list[str] = []
    for line in (whole[at : at + PIECE] for whole in text.split("\n") for at in range(0, len(whole) or 1, PIECE)):
        if pieces and pieces[-1].count("\n") + 1 < LINES and len(pieces[-1]) + len(line) < PIECE:
            pieces[-1] += f"\n{line}"
        else:
            pieces.append(line)
    return pieces


def _summary(page: _Page, content: Mapping[str, Any]) -> None:
    it, order = content["dispute"], content["order"]
    page.heading("In short")
    facts: list[tuple[str, object]] = [
        ("Order", f"{order['id']}, paid {_time(order['paid_at'])}, price {_money(order['price'])}"),
        ("Buyer", it["buyer_id"]),
        ("Seller", it["seller_id"]),
        ("Opened", _time(it["opened_at"])),
        ("Reason", _words(it["claim"]["reason"])),
        ("Guarantee", _words(it["guarantee"])),
        ("State", f"{_words(it['status'])} ({_words(it['stage'])})"),
        ("Requested", f"{_money(it['requested'])}, at most {_money(it['maximum'])}"),
        ("Outcome", _words(it["outcome"]) if it["outcome"] else "none yet"),
        ("Refund", _money(it["refund"]) if it["refund"] else "none yet"),
        ("Mediator", it["mediator_id"] or "none"),
        ("Policy", it["policy_version"]),
    ]
    page.rows(facts, (NARROW, 145))
    page.heading("The order's lines")
    lines = [
        (line["id"], line["title"], line["quantity"], _money(line["price"]), _time(line["delivered_at"]))
        for line in order["lines"]
    ]
    page.rows(lines, (20, 80, 20, 35, 40), ("Line", "Title", "Quantity", "Price", "Delivered"))


def _claim(page: _Page, it: Mapping[str, Any]) -> None:
    page.heading("What the buyer claims")
    claim = it["claim"]
    page.paragraph(claim.get("description") or "No description.")
    rest = {name: value for name, value in claim.items() if name not in ("description", "reason")}
    page.rows(list(_facts(rest)), (NARROW, 145))


def _proposals(page: _Page, it: Mapping[str, Any]) -> None:
    page.heading("Proposals")
    rows = [
        (one["id"], _words(one["by"]), _words(one["type"]), _money(one["amount"]), one.get("note") or "")
        for one in it["proposals"]
    ]
    page.rows(rows, (12, 25, 40, 33, 85), ("No.", "By", "Remedy", "Amount", "Words"))


def _decision(page: _Page, it: Mapping[str, Any]) -> None:
    if it["information_requests"]:
        page.heading("Questions of the mediator")
        rows = [(_time(one["asked_at"]), _words(one["to"]), one["question"], _time(one["answered_at"]))
                for one in it["information_requests"]]  # fmt: skip
        page.rows(rows, (38, 20, 99, 38), ("Asked", "To", "Question", "Answered"))
    if it["decision"]:
        page.heading("The decision")
        page.rows(list(_facts(it["decision"])), (NARROW, 145))


def _files(page: _Page, content: Mapping[str, Any]) -> None:
    page.heading("Evidence")
    files = {it.get("evidence_id"): it for it in content["files"] if "evidence_id" in it}
    rows = []
    for it in content["dispute"]["evidence"]:
        file = files.get(it["id"])
        named = (file["file"] or f"({file['state']})") if file else NOTHING
        rows.append((it["id"], _time(it["at"]), _words(it["by"]), _words(it["type"]), it["note"], named))
    page.rows(rows or [("", "", "", "none", "", "")], (12, 38, 18, 26, 56, 45), ("No.", "At", "By", "Kind", "Words", "File"))
    page.heading("Files")
    page.paragraph("SHA-256 of each file as it is in this folder, and whether it is the one that was uploaded.")
    listed = [(_file(it), it["sha256"] or NOTHING) for it in content["files"]]
    page.rows(listed or [("none", "")], (62, 133), ("File", "SHA-256"))


def _file(it: Mapping[str, Any]) -> str:
    of = it.get("message_id") or f"evidence {it['evidence_id']}"
    return f"{it['file'] or it['content_type']}\n{of}, {it['size']} bytes, {it['state']}"


def _thread(page: _Page, thread: list[Mapping[str, Any]]) -> None:
    page.heading("What they wrote to each other")
    rows = [(_time(it["sent_at"]), f"{_words(it['author']['role'])}\n{it['author']['id']}", it["text"]) for it in thread]
    page.rows(rows or [("", "", "nothing")], (38, 32, 125), ("At", "By", "Text"))


def _ledger(page: _Page, ledger: Mapping[str, Any]) -> None:
    page.heading("The money")
    rows = [
        (it["number"], _time(it["at"]), _words(it["movement"]), _money(it["amount"]), it["debit"], it["credit"], it["cause"])
        for it in ledger["entries"]
    ]
    head = ("No.", "At", "Movement", "Amount", "From", "To", "Cause")
    page.rows(rows, (10, 38, 24, 32, 23, 23, 45), head)
    told = [(it["id"], _money(it["amount"]), it["payee"], _words(it["status"])) for it in ledger["payment_instructions"]]
    if told:
        page.ln(3)
        page.rows(told, (75, 35, 50, 35), ("Payment instruction", "Amount", "To", "State"))


def _timeline(page: _Page, title: str, events: list[Mapping[str, Any]]) -> None:
    page.heading(title)
    rows = []
    for it in events:
        told = "\n".join(f"{name}: {value}" for name, value in _facts(it["data"]))
        who = f"{_words(it['actor']['role'])}\n{it['actor']['id']}"
        rows.append((it["seq"], _time(it["at"]), who, _words(it["type"]), told))
    page.rows(rows, (10, 38, 30, 40, 77), ("No.", "At", "By", "What", "Details"))


def _facts(data: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield what there is in a JSON object as pairs of name and text, at any depth; what is empty is left out."""
    for name, value in data.items():
        if value in (None, "", [], {}) or name in SAID_ELSEWHERE:
            continue
        said = f"{before}{_words(name) if not before else name.replace('_', ' ')}"
        if isinstance(value, dict) and set(value) == {"minor", "currency"}:
            yield said, _money(value)
        elif isinstance(value, dict):
            yield from _facts(value, f"{said}, ")
        elif isinstance(value, list) and all(isinstance(it, dict) for it in value):
            for number, it in enumerate(value, 1):
                yield from _facts(it, f"{said} {number}, " if len(value) > 1 else f"{said}, ")
        elif isinstance(value, list):
            yield said, ", ".join(str(it) for it in value)
        elif name in CODES:
            yield said, _words(str(value))
        elif isinstance(value, bool):
            yield said, "yes" if value else "no"
        else:
            yield said, _time(value) if str(value).endswith("Z") and str(value)[4:5] == "-" else str(value)


def _words(code: str) -> str:
    """Return a code of the API as words."""
    return code.replace("_", " ").capitalize()


def _time(at: str | None) -> str:
    """Return a time as people read it; a dash for none."""
    return f"{at[:10]} {at[11:19]}" if at else NOTHING


def _money(amount: Mapping[str, Any]) -> str:
    """Return an amount with its currency's code."""
    return money(Money(amount["minor"], amount["currency"]), "en")

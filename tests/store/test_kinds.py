"""Every kind of item that the table holds is on the page about personal data."""

from __future__ import annotations

import re
from pathlib import Path

from chalicelib.store import keys

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def kinds() -> set[str]:
    """The kinds of items, as the key scheme lists them: by the sort key, or by the partition where that is enough."""
    listed = re.findall(r"``([^`]+)``", (keys.__doc__ or "").partition("what\n")[2])
    names = {name.lstrip("#").partition("#")[0] for name in listed if not name.startswith("<")} - {""}
    return {"#ORDER" if name == "ORDER" else "#DISPUTE" if name == "DISPUTE" else name for name in names}


def test_the_page_about_personal_data_names_every_kind_of_item() -> None:
    """P2, P3: a new kind of item is on the page with its personal data, how long it is kept, and how it is erased."""
    told = PAGE.read_text(encoding="utf-8").partition("## P1")[0]
    parts = {"SELLER", "BUYER", "IDEMPOTENCY", "WEBHOOK", "v"}  # partitions of several kinds, and an attribute
    assert {"#ORDER", "#DISPUTE", "EVENT", "LEDGER", "PROFILE", "ERASURE", "SENT", "ANSWER"} <= kinds()
    assert {kind for kind in kinds() - parts if f"`{kind}`" not in told} == set()

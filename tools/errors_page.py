"""The problem codes as a page, from ``api.problems``."""

from __future__ import annotations

from chalicelib.api.problems import CATALOGUE

_HEAD = """# Problems

Every error is `application/problem+json` (RFC 9457) with a stable `code`. This page is made
from `chalicelib/api/problems.py` (`make docs`).

| code | status | meaning, and what to do |
|---|---|---|
"""


def page() -> str:
    """The page, in Markdown."""
    rows = (f"| `{code}` | {kind.status.value} {kind.status.phrase} | {kind.meaning} |\n" for code, kind in CATALOGUE.items())
    return _HEAD + "".join(rows)

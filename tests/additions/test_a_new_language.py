"""A new language, added for real in a copy of the tree by following `docs/how-to-add.md`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.languages import ENGLISH, TRANSLATIONS, sections
from tests.additions.trees import copied, listed
from tools.languages import gaps

if TYPE_CHECKING:
    from pathlib import Path

MOST = 5
"""Files that a language may take by hand."""
FILE = "chalicelib/languages/it.toml"
WORDING = "tests/notify/test_wording.py"


def test_a_language_is_the_files_that_the_page_lists(tmp_path: Path) -> None:
    """An unfinished file stops the import that makes the pages; with the listed files all checks of texts pass.

    The language stands for Italian, in the sentences of Spanish: both write letters, plurals and amounts alike.
    """
    tree = copied(tmp_path)
    spanish = tree.read("chalicelib/languages/es.toml")
    named = spanish.replace('name = "Spanish"', 'name = "Italian"').replace("America/Mexico_City", "Europe/Rome")
    tree.write(FILE, re.sub(r"^too_late = .*\n", "", named, count=1, flags=re.MULTILINE))
    assert "it.toml lacks api.problems.too_late" in tree.stops("tools.pages")
    tree.write(FILE, named)

    opened = re.search(r'^    "es": (Wording\(.*?\n    \)),\n', tree.read(WORDING), re.MULTILINE | re.DOTALL)
    assert opened
    tree.insert(WORDING, after="\nOPENED = {", text=f'\n    "it": {opened[1].replace(" abr ", " apr ")},')
    times = '(r"\\d+ [a-z]{3} 2026, \\d\\d:\\d\\d UTC\\+3", r"\\d\\d/\\d\\d/2026 \\d\\d:\\d\\d UTC\\+3")'
    tree.insert(WORDING, after="\nWHEN = {", text=f'\n    "it": {times},')
    tree.insert(WORDING, after="\nSEGMENTS = {", text='"it": 1, ')
    tree.insert(WORDING, after="\nSPAIN = {", text='"it": "Spagna", ')
    tree.insert("docs/rules.md", after="\nEnglish, Spanish, ", text="Italian, ")
    tree.insert("CHANGELOG.md", after="- Messages in English, Spanish, ", text="Italian, ")
    by_hand = tree.edited()

    tree.passes("tools.pages")
    made = tree.edited() - by_hand
    tree.passes("pytest", "-q", "tests/notify/test_catalog.py", WORDING, "tests/api/test_languages.py")

    files = listed("A language", code="it")
    assert len(files) <= MOST
    assert by_hand == set(files) - {"tests/api/test_languages.py"}  # Italian is written in Latin letters
    assert made == {"docs/messages/it.md", "openapi.json", *(f"docs/messages/{it}.md" for it in (ENGLISH, *TRANSLATIONS))}


def _paths(part: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths to all tables and texts of a language, but those inside a message."""
    inner = [(key, value) for key, value in part.items() if isinstance(value, dict) and path != ("messages",)]
    return [(*path, key) for key in part] + [found for key, value in inner for found in _paths(value, (*path, key))]


@pytest.mark.parametrize("language", [ENGLISH, *TRANSLATIONS])
def test_every_part_that_a_file_lacks_is_named(language: str) -> None:
    """Whatever is taken out of a complete file is found, but for what is optional: labels of carriers, facts in a problem."""
    file = sections(language)
    for path in _paths(file):
        *tables, key = path
        inner = file
        for table in tables:
            inner = inner[table]
        kept = inner.pop(key)
        found = gaps(language, file)
        assert _optional(path) is (found == [])
        assert _optional(path) or f"{language}.toml lacks {'.'.join(path)}" in found
        inner[key] = kept


def _optional(path: tuple[str, ...]) -> bool:
    """Return whether a file may lack this: a label of a carrier, or the sentence with facts beside the one without."""
    return path[:2] == ("labels", "carrier") or (path[:2] == ("api", "with_facts") and len(path) > 2)


def test_a_part_that_nothing_asks_for_is_named() -> None:
    """A misspelt key is not a silent addition."""
    file = sections("es")
    file["labels"]["reason"]["bordeom"] = "aburrimiento"
    file["labels"]["carrier"] = {"pigeon": "Paloma"}
    file["api"]["problems"]["too_lat"] = "Demasiado tarde."
    assert gaps("es", file) == [
        "es.toml has an unknown labels.reason.bordeom",
        "es.toml has an unknown labels.carrier.pigeon",
        "es.toml has an unknown api.problems.too_lat",
    ]

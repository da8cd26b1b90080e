"""The pages of the documentation name what exists, and are set a sentence a line."""

import re
from pathlib import Path

import pytest

from localcloud.layout import ROOT
from tools.pages import PAGES

WRITTEN = sorted(
    path for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if str(path.relative_to(ROOT)) not in PAGES
)
EVERY = sorted([*WRITTEN, *(ROOT / name for name in PAGES if name.endswith(".md"))])
LONGEST = 120
FENCE, TABLE = "```", "|"
NAMED = re.compile(r"(?<![\w/.-])((?:chalicelib|localcloud|tools|tests|infra|bench|docs|ops)/[\w./-]*\w|app\.py)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(text: str) -> list[str]:
    """Return the lines of a page that are neither code nor rows of a table."""
    lines, code = [], False
    for line in text.splitlines():
        bare = line.lstrip("> ")
        if bare.startswith(FENCE):
            code = not code
        elif not code and not bare.startswith(TABLE):
            lines.append(line)
    return lines


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def name(path: Path) -> str:
    """Return a page's path inside the project, which names its test."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", EVERY, ids=name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    """A module that moves takes along the pages that name it."""
    named = NAMED.findall(page.read_text(encoding="utf-8"))

    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", EVERY, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """A link names a page that is there, and a heading that is in it."""
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)

    assert broken == []


def test_no_file_holds_two_versions_of_itself() -> None:
    """The marks that a merge leaves are in no file that people read or that runs."""
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    rooms = [ROOT / room for room in ("chalicelib", "docs", "infra", "localcloud", "ops", "tests", "tools", "web/src")]
    files = [it for room in rooms for end in ("py", "md", "json", "toml", "ts", "tsx", "css") for it in room.rglob(f"*.{end}")]
    texts = {it: "\n" + it.read_text(encoding="utf-8") for it in (*files, *ROOT.glob("*.md"))}
    marked = [it for it, text in texts.items() if any(f"\n{mark}" in text for mark in marks)]

    assert len(files) > 500
    assert [] == [it for it in marked if "node_modules" not in it.parts]


@pytest.mark.parametrize("page", WRITTEN, ids=name)
def test_no_line_is_long(page: Path) -> None:
    """A sentence a line, and none of more than 120 characters, but in code and tables."""
    long = [line for line in prose(page.read_text(encoding="utf-8")) if len(line) > LONGEST]

    assert long == []


def pages_linked_from(page: Path) -> set[Path]:
    """Return the pages that a page links to."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    return {(page.parent / link.partition("#")[0]).resolve() for link in links if "://" not in link} & set(EVERY)


def test_every_page_can_be_reached_from_the_reading_order() -> None:
    """docs/README.md links each page, or a page that links it: the messages' languages link each other."""
    seen, coming = set(), {ROOT / "docs" / "README.md"}
    while coming:
        seen |= coming
        coming = set().union(*map(pages_linked_from, coming)) - seen

    assert sorted(map(name, set(EVERY) - seen)) == []

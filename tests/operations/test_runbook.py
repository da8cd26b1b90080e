"""The runbook: every alarm names its section, and every section says what the alarm means, where to look and what to do."""

from __future__ import annotations

import ast
import re

import pytest

from chalicelib.logs import IDS, MEASURES
from chalicelib.metrics import METRICS
from infra.alarms import ALARMS
from infra.build import template
from localcloud.layout import ROOT

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
DRILLS = (ROOT / "docs" / "alarm-drills.md").read_text(encoding="utf-8")
OF_AWS = {"@timestamp", "@message"}
AGGREGATES = {"count", "max", "sum", "pct", "bin"}
WORDS = {"filter", "stats", "display", "sort", "limit", "by", "desc", "in", "like", "and", "or", "not", "ispresent"}


def anchor(heading: str) -> str:
    """Return the address of a heading within its page, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


SECTIONS = {
    anchor(text.partition("\n")[0]): text for text in re.split(r"^## ", RUNBOOK, flags=re.MULTILINE)[1:] if "\nAlarms: " in text
}
"""The sections on alarms, by anchor."""
QUERIES = re.findall(r"ask (\w+) '([^']+)'", RUNBOOK)


def named(section: str) -> list[str]:
    """The alarms that a section names."""
    return re.findall(r"`(\w+Alarm)`", section.split("\nAlarms: ")[1].split("\n\n", maxsplit=1)[0])


def test_the_runbook_and_the_alarms_are_the_same_list() -> None:
    """Every alarm is in exactly the section that its mail names, and no section names another."""
    assert sorted((row.runbook, row.name) for row in ALARMS) == sorted(
        (place, name) for place, section in SECTIONS.items() for name in named(section)
    ), "write the alarm into its section of docs/runbook.md, or correct `runbook` in infra/alarms/"


@pytest.mark.parametrize("place", SECTIONS)
def test_a_section_says_what_to_do(place: str) -> None:
    """A section has its four parts, in order: the meaning, where to look, what to do, and how it ends."""
    parts = re.findall(r"^\*\*(It means|Look|Do|It ends):?\*\*", SECTIONS[place], flags=re.MULTILINE)

    assert ["It means", "Look", "Do", "It ends"] == parts


def test_a_mail_of_an_alarm_leads_to_its_section() -> None:
    """The description, which is what operators are mailed, ends with the address of the section."""
    resources = template()["Resources"]

    for row in ALARMS:
        told = resources[row.name]["Properties"]["AlarmDescription"]
        assert told.endswith(f"See docs/runbook.md#{row.runbook}."), row.name
        assert len(told) <= 1024, row.name


def test_a_page_leads_only_to_sections_that_exist() -> None:
    """A link from one section to another, or to a page of operators, finds its heading."""
    others = ("operations.md", "connect.md", "upgrading.md")
    pages = {"": RUNBOOK} | {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in others}
    for page, place in re.findall(r"\]\(([\w.-]*)#([\w-]+)\)", RUNBOOK):
        headings = [anchor(it) for it in re.findall(r"^#+ (.+)$", pages[page], flags=re.MULTILINE)]
        assert place in headings, f"{page}#{place}"


def code_texts() -> set[str]:
    """Every text in the code that is deployed."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "chalicelib").rglob("*.py")))
    return {it.value for tree in trees for it in ast.walk(tree) if isinstance(it, ast.Constant) and isinstance(it.value, str)}


def test_a_query_looks_for_what_is_logged() -> None:
    """A message in a query is one that the code logs, a field is one that a line has, and a function is one of the stack."""
    functions = {name.removesuffix("Logs") for name, it in template()["Resources"].items() if name.endswith("Logs")}
    known = {*IDS, *MEASURES, *METRICS, "message", "level", "version", "exception"} | WORDS | AGGREGATES | OF_AWS
    texts = code_texts()

    assert len(QUERIES) > 25
    for function, query in QUERIES:
        assert function in functions, function
        for condition in re.findall(r"message (?:=|in) (\"[^\"]+\"|\[[^\]]+\])", query):
            assert set(re.findall(r'"([^"]+)"', condition)) <= texts, query
        words = re.sub(r"\"[^\"]*\"|/[^/]*/", "", query)
        fields = {word.partition(".")[0] for word in re.findall(r"(?<![\w.])@?[A-Za-z][\w.]*", words)}
        assert set() == fields - known, query


DRILLED = re.findall(r"^\| `(\w+Alarm)` \| (.+?) \| (.+?) \| (.+?) \| (.*?) ?\|$", DRILLS, flags=re.MULTILINE)


def test_every_alarm_has_a_drill() -> None:
    """An alarm that nobody has tried may never ring."""
    assert [row.name for row in ALARMS] == [row[0] for row in DRILLED], "add its row to docs/alarm-drills.md, in order"


def test_a_drill_names_a_test_or_says_that_nothing_was_injected() -> None:
    """Either a test that exists shows it, or the row says that only AWS can bring the fault about and how to drill it there."""
    for name, fault, seen, how, test in DRILLED:
        if seen == "not injected":
            assert ("none", "") == (fault, test), name
            assert how, name
            continue
        assert seen in ("metric", "cause"), name
        path, _, function = test.strip("`").partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert function in {it.name for it in tree.body if isinstance(it, ast.FunctionDef)}, test

"""A new carrier, added for real in a copy of the tree by following `docs/how-to-add.md`."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tests.additions.trees import copied, listed
from tools.pages import PAGES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.additions.trees import Tree

MOST = 8
"""Files that a carrier may take by hand."""
CARRIERS = "chalicelib/domain/carriers.py"
ROW = """
        Carrier.ROYAL_MAIL: CarrierRow(
            name="Royal Mail",
            forms=(forms.s10("RB123456785GB"),),
            made_up=_s10_made_up("R", "GB"),
            aftership=("royal-mail",),
            seventeen_track=(11031,),
        ),"""
CHECKS = (
    *(f"tests/domain/test_{name}.py" for name in ("carriers", "policy", "evidence", "deadlines")),
    "tests/replay/test_tracking.py",
    "tests/api/test_webhooks.py",
    "tests/notify/test_catalog.py",
)
VERSION = {"version": "2027-01", "in_force_from": "2027-01-01T00:00:00Z", "carrier_days": {"royal_mail": 23}}


def _words_and_rules(tree: Tree) -> None:
    """Write what people read: its Chinese name, the rules, the changelog."""
    tree.insert("chalicelib/languages/zh.toml", after="[labels.carrier]\n", text='royal_mail = "英国皇家邮政"\n')
    tree.insert("docs/rules.md", after="| EMS, China Post, ", text="Royal Mail, ")
    tree.insert("docs/rules.md", after="| DHL, UPS, TNT, ", text="Royal Mail, ")
    tree.insert("CHANGELOG.md", after="\n### Added\n", text="\n- Royal Mail.\n")


def _policy(tree: Tree) -> None:
    """Publish a version of the policy that names its days; the published ones stay as they are."""
    policies = tree.read("chalicelib/domain/policies.json").removesuffix("\n]\n")
    tree.write("chalicelib/domain/policies.json", f"{policies},\n  {json.dumps(VERSION)}\n]\n")
    digest = hashlib.sha256(json.dumps(VERSION, sort_keys=True).encode()).hexdigest()
    tree.insert("tests/domain/test_policy.py", after="\nDIGESTS = {", text=f'"2027-01": "{digest}", ')
    tree.insert("tests/domain/test_policy.py", after='("china_post", "hongkong_post"', text=', "royal_mail"')


def _numbers(tree: Tree) -> None:
    """Write the tests' tables of numbers, right and wrong, and of days."""
    numbers, deadlines = "tests/domain/test_carriers.py", "tests/domain/test_deadlines.py"
    tree.insert(numbers, after="\nEXAMPLES = {", text='\n    Carrier.ROYAL_MAIL: ("RB473124829GB",),')
    tree.insert(numbers, after="\nWRONG = {", text='\n    Carrier.ROYAL_MAIL: ("RB473124892GB", "473124829"),')
    tree.insert(numbers, after="case Carrier.EMS | Carrier.CHINA_POST", text=" | Carrier.ROYAL_MAIL")
    tree.insert(numbers, after='expected = {"tnt", ', text='"royal_mail", ')
    tree.insert(deadlines, after="\nNUMBERS = {", text='\n    Carrier.ROYAL_MAIL: "RB473124829GB",')
    tree.insert(deadlines, after="\nCARRIER_DAYS = {", text="\n    Carrier.ROYAL_MAIL: 39,")


def test_a_carrier_is_the_files_that_the_page_lists(tmp_path: Path) -> None:
    """A carrier without its row stops the import of the rules; with the listed files its checks pass."""
    tree = copied(tmp_path)
    tree.insert(CARRIERS, after='SF_EXPRESS = "sf_express"\n', text='    ROYAL_MAIL = "royal_mail"\n')
    assert "no row for <Carrier.ROYAL_MAIL" in tree.stops("chalicelib.domain.carriers")
    last = "seventeen_track=(100012, 190766),\n        ),"
    tree.insert(CARRIERS, after=last, text=ROW)

    _words_and_rules(tree)
    _policy(tree)
    _numbers(tree)
    by_hand = tree.edited()

    tree.passes("tools.pages")
    made = tree.edited() - by_hand
    tree.passes("pytest", "-q", *CHECKS)

    assert len(by_hand) <= MOST
    assert by_hand == set(listed("A carrier"))
    assert {"docs/policy.md", "docs/messages/zh.md", "openapi.json"} <= made <= PAGES.keys()


def test_editing_a_published_version_says_what_to_do_instead(tmp_path: Path) -> None:
    """C6: the test that holds the digests names the version, and the way to change a limit."""
    tree = copied(tmp_path)
    policies = "chalicelib/domain/policies.json"
    tree.write(policies, tree.read(policies).replace('"review_days": 14', '"review_days": 13'))

    done = tree.run("pytest", "-q", "tests/domain/test_policy.py::test_a_published_version_is_never_edited")

    assert done.returncode == 1
    assert "Version 2026-12 in policies.json was edited or removed" in done.stdout
    assert "add a version below it" in done.stdout

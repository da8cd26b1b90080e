"""The check of the template's rules: nothing broken goes unsaid, and no excuse outlives what it excuses."""

from tools.template_check import complaints

ROWS = {"CKV_1": {"reason": "It is the operator's choice.", "resources": ["Table"]}}


def test_what_is_excused_is_not_complained_of() -> None:
    """A broken rule with a row and a reason is no complaint."""
    assert [] == list(complaints({("CKV_1", "Table")}, ROWS))


def test_a_broken_rule_without_a_row_is_named() -> None:
    """Neither another rule nor another resource is excused by a row."""
    found = list(complaints({("CKV_1", "Table"), ("CKV_1", "Bucket"), ("CKV_2", "Table")}, ROWS))

    assert ["CKV_1 is broken by Bucket", "CKV_2 is broken by Table"] == [it.partition(":")[0] for it in found]


def test_a_stale_row_is_named() -> None:
    """A row whose rule is no longer broken has to go, or it would excuse the next one that breaks it."""
    assert ["CKV_1 is no longer broken by Table: remove it from suppressed.toml"] == list(complaints(set(), ROWS))


def test_a_row_without_a_reason_is_named() -> None:
    """Each row says why."""
    rows = {"CKV_1": {"reason": "", "resources": ["Table"]}}

    assert ["CKV_1 has no reason in suppressed.toml"] == list(complaints({("CKV_1", "Table")}, rows))

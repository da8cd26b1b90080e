"""Files that are made from code are marked as such for reviewers."""

from fnmatch import fnmatchcase

import pytest

from localcloud.layout import ROOT
from tools.pages import PAGES

OTHERS = ("chalicelib/api/description/examples.json", "requirements.txt", "requirements-dev.txt")
"""Made by other commands than `python -m tools.pages`."""


@pytest.mark.parametrize("name", [*PAGES, *OTHERS])
def test_a_generated_file_is_marked_as_such(name: str) -> None:
    """`.gitattributes` names every generated file, so that a review folds it."""
    lines = (ROOT / ".gitattributes").read_text(encoding="utf-8").splitlines()
    marked = [line.split()[0] for line in lines if line.endswith(" linguist-generated")]

    assert (ROOT / name).is_file()
    assert [] != [pattern for pattern in marked if fnmatchcase(name, pattern)]

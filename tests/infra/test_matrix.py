"""The matrix of Pythons: what it looks for, what it finds, and what it says it did not find."""

import subprocess
import sys

import pytest

from localcloud.layout import ROOT
from tools.matrix import SELECTION, SUPPORTED, find

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.parametrize("version", SUPPORTED)
def test_what_is_found_is_of_that_version(version: str) -> None:
    """An interpreter that is found runs, and is of the version that was asked for; this one's own version is always found."""
    python = find(version)

    assert python or version != OWN
    if python:
        said = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2], sep='.')"], capture_output=True, text=True, check=True
        )
        assert version == said.stdout.strip()


def test_what_is_not_there_is_not_found() -> None:
    """A version that no machine has is none, rather than the nearest one."""
    assert find("3.99") is None


def test_the_selection_is_there() -> None:
    """Each module of the bounded selection exists, so that none falls out of it unseen."""
    assert [] == [name for name in SELECTION if not (ROOT / name).is_file()]

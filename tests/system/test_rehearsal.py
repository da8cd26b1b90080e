"""The release before is upgraded to the present code and rolled back again, while calls go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from localcloud.demo.cast import SCRIPTS
from localcloud.rehearse import release
from localcloud.rehearse.main import FEW, rehearse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.deep
@pytest.mark.skipif(bool(release.missing()), reason=release.missing())
def test_an_upgrade_and_a_rollback_lose_nothing(tmp_path: Path) -> None:
    """I2, I9, I11, I17: no call fails, every event is published once stored, and the money is that of no deployment."""
    few = [script for script in SCRIPTS if script.order_id in FEW]

    plain, changed = (played for _, played in rehearse(tmp_path, few, apart=False))

    assert ([], []) == (plain.checks.failed, changed.checks.failed)
    assert len(few) == len(plain.stories) == len(changed.stories)
    assert "" in changed.releases, "release 0.2.0 answered no call"
    assert len(changed.releases) > 1, "the present code answered no call"

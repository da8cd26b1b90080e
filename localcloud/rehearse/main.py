"""Upgrade and roll back in rehearsal, for `python -m localcloud rehearse`."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

from localcloud.demo.cast import SCRIPTS
from localcloud.demo.report import check_lines
from localcloud.demo.story import Script
from localcloud.packaging.build import build
from localcloud.rehearse import release
from localcloud.rehearse.rehearsal import Deployment, Played, compare, play

log = logging.getLogger(__name__)
FEW = ("lamps-2", "coat-4", "teapot-5", "jacket-6")
"""The stories of the short form: a photo and an agreement, a mediator, an order without a dispute, and a return."""
UPGRADE_DAY, ROLLBACK_DAY = 5.2, 7.0
"""Days of the stories in which most of them are in the middle of something."""


def rehearse(directory: Path, scripts: Sequence[Script], *, apart: bool) -> Iterator[tuple[str, Played]]:
    """Yield, each with its name, what came of the stories without a deployment, with an upgrade, and with a rollback.

    With `apart` the rollback has a local cloud of its own; otherwise it follows the upgrade. The checks of the later ones
    compare them with the first. LocalCloudError says why the release before cannot be had.
    """
    old, new = release.packaged(), build("local")
    upgrade, rollback = Deployment(UPGRADE_DAY, "the present code", new), (f"release {release.RELEASE}", old)
    plain = play(directory / "plain", scripts, new)
    yield "no deployment", plain
    if apart:
        runs = {"upgrade": (old, [upgrade]), "rollback": (new, [Deployment(UPGRADE_DAY, *rollback)])}
    else:
        runs = {"upgrade and rollback": (old, [upgrade, Deployment(ROLLBACK_DAY, *rollback)])}
    for name, (first, deployments) in runs.items():
        played = play(directory / name.replace(" ", "-"), scripts, first, deployments)
        compare(plain, played)
        yield name, played


def main(*, bounded: bool) -> int:
    """Rehearse with all stories, or with a few; print what was seen, and return 0 only if every check came true."""
    logging.getLogger("localcloud").setLevel(logging.INFO)
    scripts = [script for script in SCRIPTS if not bounded or script.order_id in FEW]
    failed = 0
    for name, played in rehearse(release.PLACE, scripts, apart=not bounded):
        print(f"\n=== {name}: {len(played.stories)} stories, {played.events} events")
        if played.statuses:
            answers = ", ".join(f"{count} x {status}" for status, count in sorted(played.statuses.items()))
            print(f"    {played.statuses.total()} calls beside them: {answers}; {played.cut_off} were cut off by the engine")
            print(f"    {played.while_deploying} of them while something was deployed; answered by {sorted(played.releases)}")
        print("\n".join(check_lines(played.checks.made)))
        failed += len(played.checks.failed)
    return 1 if failed else 0
